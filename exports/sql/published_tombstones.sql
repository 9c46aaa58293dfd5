-- Grain: one article that was withdrawn; no address, no headline. Input: generation.tombstone.
-- A view: safe to repeat.
create or replace view published_tombstones as
select
    article_id,
    withdrawn_date,
    reason,
from generation.tombstone;
