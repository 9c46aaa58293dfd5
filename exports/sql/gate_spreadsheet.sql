-- Grain: one cell that a spreadsheet would calculate, or is too long for it. Input: csv_rows. Reads only.
-- Written apart from spreadsheet_macros.sql on purpose: it checks that file.
with cells as (
    unpivot (select article_id as id, columns(*) from csv_rows)
    on columns(* exclude (id))
    into name column_name value cell
),

bare as (
    select
        id,
        column_name,
        cell,
        regexp_replace(cell, '[\s\p{Z}\p{C}]+', '', 'g') as visible,
    from cells
),

judged as (
    select
        id,
        column_name,
        case
            when visible[1] in ('=', '+', '-', '@', '＝', '＋', '－', '＠') then 'a formula'
            when regexp_matches(visible, ';"*[=+@＝＋－＠-]') then 'a formula after a semicolon'
            when strlen(cell) > 32767
                and length(cell) + length(regexp_replace(cell, '[\x{0}-\x{ffff}]', '', 'g')) > 32767 then 'too much'
        end as fault,
    from bare
)

select
    id,
    column_name,
    fault,
from judged
where fault is not null
order by all;
