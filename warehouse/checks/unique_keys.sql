-- severity: error
-- meaning: Two rows have one key: something was loaded twice.
with keyed as (
    select 'loaded_batch' as table_name, batch_id as key from loaded_batch
    union all
    select 'crawl' as table_name, crawl_id as key from crawl
    union all
    select 'url_outcome' as table_name, crawl_id || ' ' || url as key from url_outcome
    union all
    select 'capture' as table_name, capture_id as key from capture
    union all
    select 'record' as table_name, capture_id || ' ' || position as key from record
    union all
    select 'content' as table_name, content_sha256 as key from content
    union all
    select 'content_citation' as table_name, content_sha256 || ' ' || position as key from content_citation
    union all
    select 'source' as table_name, source_id as key from source
)

select
    table_name,
    key,
    count(*) as n,
from keyed
group by table_name, key
having count(*) > 1
order by table_name, key
