-- Grain: one backfill of a source, by its days: how many pages of entries it has left, and how many pages of the source
-- never had their turn and are due. Input: the visits of the source. Reads only.
select
    days,
    count(*) filter (where not is_done) as n_entry_pages,
    (
        select count(*)
        from visit
        where next_due_at <= :now
            and role = 'page'
            and first_fetched_at is null
    ) as n_pages
from walk
group by
    days
order by
    days
