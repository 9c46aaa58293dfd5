-- Removes a crawl, to be replaced by a newer batch of it in the same transaction.
delete from crawl
where crawl_id = $crawl_id
