-- Grain: one row of the delta that is at odds with this release: what was added or modified must be here with the new
-- hash, what was deleted must be gone, and a DEL row says nothing else. Inputs: articles, delta. Reads only.
select
    delta.article_id,
    delta.op,
from delta
left join articles on delta.article_id = articles.article_id
where delta.new_sha256 is distinct from articles.record_sha256
    or (delta.op = 'ADD') <> (delta.old_sha256 is null)
    or (delta.op = 'DEL') <> (delta.new_sha256 is null)
    or (delta.op = 'DEL' and (delta.url is not null or delta.title is not null or delta.text is not null))
    or delta.op not in ('ADD', 'MOD', 'DEL')
order by delta.article_id;
