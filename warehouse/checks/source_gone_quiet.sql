-- severity: warning
-- meaning: An enabled source gave fewer new articles in seven days than its registry file expects.
select
    coverage.source_id,
    coverage.n_new_last_7_days,
    coverage.min_articles_per_week,
from coverage
inner join source on coverage.source_id = source.source_id
where source.status = 'enabled' and coverage.n_new_last_7_days < coverage.min_articles_per_week
order by coverage.source_id
