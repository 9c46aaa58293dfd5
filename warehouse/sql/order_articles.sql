-- Grain: one article, with its place in the generation: by publication instant, those without one last.
create temporary table ordered_article as
select
    version_run.article_id,
    version_run.content_sha256,
    version_run.first_seen_at,
    version_run.valid_from as last_changed_at,
    version_run.n_versions,
    version_run.published_raw,
    row_number() over (order by content.published_at nulls last, version_run.article_id) as place,
from warehouse.version_run
inner join warehouse.content on version_run.content_sha256 = content.content_sha256
where version_run.valid_to is null
