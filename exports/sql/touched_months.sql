-- Grain: one month, YYYY-MM, that has rows which it had not, or had rows which it has no more. Reads only.
-- Inputs: the views fresh_rows (filed_at), gone_rows (filename: rows of touched articles, in the earlier release).
select strftime(month, '%Y-%m') as month
from (select distinct date_trunc('month', filed_at) as month from fresh_rows)
union
select regexp_extract(filename, '-(\d{4}-\d{2})\.parquet$', 1) as month
from gone_rows
order by month;
