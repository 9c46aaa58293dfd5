-- Grain: one row (by its hash) that one side has and the other lacks. Inputs: the views left_rows and right_rows of one
-- column, row_sha256. Reads only.
with missing as (
    select row_sha256 from left_rows
    except all
    select row_sha256 from right_rows
),

extra as (
    select row_sha256 from right_rows
    except all
    select row_sha256 from left_rows
)

select row_sha256, 'missing' as side from missing
union all
select row_sha256, 'extra' as side from extra;
