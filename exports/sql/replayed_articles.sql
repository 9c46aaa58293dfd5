-- Grain: one article, as it is after the delta. Inputs: previous_articles and delta, both in the form of the contract
-- (hence the stars: every column of the one has its name in the other). A view: safe to repeat.
create or replace view replayed_articles as
select previous_articles.*
from previous_articles
anti join delta on previous_articles.article_id = delta.article_id
union all by name
select
    delta.* exclude (op, old_sha256, new_sha256),
    delta.new_sha256 as record_sha256,
from delta
where delta.op <> 'DEL';
