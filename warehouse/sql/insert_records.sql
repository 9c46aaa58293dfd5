-- Grain: one record, from the staged articles and rejections of a batch.
insert into record by name
select
    capture_id,
    position,
    $extractor as extractor,
    article_id,
    content_sha256,
    published_raw,
    null as reason,
    null as detail,
from read_parquet($articles)
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
