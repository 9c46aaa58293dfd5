-- Grain: one article in its current version, of those after place $after and up to place $up_to.
-- In pieces, because DuckDB does not sort wide rows within its memory limit (out of memory, 2026-11-22).
insert into article by name
select
    content.article_id,
    content.source_id,
    content.country,
    content.kind,
    content.url,
    content.title,
    content.text,
    content.excerpt,
    content.language,
    content.language_confidence,
    content.language_declared,
    content.published_at,
    content.published_precision,
    content.published_origin,
    ordered_article.published_raw,
    content.zone_assumed,
    content.modified_at,
    content.authors,
    content.section,
    content.tags,
    content.n_words,
    content.n_chars,
    content.text_origin,
    content.content_sha256,
    ordered_article.first_seen_at,
    ordered_article.last_changed_at,
    ordered_article.n_versions,
    ordered_article.tdm_reserved,
from ordered_article
inner join warehouse.content on ordered_article.content_sha256 = content.content_sha256
where ordered_article.place > $after and ordered_article.place <= $up_to
order by ordered_article.place
