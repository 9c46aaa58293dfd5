-- Grain: one outcome at one stage for one source and UTC day: an article that was published is now withheld, for the
-- reason of its tombstone. Inputs: old_ledger, old_articles, withdrawn. A view: safe to repeat.
create or replace view published_ledger as
with taken as (
    select
        old_articles.source_id,
        cast(old_articles.first_seen_at as date) as day,
        withdrawn.reason,
        count(*) as n,
    from old_articles
    inner join withdrawn on old_articles.article_id = withdrawn.article_id
    group by all
),

moved as (
    select source_id, day, stage, outcome, reason, n from old_ledger
    union all
    select
        taken.source_id,
        taken.day,
        'article' as stage,
        'published' as outcome,
        published.reason,
        -taken.n as n,
    from taken
    inner join old_ledger as published
        on taken.source_id = published.source_id and taken.day = published.day
        and published.stage = 'article' and published.outcome = 'published'
    union all
    select source_id, day, 'article' as stage, 'withheld' as outcome, reason, n from taken
)

select
    source_id,
    day,
    stage,
    outcome,
    reason,
    cast(sum(n) as bigint) as n,
from moved
group by all
having sum(n) > 0;
