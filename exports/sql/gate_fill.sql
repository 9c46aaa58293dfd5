-- Grain: one share of one source that fell by more than $largest_fall since the last release, of sources with more
-- than $few articles in both. Inputs: coverage, previous_coverage. Reads only.
with compared as (
    select
        coverage.source_id,
        unnest(['title_share', 'date_share', 'text_share']) as name,
        unnest([
            previous_coverage.title_share, previous_coverage.date_share, previous_coverage.text_share,
        ]) as was,
        unnest([coverage.title_share, coverage.date_share, coverage.text_share]) as is_now,
    from coverage
    inner join previous_coverage on coverage.source_id = previous_coverage.source_id
    where coverage.n_articles > $few and previous_coverage.n_articles > $few
)

select
    source_id,
    name,
    was,
    is_now,
from compared
where was - is_now > $largest_fall
order by all;
