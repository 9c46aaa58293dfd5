-- severity: warning
-- meaning: An article says it was published more than a day after we saw it so: an event's date, or a wrong clock.
select
    content.article_id,
    content.published_at,
    min(capture.fetched_at) as first_seen_at,
from content
inner join record on content.content_sha256 = record.content_sha256
inner join capture on record.capture_id = capture.capture_id
where content.published_at > capture.fetched_at + interval 1 day
group by content.content_sha256, content.article_id, content.published_at
order by content.article_id, content.published_at
