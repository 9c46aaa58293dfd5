-- Grain: one outcome at one stage for one source and UTC day.
insert into ledger by name
from warehouse.ledger
order by source_id, day, stage, outcome, reason
