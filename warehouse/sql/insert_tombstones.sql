-- Grain: one article that was withdrawn. Input: withdrawn_article, an Arrow table in the contract's schema.
-- Runs after delete_tombstones.sql, in the same transaction.
insert into tombstone by name
select
    article_id,
    withdrawn_date,
    reason,
from withdrawn_article
order by article_id
