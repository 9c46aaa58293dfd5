-- Which of our sources link to articles of which others?
select
    citing.source_id as citing_source_id,
    cited.source_id as cited_source_id,
    count(*) as n_citations,
from citation
inner join article as citing on citation.article_id = citing.article_id
inner join article as cited on citation.cited_article_id = cited.article_id
where citing.source_id <> cited.source_id
group by citing_source_id, cited_source_id
order by n_citations desc, citing_source_id, cited_source_id
