-- Grain: that of the view rows_to_write, which is ordered by a unique key and holds text forms only.
-- Writes one gzipped CSV file (time stamp 0), to $target: UTF-8 without a byte-order mark, line feeds, RFC 4180 quoting, an empty field is null.
copy (select columns(*) from rows_to_write) to $target (
    format csv,
    header,
    delimiter ',',
    quote '"',
    escape '"',
    nullstr '',
    compression gzip
);
