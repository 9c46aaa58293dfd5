-- Grain: one block of consecutive messages of a channel, newest first: when the youngest of them was met, and since when
-- not all of them were looked at.
select
    (number - 1) / :block * :block + :block + 1 as before,
    max(met_at) as met_at,
    min(looked_at) as looked_at
from post
where channel = :channel
    and met_at > :met_after
    and gone_at is null
group by before
order by before desc
