-- Grain: one table that holds something of a withdrawn article. Inputs: all published tables. Reads only.
with found as (
    select 'articles' as place, article_id from articles
    union all
    select 'versions', article_id from versions
    union all
    select 'citations', article_id from citations
    union all
    select 'citations.cited_article_id', cited_article_id from citations
)

select
    tombstones.article_id,
    found.place,
from tombstones
inner join found on tombstones.article_id = found.article_id
order by all;
