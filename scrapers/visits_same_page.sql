-- Grain: at most one row: the address under which a page is known, the first one that answered.
select
    url
from visit
where page_key = :page_key
    and role = 'page'
    and first_fetched_at is not null
    and outcome <> 'failed'
order by
    first_fetched_at,
    url
limit 1
