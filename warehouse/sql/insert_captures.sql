-- Grain: one capture, from the staged file of a batch.
insert into capture by name
select
    capture_id,
    crawl_id,
    source_id,
    role,
    request_url,
    final_url,
    fetched_at,
    status,
    warc_path,
    warc_offset,
    warc_length,
    payload_sha256,
    tdm_reserved,
    tdm_signals,
    extractor,
from read_parquet($captures)
