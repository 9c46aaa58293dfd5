-- Grain: one page that is due, longest overdue first.
select
    url
from visit
where next_due_at <= :now
    and role = 'page'
order by
    next_due_at,
    url
limit :n_most
