-- How fresh and how complete is each source?
select
    source.name,
    source.status,
    coverage.n_articles,
    coverage.n_new_last_7_days,
    coverage.last_success_at,
    coverage.last_new_article_at,
    coverage.is_carried_forward,
    coverage.date_share,
    source.rights_level,
from coverage
inner join source on coverage.source_id = source.source_id
order by coverage.last_success_at nulls first, source.name
