-- Grain: one page of an entry that a backfill had met before an instant, in the order of their entries.
select
    url,
    entry_url,
    is_done
from walk
where days = :days
    and decided_at < :before
order by
    url
