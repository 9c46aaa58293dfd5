-- Grain: one row of a delta that does not start from what the previous articles say. Reads only.
-- Inputs: previous_articles, delta.
select
    delta.article_id,
    delta.op,
    delta.old_sha256,
    previous_articles.record_sha256 as found_sha256,
from delta
left join previous_articles on delta.article_id = previous_articles.article_id
where delta.old_sha256 is distinct from previous_articles.record_sha256
order by delta.article_id;
