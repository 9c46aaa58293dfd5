-- Grain: one source, as the page shows it: rights, amount, freshness when the tables were made. Reads only.
-- Inputs: sources and coverage, of a release or (as views) of a generation.
select
    sources.source_id,
    sources.name,
    sources.homepage,
    sources.country,
    sources.languages,
    sources.rights_level,
    sources.licence,
    sources.evidence_url,
    sources.status,
    coalesce(coverage.n_articles, 0) as n_articles,
    coverage.last_published_at,
    coverage.last_crawl_at,
    coverage.last_success_at,
    coverage.last_new_article_at,
    coalesce(coverage.n_new_last_7_days, 0) as n_new_last_7_days,
    sources.min_articles_per_week,
    coalesce(coverage.is_carried_forward, false) as is_carried_forward,
    coverage.carried_forward_since,
from sources
left join coverage on sources.source_id = coverage.source_id
order by sources.source_id;
