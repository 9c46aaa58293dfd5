-- severity: error
-- meaning: The versions of an article are not numbered 1 to n, or one does not begin where the one before it ends.
with numbered as (
    select
        article_id,
        version,
        valid_from,
        valid_to,
        row_number() over in_time as expected_version,
        lag(valid_to) over in_time as previous_valid_to,
    from version_run
    window in_time as (partition by article_id order by version)
)

select
    article_id,
    version,
    valid_from,
    valid_to,
from numbered
where
    version <> expected_version
    or (version > 1 and previous_valid_to is distinct from valid_from)
    or valid_to < valid_from
order by article_id, version
