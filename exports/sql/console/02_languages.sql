-- How many articles are there in each language, and from how many sources?
select
    language,
    count(*) as n_articles,
    count(distinct source_id) as n_sources,
    min(published_at) as oldest_at,
    max(published_at) as newest_at,
from articles
group by language
order by n_articles desc, language
