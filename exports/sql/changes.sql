-- Grain: one article whose row differs between two sets of articles. A view: safe to repeat.
-- Inputs: previous_articles and articles, each with article_id and record_sha256.
create or replace view changes as
select
    case
        when previous_articles.article_id is null then 'ADD'
        when articles.article_id is null then 'DEL'
        else 'MOD'
    end as op,
    coalesce(articles.article_id, previous_articles.article_id) as article_id,
    previous_articles.record_sha256 as old_sha256,
    articles.record_sha256 as new_sha256,
from articles
full join previous_articles on articles.article_id = previous_articles.article_id
where articles.record_sha256 is distinct from previous_articles.record_sha256;
