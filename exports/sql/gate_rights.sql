-- Grain: one article that carries more than its source's entry in this very release allows, and what of it.
-- Inputs: article_facts, sources. Reads only. Written apart from published_articles.sql on purpose: it checks that file.
-- In a release of the profile `internal` the levels are as in a public one and every text is there.
with judged as (
    select
        article_facts.*,
        sources.source_id is not null as has_source,
        sources.rights_level as source_level,
        coalesce(sources.tdm_reserved, false) or coalesce(article_facts.tdm_reserved, false) as is_reserved,
        sources.licence is not null and sources.evidence_url is not null as is_licensed,
        getvariable('profile') = 'internal' as is_internal,
    from article_facts
    left join sources on article_facts.source_id = sources.source_id
),

faults as (
    select
        article_id,
        unnest([
            case when not has_source and rights_level <> 'metadata' then 'level without a source' end,
            case when rights_level not in ('metadata', 'excerpt', 'full_text') then 'unknown level' end,
            case when rights_level = 'excerpt' and source_level = 'metadata' then 'excerpt of a metadata source' end,
            case when rights_level = 'full_text' and source_level <> 'full_text' then 'full text beyond the source' end,
            case when rights_level = 'full_text' and not is_licensed then 'full text without licence and evidence' end,
            case when rights_level <> 'metadata' and is_reserved then 'mining is reserved' end,
            case when not is_internal and has_text and rights_level <> 'full_text' then 'text' end,
            case when not is_internal and has_authors and rights_level <> 'full_text' then 'authors' end,
            case when not is_internal and n_excerpt_chars is not null and rights_level = 'metadata' then 'excerpt' end,
            case when not is_internal and n_excerpt_chars > 200 then 'excerpt of more than 200 characters' end,
            case when not is_internal and n_excerpt_chars * 4 > n_chars then 'excerpt of more than a quarter' end,
            case when is_internal and n_chars > 0 and not has_text then 'no text, though internal' end,
        ]) as fault,
    from judged
)

select
    article_id,
    fault,
from faults
where fault is not null
order by article_id, fault;
