-- Grain: one article in its current version, as far as its source's rights allow; all published columns but the hash.
-- Inputs: generation.article, generation.source. A view: safe to repeat.
--
-- The level of a row is the least that its source's level and all signals allow: a reservation of text and data mining,
-- by the source or by the page itself, leaves metadata; full text needs a licence and evidence of it, a claim without them counts for nothing; an unknown
-- source or level is metadata. Names of authors are published only with a licensed full text. An excerpt that is more
-- than an excerpt (over 200 characters, or over a quarter of the text) is withheld. An empty text is null. A release of
-- the profile `internal` withholds nothing; its levels say what may be shown to others.
create or replace view published_articles as
with source_rights as (
    select
        source_id,
        tdm_reserved,
        case
            when tdm_reserved then 'metadata'
            when rights_level = 'full_text' and nullif(licence, '') is not null and nullif(evidence_url, '') is not null
                then 'full_text'
            when rights_level = 'excerpt' then 'excerpt'
            else 'metadata'
        end as rights_level,
    from generation.source
),

leveled as (
    select
        article.* exclude (tdm_reserved),
        getvariable('profile') = 'internal' as is_internal,
        case
            when article.tdm_reserved then 'metadata'
            else coalesce(source_rights.rights_level, 'metadata')
        end as rights_level,
        coalesce(
            source_rights.tdm_reserved or article.tdm_reserved,
            source_rights.tdm_reserved,
            article.tdm_reserved
        ) as tdm_reserved,
    from generation.article as article
    left join source_rights using (source_id)
),

final as (
    select
        article_id,
        source_id,
        country,
        kind,
        url,
        nullif(title, '') as title,
        case when rights_level = 'full_text' or is_internal then nullif(text, '') end as text,
        case
            when is_internal
                or (rights_level in ('excerpt', 'full_text') and length(excerpt) <= least(200, n_chars // 4))
                then nullif(excerpt, '')
        end as excerpt,
        language,
        language_confidence,
        nullif(language_declared, '') as language_declared,
        published_at,
        nullif(published_precision, '') as published_precision,
        nullif(published_origin, '') as published_origin,
        nullif(published_raw, '') as published_raw,
        zone_assumed,
        modified_at,
        case when rights_level = 'full_text' or is_internal then nullif(authors, '') end as authors,
        nullif(section, '') as section,
        nullif(tags, '') as tags,
        n_words,
        n_chars,
        text_origin,
        content_sha256,
        first_seen_at,
        last_changed_at,
        n_versions,
        nullif(duplicate_of, '') as duplicate_of,
        nullif(story_id, '') as story_id,
        cast(published_at as date) as published_date,
        rights_level,
        tdm_reserved,
    from leveled
)

select * from final;
