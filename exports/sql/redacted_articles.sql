-- Grain: one article that stays. Inputs: old_articles (a release's own, in the contract's columns), withdrawn.
-- A view: safe to repeat. The star is every column of the contract; the hash is made anew.
create or replace view published_articles as
select old_articles.* exclude (record_sha256) replace (
    case when old_articles.duplicate_of not in (select article_id from withdrawn) then old_articles.duplicate_of end
        as duplicate_of,
    case when old_articles.story_id not in (select article_id from withdrawn) then old_articles.story_id end
        as story_id
)
from old_articles
anti join withdrawn on old_articles.article_id = withdrawn.article_id;
