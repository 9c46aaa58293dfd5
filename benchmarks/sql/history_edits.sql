-- Grain: one article in $step of those from number $first on, edited an hour before the next release: new text.
-- Inputs: new_texts (n, text).
create or replace temporary table edited as
select
    left(sha256('article ' || ($first + n * $step)), 24) as article_id,
    text,
from new_texts;

insert into past_version by name
select
    article.article_id,
    article.n_versions as version,
    article.source_id,
    article.content_sha256,
    article.last_changed_at as valid_from,
    $day + interval 23 hours as valid_to,
    article.title,
    article.text,
    article.published_at,
    article.n_chars,
from article
inner join edited on article.article_id = edited.article_id;

update article
set
    text = edited.text,
    excerpt = left(edited.text, 200),
    n_chars = length(edited.text),
    content_sha256 = sha256('edited ' || article.article_id),
    last_changed_at = $day + interval 23 hours,
    n_versions = n_versions + 1
from edited
where article.article_id = edited.article_id;
