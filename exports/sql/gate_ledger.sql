-- Grain: one source and day whose stages do not add up, and how. Inputs: ledger, articles. Reads only.
-- Every fetched address that is not only an entry is a page; a page with articles has at least one record that is an article, a rejected page at
-- least one that is none; every article is counted once, on the day on which it was first seen.
with stages as (
    select
        source_id,
        day,
        coalesce(sum(n) filter (stage = 'url' and outcome = 'fetched' and reason is null), 0) as n_fetched,
        coalesce(sum(n) filter (stage = 'page'), 0) as n_pages,
        coalesce(sum(n) filter (stage = 'page' and outcome = 'articles'), 0) as n_article_pages,
        coalesce(sum(n) filter (stage = 'page' and outcome = 'rejected'), 0) as n_rejected_pages,
        coalesce(sum(n) filter (stage = 'record' and outcome = 'article'), 0) as n_article_records,
        coalesce(sum(n) filter (stage = 'record' and outcome = 'rejection'), 0) as n_rejection_records,
        coalesce(sum(n) filter (stage = 'article' and outcome = 'published'), 0) as n_counted,
    from ledger
    group by source_id, day
),

held as (
    select
        source_id,
        cast(first_seen_at as date) as day,
        count(*) as n_held,
    from articles
    group by all
),

judged as (
    select
        coalesce(stages.source_id, held.source_id) as source_id,
        coalesce(stages.day, held.day) as day,
        unnest([
            case when n_pages <> n_fetched then n_pages || ' pages of ' || n_fetched || ' fetched addresses' end,
            case when n_article_pages > n_article_records then 'pages with articles without their records' end,
            case when n_article_pages = 0 and n_article_records > 0 then 'records of no page' end,
            case when n_rejected_pages > n_rejection_records then 'rejected pages without their records' end,
            case
                when coalesce(n_counted, 0) <> coalesce(n_held, 0)
                    then coalesce(n_counted, 0) || ' articles counted, ' || coalesce(n_held, 0) || ' held'
            end,
        ]) as fault,
    from stages
    full join held on stages.source_id = held.source_id and stages.day = held.day
)

select
    source_id,
    day,
    fault,
from judged
where fault is not null
order by all;
