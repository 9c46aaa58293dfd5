-- Grain: one source named by the current version of one article.
insert into citation by name
from warehouse.citation
order by article_id, position
