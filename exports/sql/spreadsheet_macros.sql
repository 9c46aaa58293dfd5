-- Defines guard_cell(said), then cut_cell(said): a text as a spreadsheet may be given it (see exports.spreadsheet). Null
-- stays null, and nothing becomes it.
-- Safe to repeat. RE2: \p{Z} are spaces, \p{C} marks without a width (byte-order mark, joiners, directions), control
-- characters and those that only one font knows: a spreadsheet may show none of them.
-- Each rule names its text once: what is given to it is put in wherever it is named, and twice twice makes statements
-- that take longer to plan than a month takes to write.
create or replace temp macro one_line(said) as
    regexp_replace(said, '\r\n|[\x{00}-\x{1f}\x{7f}\x{85}\x{2028}\x{2029}]', ' ', 'g');

create or replace temp macro guard_start(said) as
    regexp_replace(said, '^([\s\p{Z}\p{C}]*[=+\-@＝＋－＠])', '''\1');

-- A program that parts cells by semicolons, as those of the region are set up to, sees a cell begin after each.
create or replace temp macro guard_after_semicolons(said) as
    regexp_replace(said, '(;[\s\p{Z}\p{C}"]*)([=+\-@＝＋－＠])', '\1''\2', 'g');

create or replace temp macro guard_cell(said) as
    nullif(guard_after_semicolons(guard_start(one_line(said))), '');

-- 32,767 units of UTF-16 are the most that a cell takes. The mark has 47; a character outside the basic plane is two
-- units, so that with n of them n characters less are kept, and never fewer than half of the limit. To be given a column.
create or replace temp macro cut_cell(said) as
    case
        when length(said) <= 16383 then said
        when length(said) + length(regexp_replace(said, '[^\x{10000}-\x{10ffff}]', '', 'g')) <= 32767 then said
        else left(
            said,
            greatest(32720 - length(regexp_replace(said, '[^\x{10000}-\x{10ffff}]', '', 'g')), 16360)
        ) || ' [… cut: a cell of a spreadsheet holds no more]'
    end;
