-- Grain: one source of the registry. Input: registered_source, an Arrow table in the contract's schema.
insert into source by name
select
    source_id,
    name,
    homepage,
    country,
    languages,
    timezone,
    status,
    status_reason,
    rights_level,
    rights_basis,
    licence,
    evidence_url,
    tdm_reserved,
    min_articles_per_week,
    max_articles_per_week,
    min_articles,
from registered_source
order by source_id
