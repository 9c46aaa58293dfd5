-- Grain: one source, with its share of the release and its freshness. Inputs: sources, coverage, articles. Reads only.
with held as (
    select
        source_id,
        count(*) as n_rows,
    from articles
    group by source_id
)

select
    sources.source_id,
    sources.name,
    sources.rights_level,
    sources.licence,
    coalesce(held.n_rows, 0) as rows,
    coverage.last_published_at,
    coverage.last_success_at,
    coverage.last_new_article_at,
    coalesce(coverage.is_carried_forward, false) as is_carried_forward,
    sources.status,
    coverage.carried_forward_since,
    coalesce(coverage.n_new_last_7_days, 0) as n_new_last_7_days,
    sources.min_articles_per_week,
from sources
left join held on sources.source_id = held.source_id
left join coverage on sources.source_id = coverage.source_id
order by sources.source_id;
