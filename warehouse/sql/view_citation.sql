-- Grain: one source named by the current version of one article.
-- An address leads to an article of ours when it is that article's own; of several (syndication) the least id is taken.
create or replace view citation as
with known_url as (
    select
        url,
        min(article_id) as article_id,
    from article
    group by url
)

select
    article.article_id,
    content_citation.position,
    content_citation.kind,
    content_citation.label,
    content_citation.url,
    content_citation.domain,
    known_url.article_id as cited_article_id,
from article
inner join content_citation on article.content_sha256 = content_citation.content_sha256
left join known_url on content_citation.url = known_url.url
