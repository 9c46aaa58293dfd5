-- Grain: one article of the sample: $n_articles of them at most, and what they point at. Inputs: article_keys,
-- all_citations. Creates the table sample_articles; safe to repeat. Deterministic: article_id is a hash, so that its order
-- is one by lot, which a new article seldom changes.
-- Taken is only what points at nothing, or at no more than three that are at hand and point at nothing themselves; these
-- are taken along. So the sample is closed under references, and at most four times as large as asked for.
-- All that is at hand is taken where it is no more than was asked for and points at nothing else: of a few articles each
-- may point at another, and then there would be no sample.
create or replace table sample_articles as
with pointers as (
    select article_id, duplicate_of as target_id from article_keys where duplicate_of <> article_id
    union
    select article_id, cited_article_id from all_citations where cited_article_id <> article_id
),

counted as (
    select
        pointers.article_id,
        count(*) as n_targets,
        bool_or(article_keys.article_id is null) as leads_out,
        bool_or(pointers.target_id in (select article_id from pointers)) as leads_on,
    from pointers
    left join article_keys on pointers.target_id = article_keys.article_id
    group by pointers.article_id
),

at_hand as (
    select count(*) <= $n_articles and not coalesce((select bool_or(leads_out) from counted), false) as is_enough
    from article_keys
),

placed as (
    select
        article_keys.article_id,
        article_keys.source_id,
        row_number() over (
            partition by article_keys.source_id, article_keys.language, article_keys.month
            order by article_keys.article_id
        ) as place,
    from article_keys
    left join counted on article_keys.article_id = counted.article_id
    where
        counted.article_id is null
        or (counted.n_targets <= 3 and not counted.leads_out and not counted.leads_on)
        or (select is_enough from at_hand)
),

-- Each source has its turn; within one, each language and month has it before any comes again.
turns as (
    select
        article_id,
        row_number() over (partition by source_id order by place, article_id) as turn,
    from placed
),

chosen as (
    select article_id
    from turns
    order by turn, article_id
    limit $n_articles
)

select article_id from chosen
union
select pointers.target_id
from pointers
inner join chosen on pointers.article_id = chosen.article_id;
