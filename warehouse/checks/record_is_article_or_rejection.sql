-- severity: error
-- meaning: A record is neither an article nor a rejection, both, or under another article than its content.
select
    record.capture_id,
    record.position,
    record.article_id,
    record.reason,
from record
left join content on record.content_sha256 = content.content_sha256
where
    (record.article_id is null) <> (record.content_sha256 is null)
    or (record.article_id is null) = (record.reason is null)
    or record.article_id <> content.article_id
order by record.capture_id, record.position
