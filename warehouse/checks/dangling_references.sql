-- severity: error
-- meaning: A row points to one that is not there.
with dangling as (
    select 'record' as table_name, record.capture_id as key, 'capture' as missing
    from record
    anti join capture on record.capture_id = capture.capture_id

    union all

    select 'record' as table_name, record.content_sha256 as key, 'content' as missing
    from record
    anti join content on record.content_sha256 = content.content_sha256
    where record.content_sha256 is not null

    union all

    select 'content_citation' as table_name, content_citation.content_sha256 as key, 'content' as missing
    from content_citation
    anti join content on content_citation.content_sha256 = content.content_sha256

    union all

    select 'content' as table_name, content.content_sha256 as key, 'record' as missing
    from content
    anti join record on content.content_sha256 = record.content_sha256

    union all

    select 'capture' as table_name, capture.capture_id as key, 'crawl' as missing
    from capture
    anti join crawl on capture.crawl_id = crawl.crawl_id

    union all

    select 'url_outcome' as table_name, url_outcome.capture_id as key, 'capture' as missing
    from url_outcome
    anti join capture on url_outcome.capture_id = capture.capture_id
    where url_outcome.capture_id is not null

    union all

    select 'crawl' as table_name, crawl.source_id as key, 'source' as missing
    from crawl
    anti join source on crawl.source_id = source.source_id
)

select
    table_name,
    key,
    missing,
from dangling
order by table_name, key
