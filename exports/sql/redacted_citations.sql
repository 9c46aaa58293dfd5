-- Grain: one source named by an article that stays; one that was withdrawn is not pointed at any more, and where a link
-- to it was withdrawn with it, its address and words are dropped.
-- Inputs: old_citations, withdrawn, withheld_link. A view: safe to repeat.
create or replace view published_citations as
select old_citations.* replace (
    case when old_citations.url not in (select url from withheld_link) then old_citations.label
        when old_citations.url is null then old_citations.label end as label,
    case when old_citations.url not in (select url from withheld_link) then old_citations.url end as url,
    case when old_citations.cited_article_id not in (select article_id from withdrawn)
        then old_citations.cited_article_id end as cited_article_id
)
from old_citations
anti join withdrawn on old_citations.article_id = withdrawn.article_id;
