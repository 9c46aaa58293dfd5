-- Grain: one source of the registry. Counts from the data alone: "the last 7 days" end with the latest crawl of any
-- source, so that the same warehouse always says the same.
create or replace view coverage as
with latest as (
    select max(started_at) as started_at from crawl
),

crawled as (
    select
        source_id,
        max(started_at) as last_crawl_at,
        max(started_at) filter (where is_complete) as last_success_at,
        arg_max(is_complete, (started_at, crawl_id)) as is_last_complete,
    from crawl
    group by source_id
),

carried as (
    select
        crawl.source_id,
        min(crawl.started_at) as carried_forward_since,
    from crawl
    inner join crawled on crawl.source_id = crawled.source_id
    where not crawled.is_last_complete
        and (crawled.last_success_at is null or crawl.started_at > crawled.last_success_at)
    group by crawl.source_id
),

held as (
    select
        article.source_id,
        count(*) as n_articles,
        min(article.published_at) as first_published_at,
        max(article.published_at) as last_published_at,
        max(article.first_seen_at) as last_new_article_at,
        count(*) filter (where article.first_seen_at > latest.started_at - interval 7 days) as n_new_last_7_days,
        round(avg(cast(article.title is not null as double)), 4) as title_share,
        round(avg(cast(article.published_at is not null as double)), 4) as date_share,
        round(avg(cast(article.authors is not null as double)), 4) as author_share,
        round(avg(cast(article.n_chars > 0 as double)), 4) as text_share,
    from article
    cross join latest
    group by article.source_id
)

select
    source.source_id,
    coalesce(held.n_articles, 0) as n_articles,
    held.first_published_at,
    held.last_published_at,
    crawled.last_crawl_at,
    crawled.last_success_at,
    held.last_new_article_at,
    coalesce(held.n_new_last_7_days, 0) as n_new_last_7_days,
    source.min_articles_per_week,
    coalesce(not crawled.is_last_complete, false) as is_carried_forward,
    held.title_share,
    held.date_share,
    held.author_share,
    held.text_share,
    source.max_articles_per_week,
    carried.carried_forward_since,
    date_diff('hour', crawled.last_success_at, latest.started_at) // 24 as n_days_stale,
from source
cross join latest
left join crawled on source.source_id = crawled.source_id
left join carried on source.source_id = carried.source_id
left join held on source.source_id = held.source_id
