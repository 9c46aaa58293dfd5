-- How many articles did each source publish in each month, and in which languages?
select
    source_id,
    date_trunc('month', published_at) as month,
    count(*) as n_articles,
    string_agg(distinct language, ' | ' order by language) as languages,
from article
where published_at is not null
group by source_id, month
order by month desc, n_articles desc, source_id
