-- Grain: one source of which articles were withdrawn: how many ever, as its ledger says, and how many of those that the
-- release before holds. Inputs: ledger, tombstones, previous_articles. Reads only.
with ever as (
    select
        source_id,
        sum(n) as n,
    from ledger
    where stage = 'article' and outcome = 'withheld'
    group by source_id
),

since as (
    select
        source_id,
        count(*) as n,
    from previous_articles
    semi join tombstones on previous_articles.article_id = tombstones.article_id
    group by source_id
)

select
    coalesce(ever.source_id, since.source_id) as source_id,
    cast(coalesce(ever.n, 0) as bigint) as n_ever,
    coalesce(since.n, 0) as n_since,
from ever
full join since on ever.source_id = since.source_id
order by all;
