-- Grain: one content hash, of those that are not held yet. What was withdrawn is left out. Equal hashes mean equal rows, so any of them will do.
-- Runs after insert_citations.sql, which takes the citations of the contents that are not held yet.
insert into content by name
select distinct on (staged.content_sha256)
    staged.content_sha256,
    staged.article_id,
    staged.source_id,
    staged.country,
    staged.kind,
    staged.url,
    staged.title,
    staged.text,
    staged.excerpt,
    staged.language,
    staged.language_confidence,
    staged.language_declared,
    staged.published_at,
    staged.published_precision,
    staged.published_origin,
    staged.zone_assumed,
    staged.modified_at,
    staged.authors,
    staged.section,
    staged.tags,
    staged.n_words,
    staged.n_chars,
    staged.text_origin,
from read_parquet($articles) as staged
anti join tombstone on staged.article_id = tombstone.article_id
anti join content on staged.content_sha256 = content.content_sha256
order by staged.content_sha256
