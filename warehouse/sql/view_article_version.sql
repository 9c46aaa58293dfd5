-- Grain: one version of one article.
create or replace view article_version as
select
    version_run.article_id,
    version_run.version,
    version_run.source_id,
    version_run.content_sha256,
    version_run.valid_from,
    version_run.valid_to,
    content.title,
    content.text,
    content.published_at,
    content.n_chars,
from version_run
inner join content on version_run.content_sha256 = content.content_sha256
