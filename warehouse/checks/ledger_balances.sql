-- severity: error
-- meaning: For a source and crawl, the pages fetched are not the pages with an outcome: a page vanished.
with fetched as (
    select
        crawl_id,
        source_id,
        count(*) filter (where role <> 'entry') as n_fetched,
    from url_outcome
    where outcome = 'fetched'
    group by crawl_id, source_id
),

page as (
    select
        capture.crawl_id,
        capture.source_id,
        count(*) as n_captures,
        count(*) filter (where record.capture_id is not null) as n_with_records,
    from capture
    left join (select distinct capture_id from record) as record on capture.capture_id = record.capture_id
    where capture.role <> 'entry'
    group by capture.crawl_id, capture.source_id
)

select
    coalesce(fetched.crawl_id, page.crawl_id) as crawl_id,
    coalesce(fetched.source_id, page.source_id) as source_id,
    coalesce(fetched.n_fetched, 0) as n_fetched,
    coalesce(page.n_captures, 0) as n_captures,
    coalesce(page.n_with_records, 0) as n_with_records,
from fetched
full join page on fetched.crawl_id = page.crawl_id and fetched.source_id = page.source_id
where
    coalesce(fetched.n_fetched, 0) <> coalesce(page.n_captures, 0)
    or coalesce(page.n_captures, 0) <> coalesce(page.n_with_records, 0)
order by crawl_id
