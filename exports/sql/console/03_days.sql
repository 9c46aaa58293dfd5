-- How many articles did each day bring, country by country?
select
    published_date,
    country,
    count(*) as n_articles,
from articles
where published_date is not null
group by published_date, country
order by published_date desc, country
