-- Grain: one article, with its place in the generation: by publication instant, those without one last.
-- Silence lifts no reservation: of the looks at which something was said about mining, the last one counts.
create temporary table ordered_article as
with reservation as (
    select
        record.article_id,
        arg_max(capture.tdm_reserved, (capture.fetched_at, capture.capture_id)) as tdm_reserved,
    from warehouse.record as record
    inner join warehouse.capture as capture on record.capture_id = capture.capture_id
    where capture.tdm_reserved is not null and record.article_id is not null
    group by record.article_id
)

select
    version_run.article_id,
    version_run.content_sha256,
    version_run.first_seen_at,
    version_run.valid_from as last_changed_at,
    version_run.n_versions,
    version_run.published_raw,
    reservation.tdm_reserved,
    row_number() over (order by content.published_at nulls last, version_run.article_id) as place,
from warehouse.version_run
inner join warehouse.content on version_run.content_sha256 = content.content_sha256
left join reservation on version_run.article_id = reservation.article_id
where version_run.valid_to is null
