-- Grain: one source of the registry. Input: generation.source.
-- A view: safe to repeat. An empty text is null.
create or replace view published_sources as
select
    source_id,
    name,
    homepage,
    country,
    languages,
    timezone,
    status,
    nullif(status_reason, '') as status_reason,
    rights_level,
    rights_basis,
    nullif(licence, '') as licence,
    nullif(evidence_url, '') as evidence_url,
    tdm_reserved,
    min_articles_per_week,
    max_articles_per_week,
    min_articles,
from generation.source;
