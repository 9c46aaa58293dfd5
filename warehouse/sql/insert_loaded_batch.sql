-- Grain: one batch. In the same transaction as the batch's rows: that is what makes loading it again a no-op.
insert into loaded_batch (batch_id, crawl_id, source_id, extractor, info_sha256)
values ($batch_id, $crawl_id, $source_id, $extractor, $info_sha256)
