-- Grain: one language of the articles, undetermined ones aside, sorted. Input: articles. Reads only.
select distinct language
from articles
where language <> 'und'
order by language;
