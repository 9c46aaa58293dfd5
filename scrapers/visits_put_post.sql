-- Grain: one message of a channel that is shown. Keeps when it was met; safe to repeat.
insert into post (
    channel,
    number,
    met_at,
    looked_at
)
values (
    :channel,
    :number,
    :met_at,
    :at
)
on conflict (channel, number) do update set
    looked_at = max(looked_at, excluded.looked_at),
    gone_at = null
