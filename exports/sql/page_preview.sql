-- Grain: one of the ten articles published last (of those that say when). Inputs: articles, sources. Reads only.
select
    articles.published_at,
    sources.name as source_name,
    articles.language,
    articles.title,
    articles.excerpt,
    articles.url,
    articles.n_words,
    articles.rights_level,
from articles
left join sources on articles.source_id = sources.source_id
order by articles.published_at desc nulls last, articles.article_id
limit 10;
