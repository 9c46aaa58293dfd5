-- Grain: one outcome at one stage, over all sources and days, with its share of the stage. Input: ledger. Reads only.
with summed as (
    select
        stage,
        outcome,
        reason,
        cast(sum(n) as bigint) as n,
    from ledger
    group by all
)

select
    stage,
    outcome,
    reason,
    n,
    n / sum(n) over (partition by stage) as share,
from summed
order by list_position(['url', 'page', 'record', 'article'], stage), n desc, outcome, reason;
