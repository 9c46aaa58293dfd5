-- Who writes about bridges, in the words of several languages?
select
    published_at,
    source_id,
    language,
    title,
    regexp_extract(text, '(?i).{0,40}\b(?:bridge|köpri|ko.?prik).{0,40}|.{0,40}\PL(?:мост|көпүр|көпір|кўприк).{0,40}') as words_around,
from article
where regexp_matches(text, '(?i)\b(?:bridge|köpri|ko.?prik)|\PL(?:мост|көпүр|көпір|кўприк)')
order by published_at desc nulls last, article_id
limit 20
