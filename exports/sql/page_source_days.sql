-- Grain: one source and UTC day on which it was looked at or brought something new. Inputs: articles, ledger. Reads only.
-- Parameters: $until, the last day shown; $n_days, how many.
with new_article as (
    select
        source_id,
        cast(first_seen_at as date) as day,
        count(*) as n_new,
    from articles
    group by source_id, day
),

looked_at as (
    select
        source_id,
        day,
        coalesce(sum(n) filter (where outcome = 'fetched'), 0) as n_fetched,
        coalesce(sum(n) filter (where outcome = 'failed'), 0) as n_failed,
    from ledger
    where stage = 'url'
    group by source_id, day
)

select
    coalesce(looked_at.source_id, new_article.source_id) as source_id,
    coalesce(looked_at.day, new_article.day) as day,
    coalesce(new_article.n_new, 0) as n_new,
    cast(coalesce(looked_at.n_fetched, 0) as bigint) as n_fetched,
    cast(coalesce(looked_at.n_failed, 0) as bigint) as n_failed,
from looked_at
full outer join new_article
    on looked_at.source_id = new_article.source_id
    and looked_at.day = new_article.day
where coalesce(looked_at.day, new_article.day) > $until - cast($n_days as integer)
    and coalesce(looked_at.day, new_article.day) <= $until
order by source_id, day;
