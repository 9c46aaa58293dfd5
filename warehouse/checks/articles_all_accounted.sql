-- severity: error
-- meaning: Articles held, articles in the ledger and articles with a record are not the same number.
with counted as (
    select
        (select count(*) from article) as n_articles,
        (select coalesce(sum(n), 0) from ledger where stage = 'article') as n_in_ledger,
        (select count(distinct article_id) from record) as n_with_records,
)

select
    n_articles,
    n_in_ledger,
    n_with_records,
from counted
where n_articles <> n_in_ledger or n_articles <> n_with_records
