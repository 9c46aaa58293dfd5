-- Grain: the current version of one article. Runs after order_articles.sql.
insert into current_version by name
select
    article_id,
    n_captures,
from ordered_article
order by place
