-- Grain: one cell that a spreadsheet would calculate, or is too long for it. Input: csv_rows. Reads only.
-- Written apart from spreadsheet_macros.sql on purpose: it checks that file.
with cells as (
    unpivot (select article_id as id, columns(*) from csv_rows)
    on columns(* exclude (id))
    into name column_name value cell
),

-- Of all cells few can be wrong: one whose first sign is one of a formula or may not be shown, one with a semicolon, one
-- that is long. To take away what may not be shown is a look at every sign, so it is done to these alone.
suspect as (
    select
        id,
        column_name,
        cell,
    from cells
    where regexp_matches(cell[1], '[\s\p{Z}\p{C}=+\-@＝＋－＠]') or contains(cell, ';') or strlen(cell) > 32767
),

bare as (
    select
        id,
        column_name,
        cell,
        regexp_replace(cell, '[\s\p{Z}\p{C}]+', '', 'g') as visible,
    from suspect
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
