-- Grain: one line of text for each fact that a generation depends on: the batches loaded and the registry's mirror.
select 'batch ' || batch_id || ' ' || info_sha256 as fact
from loaded_batch
union all
select 'source ' || cast(to_json(source) as varchar) as fact
from source
union all
select 'tombstone ' || cast(to_json(tombstone) as varchar) as fact
from tombstone
order by fact
