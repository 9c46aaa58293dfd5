-- Grain: one article that an article of the sample cites or repeats and that is not in the sample although it is in the
-- release. Inputs: sample_articles, sample_citations, whole_articles. Reads only.
with pointers as (
    select cited_article_id as article_id from sample_citations
    union
    select duplicate_of from sample_articles
)

select pointers.article_id
from pointers
semi join whole_articles on pointers.article_id = whole_articles.article_id
anti join sample_articles on pointers.article_id = sample_articles.article_id
order by pointers.article_id;
