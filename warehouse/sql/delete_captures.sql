-- Removes the captures of a crawl, to be replaced by a newer batch of it in the same transaction.
delete from capture
where crawl_id = $crawl_id
