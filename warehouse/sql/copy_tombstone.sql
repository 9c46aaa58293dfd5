-- Grain: one article that was withdrawn and is not taken in again.
insert into tombstone by name
from warehouse.tombstone
order by article_id
