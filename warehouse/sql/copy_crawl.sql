-- Grain: one crawl of one source.
insert into crawl by name
from warehouse.crawl
order by crawl_id
