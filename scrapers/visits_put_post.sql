-- Grain: one message of a channel that is shown. Keeps when it was met, and what it said where that is not told; safe to repeat.
insert into post (
    channel,
    number,
    met_at,
    looked_at,
    said
)
values (
    :channel,
    :number,
    :met_at,
    :at,
    :said
)
on conflict (channel, number) do update set
    looked_at = max(looked_at, excluded.looked_at),
    gone_at = null,
    said = coalesce(excluded.said, post.said)
