-- severity: warning
-- meaning: One capture carries one article twice; if the two differ, they look like an edit.
select
    capture_id,
    article_id,
    count(*) as n,
from record
where article_id is not null
group by capture_id, article_id
having count(*) > 1
order by capture_id, article_id
