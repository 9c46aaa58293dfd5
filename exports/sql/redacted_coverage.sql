-- Grain: one source, with the amounts and shares of what stays, as the warehouse will count them; the looks at it are as
-- they were. The share with an author is not given any more: a release does not hold all authors.
-- Inputs: old_coverage, published_articles. A view: safe to repeat.
create or replace view published_coverage as
with latest as (
    select max(last_crawl_at) as started_at from old_coverage
),

held as (
    select
        published_articles.source_id,
        count(*) as n_articles,
        min(published_articles.published_at) as first_published_at,
        max(published_articles.published_at) as last_published_at,
        max(published_articles.first_seen_at) as last_new_article_at,
        count(*) filter (
            where published_articles.first_seen_at > latest.started_at - interval 7 days
        ) as n_new_last_7_days,
        round(avg(cast(published_articles.title is not null as double)), 4) as title_share,
        round(avg(cast(published_articles.published_at is not null as double)), 4) as date_share,
        round(avg(cast(published_articles.n_chars > 0 as double)), 4) as text_share,
    from published_articles
    cross join latest
    group by published_articles.source_id
)

select old_coverage.* replace (
    coalesce(held.n_articles, 0) as n_articles,
    held.first_published_at as first_published_at,
    held.last_published_at as last_published_at,
    held.last_new_article_at as last_new_article_at,
    coalesce(held.n_new_last_7_days, 0) as n_new_last_7_days,
    held.title_share as title_share,
    held.date_share as date_share,
    case when held.n_articles = old_coverage.n_articles then old_coverage.author_share end as author_share,
    held.text_share as text_share
)
from old_coverage
left join held on old_coverage.source_id = held.source_id;
