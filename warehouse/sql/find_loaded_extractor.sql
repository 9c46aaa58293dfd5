-- Grain: one row, the newest extractor version whose batch of a crawl is loaded; null when none is.
select max(extractor) as extractor
from loaded_batch
where crawl_id = $crawl_id
