-- Grain: one past version: every $every-th article was edited six hours after it was first seen. Also marks the article.
insert into past_version by name
select
    article_id,
    1 as version,
    source_id,
    sha256('past ' || article_id) as content_sha256,
    first_seen_at as valid_from,
    least(first_seen_at + interval 6 hours, $day) as valid_to,
    title,
    left(text, 1200) || substr(text, 1240) as text,
    published_at,
    n_chars - 40 as n_chars,
from article
where hash(article_id) % $every = 0 and first_seen_at < $day - interval 1 hour;

update article
set n_versions = 2, last_changed_at = past_version.valid_to
from past_version
where article.article_id = past_version.article_id;
