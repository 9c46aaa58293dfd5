-- Grain: one row that one side has and the other lacks, by the hash of all its columns.
-- Inputs: the views left_rows and right_rows, of the same columns. Reads only. JSON keeps null, '' and 'null' apart.
with left_hashes as (
    select sha256(cast(to_json(left_rows) as varchar)) as row_sha256
    from left_rows
),

right_hashes as (
    select sha256(cast(to_json(right_rows) as varchar)) as row_sha256
    from right_rows
),

missing as (
    select row_sha256 from left_hashes
    except all
    select row_sha256 from right_hashes
),

extra as (
    select row_sha256 from right_hashes
    except all
    select row_sha256 from left_hashes
)

select row_sha256, 'missing' as side from missing
union all
select row_sha256, 'extra' as side from extra;
