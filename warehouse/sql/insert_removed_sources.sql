-- Grain: one source that was crawled once and is not in the registry any more.
-- Described from its own data, so that it is the same whenever it is rebuilt; with the least rights, because whatever
-- allowed more is no longer on record. ZZ and und are the standards' codes for "unknown".
insert into source by name
with described as (
    select
        source_id,
        min(country) as country,
        string_agg(distinct language, ' | ' order by language) as languages,
    from content
    group by source_id
),

met as (
    select
        source_id,
        min(regexp_extract(url, '^https?://[^/?#]+')) filter (where outcome = 'fetched') as origin,
    from url_outcome
    group by source_id
),

removed as (
    select distinct source_id from crawl
    except
    select source_id from source
)

select
    removed.source_id,
    removed.source_id as name,
    coalesce(met.origin || '/', 'about:blank') as homepage,
    coalesce(described.country, 'ZZ') as country,
    coalesce(described.languages, 'und') as languages,
    'UTC' as timezone,
    'removed' as status,
    'not in the registry' as status_reason,
    'metadata' as rights_level,
    'default' as rights_basis,
    null as licence,
    null as evidence_url,
    null as tdm_reserved,
    null as min_articles_per_week,
    null as max_articles_per_week,
    null as min_articles,
from removed
left join described on removed.source_id = described.source_id
left join met on removed.source_id = met.source_id
order by removed.source_id
