-- Grain: one made-up article more, number n. Inputs: texts (n, text). The first $n_history lie evenly over the 48
-- months before $day, the $n_new after them over the 24 hours that follow.
insert into article by name
with placed as (
    select
        n,
        text,
        date_trunc('second', case
            when n < $n_history
                then $day - interval 48 months + (age_s * n / $n_history) * interval 1 second
            else $day + (86400 * (n - $n_history) / $n_new) * interval 1 second
        end) as published_at,
    from texts
    cross join (select cast(epoch($day) - epoch($day - interval 48 months) as bigint) as age_s)
)

select
    left(sha256('article ' || n), 24) as article_id,
    'outlet' || n % 20 as source_id,
    ['KG', 'KZ', 'UZ', 'TJ', 'TM'][1 + n % 5] as country,
    'article' as kind,
    'https://outlet' || n % 20 || '.example/news/' || strftime(published_at, '%Y/%m/%d') || '/' || n as url,
    left(text, 50) as title,
    text,
    left(text, 200) as excerpt,
    ['ky', 'ru', 'kk', 'uz-Latn', 'tg', 'tk'][1 + n * n % 6] as language,
    0.9 + (hash(n) % 1000) / 10000 as language_confidence,
    ['ky', 'ru', null][1 + n % 3] as language_declared,
    published_at,
    'second' as published_precision,
    'json_ld' as published_origin,
    strftime(published_at, '%Y-%m-%dT%H:%M:%S+06:00') as published_raw,
    false as zone_assumed,
    null as modified_at,
    'Author ' || hash(n) % 500 as authors,
    'section ' || hash(n) % 9 as section,
    'tag ' || hash(n) % 300 || ' | tag ' || hash(n + 1) % 300 as tags,
    length(text) // 8 as n_words,
    length(text) as n_chars,
    'body' as text_origin,
    sha256('content ' || n) as content_sha256,
    published_at + interval 30 minutes as first_seen_at,
    published_at + interval 30 minutes as last_changed_at,
    1 as n_versions,
    null as duplicate_of,
    null as story_id,
    null as tdm_reserved,
from placed
order by n;
