-- Grain: one version but the first of one article, with the size of the edit that led to it. Fills edit_sizes, which is
-- empty. Inputs: generation.past_version, generation.article, touched_versions: of no other article are rows made, and none
-- of them with a date is published before $first or after $last, so that no other text need be read.
--
-- Words are runs of letters or of digits in headline and text, in lower case; spacing, punctuation, letter case and
-- order do not count, nor does a count of views ("1 204 views", "Просмотров: 88"). An edit is substantive when it
-- changes a word of the headline or a number, or adds and removes more than two words together: one misspelt word
-- mended is one removed and one added.
insert into edit_sizes by name
with later as (
    select
        article_id,
        version,
        title,
        text,
    from generation.past_version
    union all
    select
        article_id,
        n_versions as version,
        title,
        text,
    from generation.article
    where published_at between $first and $last
    union all
    select
        article_id,
        n_versions as version,
        title,
        text,
    from generation.article
    where published_at is null
),

pair as (
    select
        later.article_id,
        later.version,
        unnest(['title', 'title', 'text', 'text']) as part,
        unnest([-1, 1, -1, 1]) as weight,
        unnest([earlier.title, later.title, earlier.text, later.text]) as content,
    from generation.past_version as earlier
    semi join touched_versions on earlier.article_id = touched_versions.article_id
    inner join later
        on earlier.article_id = later.article_id and earlier.version + 1 = later.version
),

uncounted as (
    select
        article_id,
        version,
        part,
        weight,
        regexp_replace(
            lower(content),
            '(views?|просмотр\pL*|көрүү\pL*|көрүлдү|қаралды|қаралым\pL*|кўрилди|ko.?rildi|ko.?rish\pL*|бинанда\pL*|görüldi)\s*:?\s*\pN[\pN .,]*|\pN[\pN .,]*\s*(views?|просмотр\pL*|көрүү\pL*|рет көрүлдү|рет қаралды|қаралым\pL*|марта кўрилди|marta ko.?rildi|gezek görüldi)',
            ' ',
            'g'
        ) as content,
    from pair
    where content is not null
),

-- Most lines are in both versions: only those that are not are taken apart into words, of which none goes over two lines.
line as (
    select
        article_id,
        version,
        part,
        weight,
        unnest(string_split(content, chr(10))) as line,
    from uncounted
),

changed_line as (
    select
        article_id,
        version,
        part,
        line,
        sum(weight) as weight,
    from line
    group by all
    having sum(weight) <> 0
),

word as (
    select
        article_id,
        version,
        part,
        weight,
        unnest(regexp_extract_all(line, '[\pL\pM]+|\pN+')) as word,
    from changed_line
),

net as (
    select
        article_id,
        version,
        part,
        word,
        sum(weight) as n,
    from word
    group by all
    having n <> 0
),

summed as (
    select
        article_id,
        version,
        sum(n * length(word)) filter (where n > 0) as n_chars_added,
        sum(-n * length(word)) filter (where n < 0) as n_chars_removed,
        bool_or(part = 'title') or bool_or(regexp_full_match(word, '\pN+')) or sum(abs(n)) > 2 as is_substantive,
    from net
    group by all
)

select
    edited.article_id,
    edited.version,
    cast(coalesce(summed.n_chars_added, 0) as bigint) as n_chars_added,
    cast(coalesce(summed.n_chars_removed, 0) as bigint) as n_chars_removed,
    coalesce(summed.is_substantive, false) as is_substantive,
from (select distinct article_id, version from pair) as edited
left join summed on edited.article_id = summed.article_id and edited.version = summed.version;
