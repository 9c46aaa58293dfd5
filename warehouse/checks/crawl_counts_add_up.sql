-- severity: error
-- meaning: A crawl's counts are not those of its URLs: a URL vanished, or was counted twice.
with counted as (
    select
        crawl_id,
        count(*) as n_discovered,
        count(*) filter (where outcome = 'fetched') as n_fetched,
        count(*) filter (where outcome = 'skipped') as n_skipped,
        count(*) filter (where outcome = 'failed') as n_failed,
    from url_outcome
    group by crawl_id
)

select
    crawl.crawl_id,
    crawl.n_discovered,
    counted.n_discovered as n_outcomes,
from crawl
left join counted on crawl.crawl_id = counted.crawl_id
where
    crawl.n_discovered <> coalesce(counted.n_discovered, 0)
    or crawl.n_fetched <> coalesce(counted.n_fetched, 0)
    or crawl.n_skipped <> coalesce(counted.n_skipped, 0)
    or crawl.n_failed <> coalesce(counted.n_failed, 0)
    or crawl.n_discovered <> crawl.n_fetched + crawl.n_skipped + crawl.n_failed
order by crawl.crawl_id
