-- Grain: one value of a column that has few, most frequent first. Input: seen (a view of one column, `value`). Reads only.
select
    cast(value as varchar) as value,
    count(*) as n,
from seen
where value is not null
group by value
order by n desc, value
limit 13;
