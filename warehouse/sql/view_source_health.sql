-- Grain: one source of the registry. How it fared at its latest crawl, in one word, with the reason and since when.
-- From the data alone, like coverage: "now" is the latest crawl of any source.
create or replace view source_health as
with started as (
    select
        source_id,
        min(started_at) as first_crawl_at,
        max(started_at) filter (where not is_complete) as last_trouble_at,
        arg_max(crawl_id, (started_at, crawl_id)) as crawl_id,
        arg_max(finish_reason, (started_at, crawl_id)) as finish_reason,
    from crawl
    group by source_id
),

good_since as (
    select
        crawl.source_id,
        min(crawl.started_at) as since,
    from crawl
    inner join started on crawl.source_id = started.source_id
    where started.last_trouble_at is null or crawl.started_at > started.last_trouble_at
    group by crawl.source_id
),

unread as (
    select
        url_outcome.source_id,
        bool_or(url_outcome.reason = 'blocked') as is_blocked,
        bool_and(url_outcome.reason in ('backing_off', 'daily_budget', 'host_closed')) as is_resting,
        arg_min(
            url_outcome.reason || coalesce(': ' || url_outcome.detail, ''),
            (url_outcome.reason <> 'blocked', url_outcome.url)
        ) as why,
    from url_outcome
    inner join started on url_outcome.crawl_id = started.crawl_id
    where url_outcome.role <> 'page'
        and (url_outcome.outcome = 'failed' or url_outcome.reason in ('backing_off', 'daily_budget'))
    group by url_outcome.source_id
),

judged as (
    select
        coverage.source_id,
        coverage.last_crawl_at,
        coverage.last_success_at,
        coverage.last_new_article_at,
        coverage.min_articles_per_week as n_expected_per_week,
        coverage.n_new_last_7_days as n_seen_last_7_days,
        coverage.carried_forward_since,
        started.finish_reason,
        started.first_crawl_at,
        good_since.since as good_since,
        unread.why,
        case
            when coverage.last_crawl_at is null then 'never'
            when unread.is_blocked then 'blocked'
            when unread.is_resting then 'backing_off'
            when coverage.is_carried_forward then 'failing'
            when started.first_crawl_at <= (select max(started_at) from crawl) - interval 7 days
                and coverage.n_new_last_7_days < coalesce(coverage.min_articles_per_week, 1)
                then 'stale'
            else 'healthy'
        end as state,
    from coverage
    left join started on coverage.source_id = started.source_id
    left join good_since on coverage.source_id = good_since.source_id
    left join unread on coverage.source_id = unread.source_id
)

select
    source_id,
    state,
    case
        when state in ('blocked', 'backing_off') then why
        when state = 'failing' then coalesce(why, nullif(finish_reason, 'finished'), 'a dated entry has none of its days, or an error of ours')
        when state = 'stale' then 'fewer new articles in seven days than expected'
    end as reason,
    case
        when state = 'healthy' then good_since
        when state = 'stale' then coalesce(last_new_article_at, first_crawl_at)
        when state <> 'never' then carried_forward_since
    end as since,
    last_crawl_at,
    last_success_at,
    last_new_article_at,
    n_expected_per_week,
    n_seen_last_7_days,
from judged
