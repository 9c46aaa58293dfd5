-- Grain: one source of the registry. It reserves mining when the registry says so, or when the files of its site (or
-- robots.txt) did at the last look at which they said anything.
insert into source by name
with said as (
    select
        source_id,
        arg_max(tdm_reserved, (fetched_at, capture_id)) as is_reserved,
    from warehouse.capture
    where
        tdm_reserved is not null
        and regexp_matches(replace(tdm_signals, 'tdmrep.json: unreadable', ''), '(tdmrep\.json|robots\.txt|ai\.txt)')
    group by source_id
)

select
    source.* replace (
        coalesce(source.tdm_reserved or said.is_reserved, source.tdm_reserved, said.is_reserved) as tdm_reserved
    ),
from warehouse.source as source
left join said on source.source_id = said.source_id
order by source.source_id
