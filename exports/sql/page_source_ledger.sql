-- Grain: one outcome at one stage of a source, over all days, with its share of the stage. Input: ledger. Reads only.
with summed as (
    select
        source_id,
        stage,
        outcome,
        reason,
        cast(sum(n) as bigint) as n,
    from ledger
    group by all
)

select
    source_id,
    stage,
    outcome,
    reason,
    n,
    n / sum(n) over (partition by source_id, stage) as share,
from summed
order by source_id, list_position(['url', 'page', 'record', 'article'], stage), n desc, outcome, reason;
