-- Grain: one row that lies in the file of another month than that of its article; one of no article is another gate's.
-- Inputs: the view monthly_rows (any table that is published by month, with the name of the file), articles. Reads only.
-- Instants are taken without their zone, which is UTC: with it, the month of one takes ten times as long.
with file as (
    select
        filename,
        cast(regexp_extract(filename, '-(\d{4}-\d{2})\.parquet$', 1) || '-01' as timestamp) as begins_at,
    from (select distinct filename from monthly_rows)
),

filed as (
    select
        article_id,
        date_trunc('month', make_timestamp(epoch_us(coalesce(published_at, first_seen_at)))) as begins_at,
    from articles
)

select
    monthly_rows.article_id,
    monthly_rows.filename,
from monthly_rows
inner join file on monthly_rows.filename = file.filename
inner join filed on monthly_rows.article_id = filed.article_id
where file.begins_at <> filed.begins_at
order by monthly_rows.article_id;
