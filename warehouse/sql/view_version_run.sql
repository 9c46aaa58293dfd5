-- Grain: one version of one article, without its text: a maximal run of its captures with equal content.
-- Captures are ordered by instant, then capture, then position. Content that differs only between captures read by
-- different extractor versions is our doing, not the outlet's: it starts no version, and the later reading counts.
create or replace view version_run as
with look as (
    select
        record.article_id,
        record.content_sha256,
        record.extractor,
        record.published_raw,
        record.capture_id,
        record.position,
        capture.source_id,
        capture.fetched_at,
    from record
    inner join capture on record.capture_id = capture.capture_id
    where record.article_id is not null
),

compared as (
    select
        article_id,
        content_sha256,
        published_raw,
        capture_id,
        position,
        source_id,
        fetched_at,
        coalesce(
            lag(content_sha256) over in_time <> content_sha256 and lag(extractor) over in_time = extractor,
            false
        ) as is_edit,
    from look
    window in_time as (partition by article_id order by fetched_at, capture_id, position)
),

numbered as (
    select
        article_id,
        content_sha256,
        published_raw,
        capture_id,
        position,
        source_id,
        fetched_at,
        cast(1 + sum(cast(is_edit as bigint)) over in_time as bigint) as version,
    from compared
    window in_time as (partition by article_id order by fetched_at, capture_id, position)
),

run as (
    select
        article_id,
        version,
        arg_max(source_id, (fetched_at, capture_id, position)) as source_id,
        arg_max(content_sha256, (fetched_at, capture_id, position)) as content_sha256,
        min(fetched_at) as valid_from,
        arg_min_null(published_raw, (fetched_at, capture_id, position)) as published_raw,
    from numbered
    group by article_id, version
),

final as (
    select
        article_id,
        version,
        source_id,
        content_sha256,
        valid_from,
        lead(valid_from) over (partition by article_id order by version) as valid_to,
        published_raw,
        min(valid_from) over (partition by article_id) as first_seen_at,
        count(*) over (partition by article_id) as n_versions,
    from run
)

select
    article_id,
    version,
    source_id,
    content_sha256,
    valid_from,
    valid_to,
    published_raw,
    first_seen_at,
    n_versions,
from final
