-- Grain: one row of one CSV file of a release, every value as its text, an empty field as null. Replaces csv_rows.
-- 64 MB a line: a page of 5 MB is the largest that is ever fetched, each of its characters may be a doubled quote.
-- Two such lines are held at once: left alone, DuckDB takes room for sixteen, a gibibyte.
-- One thread: a quoted line feed may stand anywhere.
create or replace table csv_rows as
select columns(*)
from read_csv(
    $path,
    auto_detect = false,
    header = true,
    columns = $columns,
    delim = ',',
    quote = '"',
    escape = '"',
    nullstr = '',
    max_line_size = 67108864,
    buffer_size = 134217728,
    parallel = false
);
