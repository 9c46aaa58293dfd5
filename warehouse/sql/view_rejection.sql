-- Grain: one page or post and one reason for which it gave no article, as it was first found.
-- Later looks that find the same add no row: how often we looked is the ledger's affair.
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
qualify row_number() over (
    partition by capture.source_id, capture.final_url, record.reason, record.detail
    order by capture.fetched_at, record.capture_id, record.position
) = 1
