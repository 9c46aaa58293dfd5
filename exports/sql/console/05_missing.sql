-- What did not make it into the data, and why?
select
    source_id,
    stage,
    outcome,
    reason,
    sum(n) as n,
from ledger
where outcome in ('skipped', 'failed', 'rejected', 'withheld')
group by source_id, stage, outcome, reason
order by n desc, source_id, stage, outcome, reason
