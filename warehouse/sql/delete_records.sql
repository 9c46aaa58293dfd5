-- Removes what an older extractor version read from a crawl. Runs before delete_captures.sql, in the same transaction.
delete from record
where capture_id in (select capture_id from capture where crawl_id = $crawl_id)
