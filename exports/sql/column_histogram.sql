-- Grain: one of twenty parts of equal width between the smallest and the largest value. Input: seen (one column of
-- numbers, `value`). Reads only.
with bounds as (
    select
        min(value) as smallest,
        max(value) as largest,
    from seen
)

select
    least(cast(floor(20 * (seen.value - bounds.smallest) / (bounds.largest - bounds.smallest)) as integer), 19) as part,
    count(*) as n,
from seen
cross join bounds
where seen.value is not null and bounds.largest > bounds.smallest
group by part
order by part;
