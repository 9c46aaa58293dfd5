-- Grain: one message of a channel that was seen and is not known to be gone, from one number to below another.
select
    channel,
    number
from post
where channel = :channel
    and number >= :oldest
    and (:before is null or number < :before)
    and gone_at is null
order by
    number
