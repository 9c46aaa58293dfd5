-- Grain: one article, with what gates must know of all its values: these are read once, for the gates of hashes and of
-- rights. Input: articles_to_read. Made once; safe to repeat.
create table if not exists article_facts as
select
    article_id,
    source_id,
    rights_level,
    tdm_reserved,
    n_chars,
    text is not null as has_text,
    authors is not null as has_authors,
    length(excerpt) as n_excerpt_chars,
    has_true_hash,
from articles_to_read;
