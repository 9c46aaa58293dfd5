-- severity: warning
-- meaning: An article says it was published more than a day after we first saw it: an event's date, or a wrong clock.
select
    article_id,
    published_at,
    first_seen_at,
from article
where published_at > first_seen_at + interval 1 day
order by article_id
