-- Grain: one record, from the staged articles and rejections of a batch. What was withdrawn is not taken in again:
-- its record is a rejection that says so, as extraction itself would have staged it.
insert into record by name
select
    staged.capture_id,
    staged.position,
    $extractor as extractor,
    case when tombstone.article_id is null then staged.article_id end as article_id,
    case when tombstone.article_id is null then staged.content_sha256 end as content_sha256,
    case when tombstone.article_id is null then staged.published_raw end as published_raw,
    case when tombstone.article_id is not null then 'withheld' end as reason,
    tombstone.reason || ' ' || tombstone.article_id as detail,
from read_parquet($articles) as staged
left join tombstone on staged.article_id = tombstone.article_id
union all by name
select
    capture_id,
    position,
    $extractor as extractor,
    null as article_id,
    null as content_sha256,
    null as published_raw,
    reason,
    detail,
from read_parquet($rejections)
order by capture_id, position
