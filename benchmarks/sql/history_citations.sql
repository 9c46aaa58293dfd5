-- Grain: one source named by every third article from number $first on, before $last.
insert into citation by name
select
    left(sha256('article ' || n), 24) as article_id,
    0 as position,
    'inline' as kind,
    'the channel ' || hash(n) % 400 as label,
    'https://t.me/channel' || hash(n) % 400 || '/' || n as url,
    't.me/channel' || hash(n) % 400 as domain,
    null as cited_article_id,
from range($first, $last) as numbers (n)
where n % 3 = 0;
