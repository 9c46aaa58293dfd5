-- Grain: one article that was withdrawn. Inputs: old_tombstones, withdrawn. A view: safe to repeat.
create or replace view published_tombstones as
select
    old_tombstones.article_id,
    old_tombstones.withdrawn_date,
    old_tombstones.reason,
from old_tombstones
union all
select
    withdrawn.article_id,
    withdrawn.withdrawn_date,
    withdrawn.reason,
from withdrawn
anti join old_tombstones on withdrawn.article_id = old_tombstones.article_id;
