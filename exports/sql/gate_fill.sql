-- Grain: one share of one source that fell by more than $largest_fall since the last release, so that more than $few
-- articles lack what they would otherwise have; of sources with more than $few articles before. Inputs: coverage, previous_coverage, previous_articles, tombstones. Reads only.
-- Where some of what the last release holds was withdrawn since, it is measured by what it holds without that.
with withdrawn as (
    select distinct source_id
    from previous_articles
    semi join tombstones on previous_articles.article_id = tombstones.article_id
),

staying as (
    select
        source_id,
        count(*) as n_articles,
        round(avg(cast(title is not null as double)), 4) as title_share,
        round(avg(cast(published_at is not null as double)), 4) as date_share,
        round(avg(cast(n_chars > 0 as double)), 4) as text_share,
    from previous_articles
    semi join withdrawn on previous_articles.source_id = withdrawn.source_id
    anti join tombstones on previous_articles.article_id = tombstones.article_id
    group by source_id
),

before as (
    select
        source_id,
        n_articles,
        title_share,
        date_share,
        text_share,
    from previous_coverage
    anti join withdrawn on previous_coverage.source_id = withdrawn.source_id
    union all
    select
        source_id,
        n_articles,
        title_share,
        date_share,
        text_share,
    from staying
),

compared as (
    select
        coverage.source_id,
        coverage.n_articles,
        unnest(['title_share', 'date_share', 'text_share']) as name,
        unnest([before.title_share, before.date_share, before.text_share]) as was,
        unnest([coverage.title_share, coverage.date_share, coverage.text_share]) as is_now,
    from coverage
    inner join before on coverage.source_id = before.source_id
    where before.n_articles > $few
)

select
    source_id,
    name,
    was,
    is_now,
from compared
where was - is_now > $largest_fall and (was - is_now) * n_articles > $few
order by all;
