-- Grain: one language of the articles of $source_id, with how many there are. Input: articles. Reads only.
select
    language,
    count(*) as n,
from articles
where source_id = $source_id
group by language
order by n desc, language;
