-- Grain: one row: how many of the addresses in a JSON list were never asked for nor put off.
select
    count(*)
from json_each(:urls) as listed
where not exists (select 1 from visit where visit.url = listed.value)
