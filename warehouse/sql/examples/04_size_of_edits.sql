-- How much longer or shorter did each edit make its article, and after how many hours did it come?
with edit as (
    select
        article_id,
        version,
        title,
        n_chars - lag(n_chars) over in_time as n_chars_added,
        date_diff('hour', lag(valid_from) over in_time, valid_from) as n_hours_later,
    from article_version
    window in_time as (partition by article_id order by version)
)

select
    article_id,
    version,
    title,
    n_chars_added,
    n_hours_later,
from edit
where version > 1
order by abs(n_chars_added) desc, article_id, version
