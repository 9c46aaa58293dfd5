-- Grain: one source named by the current version of one article. Input: generation.citation.
-- A view: safe to repeat. An empty text is null.
create or replace view published_citations as
select
    article_id,
    position,
    kind,
    nullif(label, '') as label,
    nullif(url, '') as url,
    nullif(domain, '') as domain,
    nullif(cited_article_id, '') as cited_article_id,
from generation.citation;
