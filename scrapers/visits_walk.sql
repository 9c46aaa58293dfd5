-- Grain: one page of an entry in one backfill. Replaces what is known of it; safe to repeat.
insert or replace into walk (
    days,
    url,
    entry_url,
    is_done,
    decided_at
)
values (
    :days,
    :url,
    :entry_url,
    :is_done,
    :decided_at
)
