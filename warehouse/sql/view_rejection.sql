-- Grain: one record that gave no article.
create or replace view rejection as
select
    record.capture_id,
    record.position,
    record.reason,
    record.detail,
    capture.source_id,
    capture.crawl_id,
    capture.final_url as url,
    capture.fetched_at,
from record
inner join capture on record.capture_id = capture.capture_id
where record.article_id is null
