-- Grain: one outcome at one stage for one source and UTC day. Input: generation.ledger.
-- A view: safe to repeat. An empty text is null.
create or replace view published_ledger as
select
    source_id,
    day,
    stage,
    outcome,
    nullif(reason, '') as reason,
    n,
from generation.ledger;
