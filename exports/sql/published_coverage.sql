-- Grain: one source of the registry. Input: generation.coverage. A view: safe to repeat.
create or replace view published_coverage as
select
    source_id,
    n_articles,
    first_published_at,
    last_published_at,
    last_crawl_at,
    last_success_at,
    last_new_article_at,
    n_new_last_7_days,
    min_articles_per_week,
    is_carried_forward,
    title_share,
    date_share,
    author_share,
    text_share,
    max_articles_per_week,
    carried_forward_since,
    n_days_stale,
from generation.coverage;
