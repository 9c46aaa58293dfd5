-- Grain: one source named by an article that stays; one that was withdrawn is not pointed at any more.
-- Inputs: old_citations, withdrawn. A view: safe to repeat.
create or replace view published_citations as
select old_citations.* replace (
    case when old_citations.cited_article_id not in (select article_id from withdrawn)
        then old_citations.cited_article_id end as cited_article_id
)
from old_citations
anti join withdrawn on old_citations.article_id = withdrawn.article_id;
