-- Grain: one article, with what gates must know of all its values. Inputs: the views articles_to_read (all but the proven
-- ones, with whether the hash of each is true) and proven_articles (those, as far as they are read again). Of the former,
-- which hold the texts, the facts are a table, so that they are read once for the gates of hashes and of rights; the view
-- article_facts has all. Made once; safe to repeat.
create table if not exists facts_to_judge as
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

create or replace view article_facts as
select
    article_id,
    source_id,
    rights_level,
    tdm_reserved,
    n_chars,
    has_text,
    has_authors,
    n_excerpt_chars,
from facts_to_judge
union all
select
    article_id,
    source_id,
    rights_level,
    tdm_reserved,
    n_chars,
    text is not null as has_text,
    authors is not null as has_authors,
    length(excerpt) as n_excerpt_chars,
from proven_articles;
