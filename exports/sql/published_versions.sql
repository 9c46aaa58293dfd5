-- Grain: one version of one article, as far as its source's rights allow.
-- Inputs: generation.article_version, published_articles, edit_sizes. A view: safe to repeat.
-- Of text, only that of past versions of licensed full texts; excerpts of many versions would be full text in disguise.
-- A release of the profile `internal` has the text of all past versions.
create or replace view published_versions as
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
from generation.article_version as article_version
inner join published_articles on article_version.article_id = published_articles.article_id
left join edit_sizes
    on article_version.article_id = edit_sizes.article_id and article_version.version = edit_sizes.version;
