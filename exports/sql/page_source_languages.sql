-- Grain: one language of the articles of a source, with how many there are, the most frequent first.
-- Input: articles. Reads only.
select
    source_id,
    language,
    count(*) as n,
from articles
group by source_id, language
order by source_id, n desc, language;
