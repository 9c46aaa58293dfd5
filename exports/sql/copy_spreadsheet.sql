-- Grain: that of the view rows_to_write, in its order. Writes one CSV file, to $target, every cell in quotes: nothing in
-- one can then begin another. Cells hold no line breaks; exports.spreadsheet adds the byte-order mark and CRLF.
copy (select columns(*) from rows_to_write) to $target (
    format csv,
    header,
    delimiter ',',
    quote '"',
    escape '"',
    nullstr '',
    force_quote *
);
