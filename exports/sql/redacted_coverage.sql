-- Grain: one source, with the amounts that stay; shares and the looks at it are as they were.
-- Inputs: old_coverage, published_articles. A view: safe to repeat.
create or replace view published_coverage as
with held as (
    select
        source_id,
        count(*) as n_articles,
        min(published_at) as first_published_at,
        max(published_at) as last_published_at,
        max(first_seen_at) as last_new_article_at,
    from published_articles
    group by source_id
)

select old_coverage.* replace (
    coalesce(held.n_articles, 0) as n_articles,
    held.first_published_at as first_published_at,
    held.last_published_at as last_published_at,
    held.last_new_article_at as last_new_article_at
)
from old_coverage
left join held on old_coverage.source_id = held.source_id;
