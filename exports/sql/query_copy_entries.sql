-- Grain: one table or view of the attached database query_copy, with the storage version of the database. Reads only.
with entries as (
    select database_name, table_name as name, true as is_table, comment from duckdb_tables()
    union all
    select database_name, view_name, false, comment from duckdb_views() where not internal
)

select
    entries.name,
    entries.is_table,
    coalesce(entries.comment, '') as comment,
    coalesce(element_at(databases.tags, 'storage_version')[1], '') as storage_version,
from entries
inner join duckdb_databases() as databases on entries.database_name = databases.database_name
where entries.database_name = 'query_copy'
order by entries.name;
