-- Grain: one row that lies in the file of another month than that of its article; one of no article is another gate's.
-- Inputs: the view monthly_rows (any table that is published by month, with the name of the file), articles. Reads only.
select
    monthly_rows.article_id,
    monthly_rows.filename,
from monthly_rows
inner join articles on monthly_rows.article_id = articles.article_id
where regexp_extract(monthly_rows.filename, '-(\d{4}-\d{2})\.parquet$', 1)
    is distinct from strftime(coalesce(articles.published_at, articles.first_seen_at), '%Y-%m')
order by monthly_rows.article_id;
