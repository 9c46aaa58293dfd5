-- Grain: one row: articles that the crawls just loaded carried, by what the load made of them.
-- Inputs: content_before, and the crawls of the batches just loaded.
with seen as (
    select distinct record.article_id
    from record
    inner join capture on record.capture_id = capture.capture_id
    where record.article_id is not null and list_contains($crawl_ids, capture.crawl_id)
),

content_after as (
    select
        record.article_id,
        arg_max(record.content_sha256, (capture.fetched_at, capture.capture_id, record.position)) as content_sha256,
    from record
    inner join capture on record.capture_id = capture.capture_id
    inner join seen on record.article_id = seen.article_id
    group by record.article_id
)

select
    count(*) filter (where content_before.article_id is null) as n_new,
    count(*) filter (where content_before.content_sha256 <> content_after.content_sha256) as n_changed,
    count(*) filter (where content_before.content_sha256 = content_after.content_sha256) as n_unchanged,
from content_after
left join content_before on content_after.article_id = content_before.article_id
