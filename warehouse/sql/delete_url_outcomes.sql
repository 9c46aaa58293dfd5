-- Removes the URL outcomes of a crawl, to be replaced by a newer batch of it in the same transaction.
delete from url_outcome
where crawl_id = $crawl_id
