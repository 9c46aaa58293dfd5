-- At which hour of its own day does each source publish? Dates known only to the day are left out.
select
    article.source_id,
    hour(article.published_at at time zone source.timezone) as local_hour,
    count(*) as n_articles,
from article
inner join source on article.source_id = source.source_id
where article.published_at is not null and article.published_precision is distinct from 'day'
group by article.source_id, local_hour
order by article.source_id, local_hour
