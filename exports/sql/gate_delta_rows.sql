-- Grain: one row of a delta that is at odds with this release: what was added or modified must be here with the new
-- hash, what was deleted must be gone, and a DEL row says nothing else. Inputs: articles, the view delta_rows. Reads only.
select
    delta_rows.article_id,
    delta_rows.op,
from delta_rows
left join articles on delta_rows.article_id = articles.article_id
where delta_rows.new_sha256 is distinct from articles.record_sha256
    or (delta_rows.op = 'ADD') <> (delta_rows.old_sha256 is null)
    or (delta_rows.op = 'DEL') <> (delta_rows.new_sha256 is null)
    or (delta_rows.op = 'DEL' and (delta_rows.url is not null or delta_rows.title is not null or delta_rows.text is not null))
    or delta_rows.op not in ('ADD', 'MOD', 'DEL')
order by delta_rows.article_id;
