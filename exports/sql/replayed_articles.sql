-- Grain: one article, as it is after the delta. Inputs: delta_start (articles before it) and delta, both in the form of the contract
-- (hence the stars: every column of the one has its name in the other). A view: safe to repeat.
create or replace view replayed_articles as
select delta_start.*
from delta_start
anti join delta on delta_start.article_id = delta.article_id
union all by name
select
    delta.* exclude (op, old_sha256, new_sha256),
    delta.new_sha256 as record_sha256,
from delta
where delta.op <> 'DEL';
