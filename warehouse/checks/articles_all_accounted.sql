-- severity: error
-- meaning: Articles in the ledger and articles with a record are not the same number: an article vanished.
with counted as (
    select
        (select coalesce(sum(n), 0) from ledger where stage = 'article' and outcome = 'published') as n_in_ledger,
        (select count(distinct article_id) from record) as n_with_records,
)

select
    n_in_ledger,
    n_with_records,
from counted
where n_in_ledger <> n_with_records
