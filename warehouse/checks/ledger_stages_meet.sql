-- severity: error
-- meaning: For a source and day, the ledger's stages do not add up: URLs fetched, entries aside, must be its pages.
with staged as (
    select
        source_id,
        day,
        coalesce(sum(n) filter (where stage = 'url' and outcome = 'fetched' and reason is distinct from 'entry'), 0)
            as n_fetched,
        coalesce(sum(n) filter (where stage = 'page'), 0) as n_pages,
        coalesce(sum(n) filter (where stage = 'record'), 0) as n_records,
    from ledger
    where stage <> 'article'
    group by source_id, day
)

select
    source_id,
    day,
    n_fetched,
    n_pages,
    n_records,
from staged
where n_fetched <> n_pages or n_records < n_pages
order by source_id, day
