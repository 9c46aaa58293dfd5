-- Grain: one source of the registry.
insert into coverage by name
from warehouse.coverage
order by source_id
