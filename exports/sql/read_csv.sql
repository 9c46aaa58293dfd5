-- Grain: one row of one CSV file of a release, every value as its text, an empty field as null. Replaces csv_rows.
-- 64 MB a line: a page of 5 MB is the largest that is ever fetched, each of its characters may be a doubled quote.
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
    parallel = false
);
