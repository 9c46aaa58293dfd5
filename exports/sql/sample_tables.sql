-- Grain: that of each published table; creates all of them with the rows that go with the sampled articles. Inputs: the
-- views all_<table>, sample_articles. Safe to repeat. The stars are the columns of the contract.
create or replace table articles as
select *, coalesce(published_at, first_seen_at) as filed_at
from all_articles
semi join sample_articles on all_articles.article_id = sample_articles.article_id;

create or replace table versions as
select all_versions.* from all_versions
semi join articles on all_versions.article_id = articles.article_id;

create or replace table citations as
select all_citations.* from all_citations
semi join articles on all_citations.article_id = articles.article_id;

create or replace table sources as
select all_sources.* from all_sources
semi join articles on all_sources.source_id = articles.source_id;

create or replace table coverage as
select all_coverage.* from all_coverage
semi join articles on all_coverage.source_id = articles.source_id;

-- Of the days on which one of them was first seen.
create or replace table ledger as
select all_ledger.* from all_ledger
semi join articles on all_ledger.source_id = articles.source_id
    and all_ledger.day = cast(articles.first_seen_at as date);

create or replace table tombstones as
select all_tombstones.* from all_tombstones
order by withdrawn_date desc, article_id
limit 20;
