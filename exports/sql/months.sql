-- Grain: one month in which articles are filed: by published_at, else by first_seen_at (both UTC).
-- Input: the scratch table articles. Reads only. logical_sha256: see exports.text_form.
select
    strftime(date_trunc('month', filed_at), '%Y-%m') as month,
    date_trunc('month', filed_at) as starts_at,
    date_trunc('month', filed_at) + interval 1 month as ends_at,
    count(*) as n_rows,
    sha256(string_agg(record_sha256 || chr(10), '' order by filed_at, article_id)) as logical_sha256,
from articles
group by all
order by starts_at;
