-- Grain: one article that lies in the file of another month. Input: the view monthly_articles, with its file's name.
select
    article_id,
    filename,
from monthly_articles
where regexp_extract(filename, 'articles-([^/]+)\.parquet$', 1)
    is distinct from strftime(coalesce(published_at, first_seen_at), '%Y-%m')
order by article_id;
