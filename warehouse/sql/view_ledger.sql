-- Grain: one outcome at one stage for one source and UTC day.
-- The sums meet: url fetched, entries aside (reason 'entry') = page; page articles = pages with an article record;
-- record article = looks at articles. An article that was withdrawn is withheld, once, for the reason of its tombstone. An article is published with as much of it as its source's rights level, the
-- reason given, allows.
create or replace view ledger as
with url_stage as (
    select
        url_outcome.source_id,
        cast(crawl.started_at at time zone 'UTC' as date) as day,
        'url' as stage,
        url_outcome.outcome,
        case
            when url_outcome.outcome = 'fetched' and url_outcome.role = 'entry' then 'entry'
            else url_outcome.reason
        end as reason,
    from url_outcome
    inner join crawl on url_outcome.crawl_id = crawl.crawl_id
),

page as (
    select
        capture.capture_id,
        capture.source_id,
        cast(crawl.started_at at time zone 'UTC' as date) as day,
        bool_or(record.article_id is not null) as has_article,
        arg_min(record.reason, record.position) as first_reason,
    from capture
    inner join crawl on capture.crawl_id = crawl.crawl_id
    inner join record on capture.capture_id = record.capture_id
    group by capture.capture_id, capture.source_id, crawl.started_at
),

page_stage as (
    select
        source_id,
        day,
        'page' as stage,
        case when has_article then 'articles' else 'rejected' end as outcome,
        case when has_article then null else first_reason end as reason,
    from page
),

record_stage as (
    select
        capture.source_id,
        cast(crawl.started_at at time zone 'UTC' as date) as day,
        'record' as stage,
        case when record.article_id is not null then 'article' else 'rejection' end as outcome,
        record.reason,
    from record
    inner join capture on record.capture_id = capture.capture_id
    inner join crawl on capture.crawl_id = crawl.crawl_id
),

article_stage as (
    select
        version_run.source_id,
        cast(version_run.first_seen_at at time zone 'UTC' as date) as day,
        'article' as stage,
        'published' as outcome,
        source.rights_level as reason,
    from version_run
    inner join source on version_run.source_id = source.source_id
    where version_run.valid_to is null
),

withheld_stage as (
    select
        capture.source_id,
        cast(min(capture.fetched_at) at time zone 'UTC' as date) as day,
        'article' as stage,
        'withheld' as outcome,
        split_part(record.detail, ' ', 1) as reason,
    from record
    inner join capture on record.capture_id = capture.capture_id
    where record.reason = 'withheld'
    group by capture.source_id, record.detail
),

final as (
    select source_id, day, stage, outcome, reason from url_stage
    union all by name
    select source_id, day, stage, outcome, reason from withheld_stage
    union all by name
    select source_id, day, stage, outcome, reason from page_stage
    union all by name
    select source_id, day, stage, outcome, reason from record_stage
    union all by name
    select source_id, day, stage, outcome, reason from article_stage
)

select
    source_id,
    day,
    stage,
    outcome,
    reason,
    count(*) as n,
from final
group by source_id, day, stage, outcome, reason
