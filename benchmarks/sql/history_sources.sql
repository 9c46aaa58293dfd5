-- Grain: one of twenty sources, each of which licenses its full text.
insert into source by name
select
    'outlet' || n as source_id,
    'The outlet ' || n as name,
    'https://outlet' || n || '.example/' as homepage,
    'KG' as country,
    'ky | ru' as languages,
    'Asia/Bishkek' as timezone,
    'enabled' as status,
    'full_text' as rights_level,
    'licence' as rights_basis,
    'CC-BY-4.0' as licence,
    'https://outlet' || n || '.example/licence' as evidence_url,
    1 as min_articles,
from range(20) as numbers (n);
