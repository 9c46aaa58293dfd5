-- What was published last?
select
    published_at,
    source_id,
    language,
    title,
    url,
from articles
order by published_at desc nulls last, article_id
limit 20
