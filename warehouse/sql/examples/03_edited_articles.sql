-- Which articles were edited after publication, how often, and what did the headline become?
select
    article_id,
    max(version) as n_versions,
    min(valid_from) as first_seen_at,
    max(valid_from) as last_changed_at,
    arg_min(title, version) as first_title,
    arg_max(title, version) as current_title,
from article_version
group by article_id
having max(version) > 1
order by n_versions desc, last_changed_at desc, article_id
