-- Grain: one changed article of a release, the newest of each kind first, at most $n_each of a kind. Reads only.
-- Inputs: delta, sources, versions. A past headline is that of the version before the current one, where it is published.
with current_version as (
    select
        article_id,
        max(version) as version,
    from versions
    group by article_id
),

past as (
    select
        versions.article_id,
        versions.title,
    from versions
    inner join current_version
        on versions.article_id = current_version.article_id
        and versions.version = current_version.version - 1
),

ranked as (
    select
        delta.op,
        delta.article_id,
        delta.source_id,
        delta.language,
        delta.title,
        delta.url,
        delta.published_at,
        row_number() over (partition by delta.op order by delta.published_at desc nulls last, delta.article_id) as place,
    from delta
)

select
    ranked.op,
    ranked.article_id,
    sources.name as source_name,
    ranked.language,
    ranked.title,
    ranked.url,
    case when past.title is distinct from ranked.title then past.title end as past_title,
from ranked
left join sources on ranked.source_id = sources.source_id
left join past on ranked.article_id = past.article_id
where ranked.place <= $n_each
order by list_position(['ADD', 'MOD', 'DEL'], ranked.op), ranked.place;
