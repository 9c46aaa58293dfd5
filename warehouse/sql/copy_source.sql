-- Grain: one source of the registry.
insert into source by name
from warehouse.source
order by source_id
