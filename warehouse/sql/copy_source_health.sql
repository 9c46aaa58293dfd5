-- Grain: one source of the registry.
insert into source_health by name
from warehouse.source_health
order by source_id
