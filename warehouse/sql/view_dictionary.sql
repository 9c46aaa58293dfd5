-- Grain: one column of one table or view, with what it means; DESCRIBE does not show comments.
create or replace view dictionary as
select
    table_name,
    column_name,
    lower(data_type) as type,
    comment as meaning,
from duckdb_columns()
where not internal and comment is not null
order by table_name, column_index
