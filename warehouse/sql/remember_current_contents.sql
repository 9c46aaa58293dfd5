-- Grain: one article held before this load, with the hash of its current content.
create or replace temporary table content_before as
select
    record.article_id,
    arg_max(record.content_sha256, (capture.fetched_at, capture.capture_id, record.position)) as content_sha256,
from record
inner join capture on record.capture_id = capture.capture_id
where record.article_id is not null
group by record.article_id
