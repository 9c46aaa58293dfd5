-- Whom does the press name as its source?
select
    domain,
    count(*) as n_citations,
    count(distinct article_id) as n_articles,
from citations
where domain is not null
group by domain
order by n_citations desc, domain
limit 20
