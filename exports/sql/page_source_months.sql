-- Grain: one UTC month of publication of a source, newest first, the two years of it that came last at most.
-- Input: articles. Reads only.
with counted as (
    select
        source_id,
        strftime(published_date, '%Y-%m') as month,
        count(*) as n,
    from articles
    where published_date is not null
    group by source_id, month
)

select
    source_id,
    month,
    n,
from counted
qualify row_number() over (partition by source_id order by month desc) <= 24
order by source_id, month desc;
