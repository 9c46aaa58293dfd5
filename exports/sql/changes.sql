-- Grain: one article whose row differs between two sets of articles. A view: safe to repeat.
-- Inputs: previous_articles and current_articles, each with article_id and record_sha256.
create or replace view changes as
select
    case
        when previous_articles.article_id is null then 'ADD'
        when current_articles.article_id is null then 'DEL'
        else 'MOD'
    end as op,
    coalesce(current_articles.article_id, previous_articles.article_id) as article_id,
    previous_articles.record_sha256 as old_sha256,
    current_articles.record_sha256 as new_sha256,
from current_articles
full join previous_articles on current_articles.article_id = previous_articles.article_id
where current_articles.record_sha256 is distinct from previous_articles.record_sha256;
