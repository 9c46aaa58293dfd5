-- Grain: one row, a number that changes when any value of the table does; independent of the order of rows.
select
    count(*) as n_rows,
    coalesce(sum(cast(hash(entry) as hugeint)), 0) as sum_of_hashes,
from query_table($table_name) as entry
