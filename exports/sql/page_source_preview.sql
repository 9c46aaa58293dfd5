-- Grain: one of the ten articles of a source that were published last (of those that say when), newest first.
-- Inputs: articles, sources. Reads only. Ranked by their keys alone, so that no headline but those shown is kept.
with newest as (
    select
        article_id,
        row_number() over (partition by source_id order by published_at desc nulls last, article_id) as place,
    from articles
    qualify place <= 10
)

select
    articles.source_id,
    articles.published_at,
    sources.name as source_name,
    articles.language,
    articles.title,
    articles.excerpt,
    articles.url,
    articles.n_words,
    articles.rights_level,
from newest
inner join articles on newest.article_id = articles.article_id
left join sources on articles.source_id = sources.source_id
order by articles.source_id, newest.place;
