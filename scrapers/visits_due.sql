-- Grain: one page that is due, longest overdue first; with is_new only those that never had their turn.
select
    url
from visit
where next_due_at <= :now
    and role = 'page'
    and (first_fetched_at is null or not :is_new)
order by
    next_due_at,
    url
limit :n_most
