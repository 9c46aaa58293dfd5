-- Grain: one URL met in a crawl, from the staged file of a batch.
insert into url_outcome by name
select
    crawl_id,
    source_id,
    url,
    role,
    entry_url,
    outcome,
    reason,
    detail,
    capture_id,
    decided_at,
from read_parquet($outcomes)
