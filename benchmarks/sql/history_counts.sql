-- Grain: coverage, one source; ledger, one outcome of one source and day. Both as they follow from the articles.
delete from coverage;
delete from ledger;

insert into coverage by name
select
    source_id,
    count(*) as n_articles,
    min(published_at) as first_published_at,
    max(published_at) as last_published_at,
    max(first_seen_at) as last_crawl_at,
    max(first_seen_at) as last_success_at,
    max(first_seen_at) as last_new_article_at,
    50 as n_new_last_7_days,
    false as is_carried_forward,
    1.0 as title_share,
    1.0 as date_share,
    1.0 as author_share,
    1.0 as text_share,
    0 as n_days_stale,
from article
group by source_id;

insert into ledger by name
with counted as (
    select
        source_id,
        cast(first_seen_at as date) as day,
        count(*) as n,
    from article
    group by all
)

select
    source_id,
    day,
    unnest(['url', 'page', 'record', 'article']) as stage,
    unnest(['fetched', 'articles', 'article', 'published']) as outcome,
    n,
from counted;
