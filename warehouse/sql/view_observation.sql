-- Grain: one look at one article.
create or replace view observation as
select
    record.capture_id,
    record.position,
    record.article_id,
    capture.source_id,
    capture.crawl_id,
    record.content_sha256,
    capture.fetched_at,
    record.extractor,
from record
inner join capture on record.capture_id = capture.capture_id
where record.article_id is not null
