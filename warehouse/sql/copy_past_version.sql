-- Grain: one version of one article that is not its current one.
insert into past_version by name
from warehouse.article_version
where valid_to is not null
