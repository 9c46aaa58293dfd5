-- Grain: one message of a channel that is shown. Of a known one met_at stays, and so does said where the new look has
-- none; safe to repeat.
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
