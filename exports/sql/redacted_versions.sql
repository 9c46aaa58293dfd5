-- Grain: one version of an article that stays. Inputs: old_versions, withdrawn. A view: safe to repeat.
create or replace view published_versions as
select old_versions.*
from old_versions
anti join withdrawn on old_versions.article_id = withdrawn.article_id;
