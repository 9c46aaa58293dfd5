-- Grain: one article that may be sampled, with what is needed to choose. Input: all_articles. Creates article_keys.
create or replace table article_keys as
select
    article_id,
    source_id,
    language,
    duplicate_of,
    strftime(coalesce(published_at, first_seen_at), '%Y-%m') as month,
from all_articles;
