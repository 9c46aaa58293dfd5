-- Grain: one article in its current version, the one its latest capture carries.
-- duplicate_of and story_id are not known yet.
create or replace view article as
select
    content.article_id,
    content.source_id,
    content.country,
    content.kind,
    content.url,
    content.title,
    content.text,
    content.excerpt,
    content.language,
    content.language_confidence,
    content.language_declared,
    content.published_at,
    content.published_precision,
    content.published_origin,
    version_run.published_raw,
    content.zone_assumed,
    content.modified_at,
    content.authors,
    content.section,
    content.tags,
    content.n_words,
    content.n_chars,
    content.text_origin,
    content.content_sha256,
    version_run.first_seen_at,
    version_run.valid_from as last_changed_at,
    version_run.n_versions,
    cast(null as varchar) as duplicate_of,
    cast(null as varchar) as story_id,
from version_run
inner join content on version_run.content_sha256 = content.content_sha256
where version_run.valid_to is null
