-- Grain: one way in which a batch's rows contradict its batch.json, each other, or what is held of the same hashes.
-- Inputs: the paths of the batch's files and what its batch.json says.
with crawl_fault as (
    select 'crawls: not exactly the one crawl of the batch' as fault
    from read_parquet($crawls)
    having count(*) <> 1 or bool_or(crawl_id <> $crawl_id or source_id <> $source_id)
),

outcome_fault as (
    select 'outcomes: rows of another crawl' as fault
    from read_parquet($outcomes)
    having bool_or(crawl_id <> $crawl_id or source_id <> $source_id)
),

capture_fault as (
    select 'captures: rows of another crawl or extractor, or one twice' as fault
    from read_parquet($captures)
    having
        bool_or(crawl_id <> $crawl_id or source_id <> $source_id or extractor <> $extractor)
        or bool_or(not starts_with(capture_id, $crawl_id || '/'))
        or count(*) <> count(distinct capture_id)
),

record as (
    select capture_id, position, content_sha256 is not null as is_article from read_parquet($articles)
    union all
    select capture_id, position, false as is_article from read_parquet($rejections)
),

record_fault as (
    select 'records: one place of a capture twice' as fault
    from record
    having count(*) <> count(distinct (capture_id, position))
),

page_fault as (
    select 'captures: not the pages that batch.json counts' as fault
    from read_parquet($captures) as capture
    having
        count(*) filter (where role <> 'entry') <> $n_pages
        or $n_pages_with_articles <> (select count(distinct capture_id) from record where is_article)
),

citation_fault as (
    select 'citations: of a content that the batch does not have, or one place twice' as fault
    from read_parquet($citations) as citation
    left join (select distinct content_sha256 from read_parquet($articles)) as article
        on citation.content_sha256 = article.content_sha256
    having
        bool_or(article.content_sha256 is null)
        or count(*) <> count(distinct (citation.content_sha256, citation.position))
),

article_fault as (
    select 'articles: of another source, or one hash for two articles' as fault
    from read_parquet($articles) as staged
    left join content on staged.content_sha256 = content.content_sha256
    having
        bool_or(staged.source_id <> $source_id)
        or bool_or(content.article_id <> staged.article_id)
        or count(distinct staged.content_sha256) <> count(distinct (staged.content_sha256, staged.article_id))
)

select fault from crawl_fault
union all
select fault from outcome_fault
union all
select fault from capture_fault
union all
select fault from record_fault
union all
select fault from page_fault
union all
select fault from citation_fault
union all
select fault from article_fault
