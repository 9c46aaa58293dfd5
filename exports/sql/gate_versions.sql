-- Grain: one article whose versions do not make one history, and how. Inputs: the views judged_articles and
-- judged_versions. Reads only.
-- Versions are numbered from 1 without a gap, each begins where the one before ends, the last is the article's own.
with ordered as (
    select
        article_id,
        version,
        valid_from,
        valid_to,
        content_sha256,
        rights_level,
        text is not null as has_text,
        lead(valid_from) over in_time as next_from,
        row_number() over in_time as place,
        n_chars_added + n_chars_removed = 0 and is_substantive as is_edit_of_nothing,
    from judged_versions
    window in_time as (partition by article_id order by version)
),

current_version as (
    select
        article_id,
        version,
        valid_from,
        content_sha256,
    from judged_versions
    where valid_to is null
),

faults as (
    select article_id, 'a gap in its versions' as fault from ordered where place <> version
    union all
    select article_id, 'a version that does not end where the next begins' from ordered
    where valid_to is distinct from next_from
    union all
    select article_id, 'text of a version beyond its rights' from ordered
    where has_text
        and (valid_to is null or (rights_level <> 'full_text' and getvariable('profile') <> 'internal'))
    union all
    select article_id, 'a substantive edit of nothing' from ordered where is_edit_of_nothing
    union all
    select judged_articles.article_id, 'its current version is not the article'
    from judged_articles
    left join current_version on judged_articles.article_id = current_version.article_id
    where current_version.version is distinct from judged_articles.n_versions
        or current_version.content_sha256 is distinct from judged_articles.content_sha256
        or current_version.valid_from is distinct from judged_articles.last_changed_at
)

select distinct
    article_id,
    fault,
from faults
order by all;
