-- Grain: one article of which a row is now that was not before, or was before and is not now. A view: safe to repeat.
-- Inputs: the views rows_now and rows_before, of article_id and a hash of the row.
-- 64 bits a row: a change passes unseen once in 2^64.
create or replace view touched_rows as
with weighed as (
    select article_id, row_hash, 1 as weight
    from rows_now
    union all
    select article_id, row_hash, -1 as weight
    from rows_before
),

differing as (
    select article_id
    from weighed
    group by article_id, row_hash
    having sum(weight) <> 0
)

select distinct article_id
from differing;
