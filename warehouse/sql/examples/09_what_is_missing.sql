-- What was met and did not become an article, and why?
select
    source_id,
    stage,
    outcome,
    reason,
    sum(n) as n,
    max(day) as last_day,
from ledger
where outcome in ('skipped', 'failed', 'rejected')
group by source_id, stage, outcome, reason
order by n desc, source_id, stage, outcome, reason
