-- Grain: one row that points at a row that the release does not hold. Inputs: all published tables, the views judged_citations and judged_versions. Reads only.
with dangling as (
    select 'articles.source_id' as reference, articles.source_id as value
    from articles
    anti join sources on articles.source_id = sources.source_id
    union all
    select 'citations.article_id', judged_citations.article_id
    from judged_citations
    anti join articles on judged_citations.article_id = articles.article_id
    union all
    select 'citations.cited_article_id', citations.cited_article_id
    from citations
    anti join articles on citations.cited_article_id = articles.article_id
    where citations.cited_article_id is not null
    union all
    select 'versions.article_id', judged_versions.article_id
    from judged_versions
    anti join articles on judged_versions.article_id = articles.article_id
    union all
    select 'coverage.source_id', coverage.source_id
    from coverage
    anti join sources on coverage.source_id = sources.source_id
)

select
    reference,
    value,
from dangling
order by all;
