-- Grain: one crawl, from the staged file of a batch.
insert into crawl by name
select
    crawl_id,
    source_id,
    run_id,
    started_at,
    finished_at,
    finish_reason,
    is_complete,
    n_discovered,
    n_fetched,
    n_skipped,
    n_failed,
    code_version,
from read_parquet($crawls)
