-- Grain: one version of one article, as far as its source's rights allow.
-- Inputs: generation.article, generation.past_version, published_articles, edit_sizes. A view: safe to repeat.
-- Of text, only that of past versions of licensed full texts; excerpts of many versions would be full text in disguise.
-- A release of the profile `internal` has the text of all past versions.
create or replace view published_versions as
with article_version as (
    select
        article_id,
        n_versions as version,
        source_id,
        content_sha256,
        last_changed_at as valid_from,
        cast(null as timestamp with time zone) as valid_to,
        title,
        cast(null as varchar) as text,  -- that of a current version is the article's own, and not read for it
        published_at,
        n_chars,
    from generation.article
    union all
    select
        article_id,
        version,
        source_id,
        content_sha256,
        valid_from,
        valid_to,
        title,
        text,
        published_at,
        n_chars,
    from generation.past_version
)

select
    article_version.article_id,
    article_version.version,
    article_version.source_id,
    article_version.valid_from,
    article_version.valid_to,
    nullif(article_version.title, '') as title,
    case
        when article_version.valid_to is not null
            and (published_articles.rights_level = 'full_text' or getvariable('profile') = 'internal')
            then nullif(article_version.text, '')
    end as text,
    article_version.published_at,
    article_version.n_chars,
    coalesce(edit_sizes.n_chars_added, 0) as n_chars_added,
    coalesce(edit_sizes.n_chars_removed, 0) as n_chars_removed,
    coalesce(edit_sizes.is_substantive, false) as is_substantive,
    article_version.content_sha256,
    published_articles.rights_level,
from article_version
inner join published_articles on article_version.article_id = published_articles.article_id
left join edit_sizes
    on article_version.article_id = edit_sizes.article_id and article_version.version = edit_sizes.version;
