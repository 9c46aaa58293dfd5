-- Grain: one UTC month of publication of $source_id, newest first, two years at most. Input: articles. Reads only.
select
    strftime(published_date, '%Y-%m') as month,
    count(*) as n,
from articles
where source_id = $source_id and published_date is not null
group by month
order by month desc
limit 24;
