-- Grain: one version of one article, from the tables of an analyst generation.
create view article_version as
select
    article.article_id,
    article.n_versions as version,
    article.source_id,
    article.content_sha256,
    article.last_changed_at as valid_from,
    cast(null as timestamp with time zone) as valid_to,
    article.title,
    article.text,
    article.published_at,
    article.n_chars,
from article
union all
select
    article_id,
    version,
    source_id,
    content_sha256,
    valid_from,
    valid_to,
    title,
    text,
    published_at,
    n_chars,
from past_version
