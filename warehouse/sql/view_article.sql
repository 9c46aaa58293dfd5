-- Grain: one article in its current version, the one its latest capture carries.
-- duplicate_of and story_id are not known yet.
-- Silence lifts no reservation: of the looks at which something was said about mining, the last one counts.
create or replace view article as
with reservation as (
    select
        record.article_id,
        arg_max(capture.tdm_reserved, (capture.fetched_at, capture.capture_id)) as tdm_reserved,
    from record as record
    inner join capture as capture on record.capture_id = capture.capture_id
    where capture.tdm_reserved is not null and record.article_id is not null
    group by record.article_id
)

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
    reservation.tdm_reserved,
from version_run
inner join content on version_run.content_sha256 = content.content_sha256
left join reservation on version_run.article_id = reservation.article_id
where version_run.valid_to is null
