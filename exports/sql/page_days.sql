-- Grain: one UTC day of publication, language and country in the days before $until. Input: articles. Reads only.
-- Parameters: $until, the last day shown; $n_days, how many.
select
    published_date as day,
    language,
    country,
    count(*) as n,
from articles
where published_date > $until - cast($n_days as integer) and published_date <= $until
group by published_date, language, country
order by published_date, language, country;
