"""The contract's tables: type, meaning, unit and nullability of each column, in one place.

Two families: what extraction stages and what the warehouse shows to analysts; what a release publishes of it stands in
`scrapers.published_tables`. DDL comments and DATA.md are rendered from here. Columns may be added; they are never
renamed. All instants are UTC, in microseconds.
"""

import pyarrow as pa

from scrapers.columns import Column, Table
from scrapers.columns import count_column as _count
from scrapers.columns import flag_column as _flag
from scrapers.columns import instant_column as _instant
from scrapers.columns import text_column as _text

ARTICLE_CONTENT = (
    _text(
        "article_id",
        "Stable id: 24 hex digits of sha256(source_id, newline, identity key of url); see scrapers.identity.",
    ),
    _text("source_id", "The outlet or channel; key of the sources table."),
    _text("country", "Country of the source, ISO 3166-1 alpha-2; XX for an outlet of the whole region."),
    _text("kind", "article (a page) or post (a Telegram message)."),
    _text("url", "Canonical address at the publisher, normalised."),
    _text("title", "Headline as published; null for a post without one.", nullable=True),
    _text("text", "Cleaned body, paragraphs separated by a newline; null where rights withhold it.", nullable=True),
    _text(
        "excerpt",
        "Opening of the text: at most 200 characters and a quarter of it; null where withheld.",
        nullable=True,
    ),
    _text("language", "BCP 47 tag detected from title and text (uz-Latn, uz-Cyrl, ...); und when uncertain."),
    Column(name="language_confidence", type=pa.float64(), meaning="Confidence of `language`, 0 to 1, four decimals."),
    _text("language_declared", "BCP 47 tag that the page declares; null when it declares none.", nullable=True),
    _instant(
        "published_at", "Publication instant, UTC; midnight of the source's zone for precision day.", nullable=True
    ),
    _text("published_precision", "second, minute or day; null without published_at.", nullable=True),
    _text(
        "published_origin", "json_ld, meta, selector, feed, sitemap, url or visible: where it was read.", nullable=True
    ),
    _text(
        "published_raw", "The words from which published_at was read when this version was first seen.", nullable=True
    ),
    _flag(
        "zone_assumed", "True when the source's zone was assumed, for want of an offset in the words.", nullable=True
    ),
    _instant("modified_at", "Last change according to the page itself, UTC.", nullable=True),
    _text(
        "authors", "Authors: persons, agencies or desks, joined by ' | '; null where none or withheld.", nullable=True
    ),
    _text("section", "Section of the outlet.", nullable=True),
    _text("tags", "Keywords of the outlet, joined by ' | '.", nullable=True),
    _count("n_words", "Words of the cleaned text."),
    _count("n_chars", "Characters (Unicode code points) of the cleaned text."),
    _text("text_origin", "Which path of the extraction gave the text."),
)
"""What one record says."""

HASHED_CONTENT = tuple(column for column in ARTICLE_CONTENT if column.name != "published_raw")
"""What `content_sha256` covers, together with the citations. The words of a date are left out: "today, 14:05" becomes
"yesterday, 14:05" without anything being edited."""

_RECORD_KEY = (
    _text("capture_id", "The capture that this was read from."),
    _count("position", "Place of the record within its capture, from 0."),
)
CONTENT_HASH = _text("content_sha256", "sha256 of all that the record says about the article, citations included.")
_TDM_RESERVED = _flag(
    "tdm_reserved",
    "True when the page or its site reserved text and data mining when it was fetched; null when they said nothing.",
    nullable=True,
)
_EXTRACTOR = _count("extractor", "Version of the extraction code that read the capture.")
_CITATION = (
    _count("position", "Order in the article, from 0."),
    _text("kind", "related (closing block), inline (link), forwarded (Telegram) or named (in words)."),
    _text("label", "Words with which the source is named.", nullable=True),
    _text("url", "Address given for it.", nullable=True),
    _text("domain", "Host of the address, or named itself, without www; t.me/<handle> for Telegram.", nullable=True),
)
_CRAWL = (
    _text("crawl_id", "UTC start instant, then the source's id; sorts by time."),
    _text("source_id", "The source that was crawled."),
    _text("run_id", "The run that this crawl belonged to."),
    _instant("started_at", "Start of the crawl, UTC."),
    _instant("finished_at", "End of the crawl, UTC."),
    _text("finish_reason", "finished when every URL had its turn; else why it ended early."),
    _flag("is_complete", "True when every URL had its turn and no error was counted."),
    _count("n_discovered", "Distinct URLs met in this crawl, entries included."),
    _count("n_fetched", "URLs that ended as fetched."),
    _count("n_skipped", "URLs that ended as skipped."),
    _count("n_failed", "URLs that ended as failed."),
    _text("code_version", "Version of Kabarchy that crawled."),
)

# --- staged by extraction ------------------------------------------------------------------------------------------

STAGED_CRAWLS = Table(name="crawls", grain="one crawl (one row a batch)", columns=_CRAWL)
STAGED_OUTCOMES = Table(
    name="outcomes",
    grain="one URL met in the crawl",
    columns=(
        _text("crawl_id", "The crawl."),
        _text("source_id", "The source."),
        _text("url", "Normalised address; what was met, where it could not be normalised."),
        _text("role", "entry, page or both."),
        _text("entry_url", "The entry that led here; null for an entry.", nullable=True),
        _text("outcome", "fetched, skipped or failed."),
        _text("reason", "Why it was skipped or failed; null when fetched.", nullable=True),
        _text("detail", "Further words, such as a status code.", nullable=True),
        _text("capture_id", "The capture, when fetched.", nullable=True),
        _instant("decided_at", "When the outcome was known, UTC."),
    ),
)
STAGED_CAPTURES = Table(
    name="captures",
    grain="one capture",
    columns=(
        _RECORD_KEY[0],
        _text("crawl_id", "The crawl."),
        _text("source_id", "The source."),
        _text("role", "entry, page or both; entries carry no records."),
        _text("request_url", "Address asked for, normalised."),
        _text("final_url", "Address that answered, after redirects."),
        _instant("fetched_at", "When the answer was complete, UTC."),
        _count("status", "HTTP status code."),
        _text("warc_path", "Archive file, relative to the archive folder."),
        _count("warc_offset", "Byte offset of the response record."),
        _count("warc_length", "Bytes of the compressed response record."),
        _text("payload_sha256", "sha256 of the body."),
        _EXTRACTOR,
        _TDM_RESERVED,
        _text("tdm_signals", "What page and site say about mining, as 'where: what', joined by ' | '.", nullable=True),
    ),
)
STAGED_ARTICLES = Table(
    name="articles",
    grain="one article read from one capture",
    columns=(*_RECORD_KEY, CONTENT_HASH, *ARTICLE_CONTENT),
)
STAGED_REJECTIONS = Table(
    name="rejections",
    grain="one record that gave no article",
    columns=(
        *_RECORD_KEY,
        _text("reason", "Why there is no article."),
        _text("detail", "Further words.", nullable=True),
    ),
)
STAGED_CITATIONS = Table(
    name="citations",
    grain="one source named by one content",
    columns=(CONTENT_HASH, *_CITATION),
)
STAGED_TABLES = (STAGED_CRAWLS, STAGED_OUTCOMES, STAGED_CAPTURES, STAGED_ARTICLES, STAGED_REJECTIONS, STAGED_CITATIONS)

# --- shown to analysts ---------------------------------------------------------------------------------------------

HISTORY = (
    _instant("first_seen_at", "First capture that carried the article, UTC."),
    _instant("last_changed_at", "First capture of the current version, UTC."),
    _count("n_versions", "Versions seen: maximal runs of captures with equal content."),
    _text("duplicate_of", "article_id of the article that this one repeats.", nullable=True),
    _text("story_id", "Group of articles about one event.", nullable=True),
)
_ARTICLE_RESERVED = _flag(
    "tdm_reserved",
    "Whether the last look at the page at which it or its site said anything found mining reserved; null: never said.",
    nullable=True,
)
ARTICLE = Table(
    name="article",
    grain="one article in its current version",
    columns=(*ARTICLE_CONTENT, CONTENT_HASH, *HISTORY, _ARTICLE_RESERVED),
)
ARTICLE_VERSION = Table(
    name="article_version",
    grain="one version of one article",
    columns=(
        _text("article_id", "The article."),
        _count("version", "Number of the version, from 1."),
        _text("source_id", "The source."),
        CONTENT_HASH,
        _instant("valid_from", "First capture with this content, UTC."),
        _instant("valid_to", "First capture with other content, UTC; null for the current version.", nullable=True),
        _text("title", "Headline in this version.", nullable=True),
        _text("text", "Text in this version.", nullable=True),
        _instant("published_at", "Publication instant in this version, UTC.", nullable=True),
        _count("n_chars", "Characters of the text."),
    ),
)
OBSERVATION = Table(
    name="observation",
    grain="one look at one article",
    columns=(
        *_RECORD_KEY,
        _text("article_id", "The article."),
        _text("source_id", "The source."),
        _text("crawl_id", "The crawl."),
        CONTENT_HASH,
        _instant("fetched_at", "When it was looked at, UTC."),
        _EXTRACTOR,
    ),
)
CITATION = Table(
    name="citation",
    grain="one source named by the current version of one article",
    columns=(
        _text("article_id", "The article that names."),
        *_CITATION,
        _text("cited_article_id", "The article that the address leads to, when we have it.", nullable=True),
    ),
)
REJECTION = Table(
    name="rejection",
    grain="one page or post and one reason for which it gave no article, as it was first found",
    columns=(
        *STAGED_REJECTIONS.columns,
        _text("source_id", "The source."),
        _text("crawl_id", "The crawl."),
        _text("url", "Address that answered."),
        _instant("fetched_at", "When it was fetched, UTC."),
    ),
)
LEDGER = Table(
    name="ledger",
    grain="one outcome at one stage for one source and UTC day",
    columns=(
        _text("source_id", "The source."),
        Column(
            name="day", type=pa.date32(), meaning="UTC day of the crawl's start; of first_seen_at for stage article."
        ),
        _text("stage", "url (discovered addresses), page (fetched pages), record (what they held), article."),
        _text(
            "outcome",
            "url: fetched, skipped, failed. page: articles, rejected. record: article, rejection."
            " article: published, duplicate, withheld.",
        ),
        _text("reason", "Why, where there is a reason to give.", nullable=True),
        _count("n", "How many."),
    ),
)
SOURCE = Table(
    name="source",
    grain="one source of the registry",
    columns=(
        _text("source_id", "Key; the stem of the source's registry file."),
        _text("name", "Name of the outlet or channel."),
        _text("homepage", "Its home page."),
        _text("country", "ISO 3166-1 alpha-2; XX for an outlet of the whole region."),
        _text("languages", "BCP 47 tags it publishes in, joined by ' | '."),
        _text("timezone", "IANA zone of its newsroom."),
        _text("status", "enabled, candidate, disabled, or removed from the registry."),
        _text("status_reason", "Why.", nullable=True),
        _text("rights_level", "metadata, excerpt or full_text: what may be published of it."),
        _text("rights_basis", "default, licence, written_permission or public_domain."),
        _text("licence", "SPDX id or address of the licence, required for full_text.", nullable=True),
        _text("evidence_url", "Where the licence or permission is stated.", nullable=True),
        _flag(
            "tdm_reserved", "True when the source reserves text and data mining; null when not known.", nullable=True
        ),
        _count("min_articles_per_week", "Fewest new articles expected in a week.", nullable=True),
        _count("max_articles_per_week", "Most new articles expected in a week.", nullable=True),
        _count("min_articles", "Fewest articles that a release may hold of it.", nullable=True),
    ),
)
COVERAGE = Table(
    name="coverage",
    grain="one source of the registry",
    columns=(
        _text("source_id", "The source."),
        _count("n_articles", "Articles held."),
        _instant("first_published_at", "Oldest publication instant, UTC.", nullable=True),
        _instant("last_published_at", "Newest publication instant, UTC.", nullable=True),
        _instant("last_crawl_at", "Start of the latest crawl, UTC.", nullable=True),
        _instant("last_success_at", "Start of the latest complete crawl, UTC.", nullable=True),
        _instant("last_new_article_at", "When an article was last seen for the first time, UTC.", nullable=True),
        _count("n_new_last_7_days", "Articles first seen in the seven days before the latest crawl of any source."),
        _count("min_articles_per_week", "Fewest new articles expected in a week.", nullable=True),
        _flag("is_carried_forward", "True when the latest crawl of the source was not complete: its rows are older."),
        Column(name="title_share", type=pa.float64(), meaning="Share of articles with a title.", nullable=True),
        Column(name="date_share", type=pa.float64(), meaning="Share with a publication instant.", nullable=True),
        Column(name="author_share", type=pa.float64(), meaning="Share with an author.", nullable=True),
        Column(name="text_share", type=pa.float64(), meaning="Share with a text.", nullable=True),
        _count("max_articles_per_week", "Most new articles expected in a week.", nullable=True),
        _instant(
            "carried_forward_since",
            "Start of the first crawl after the latest complete one, UTC; null when nothing is carried forward.",
            nullable=True,
        ),
        _count(
            "n_days_stale",
            "Whole days from the latest complete crawl of the source to the latest crawl of any; null when none was.",
            nullable=True,
        ),
    ),
)
SOURCE_HEALTH = Table(
    name="source_health",
    grain="one source of the registry",
    columns=(
        _text("source_id", "The source."),
        _text(
            "state",
            "healthy; stale (crawled, but too little is new); failing (an entry could not be read); backing_off (left"
            " alone for a while after failures); blocked (turned us away); never (not crawled yet).",
        ),
        _text("reason", "Why, in words; null when healthy or never crawled.", nullable=True),
        _instant("since", "Since when there is trouble, or none, UTC; null when never crawled.", nullable=True),
        _instant("last_crawl_at", "Start of the latest crawl, UTC.", nullable=True),
        _instant("last_success_at", "Start of the latest complete crawl, UTC.", nullable=True),
        _instant("last_new_article_at", "When an article was last seen for the first time, UTC.", nullable=True),
        _count("n_expected_per_week", "Fewest new articles expected in a week.", nullable=True),
        _count("n_seen_last_7_days", "Articles first seen in the seven days before the latest crawl of any source."),
    ),
)
CRAWL = Table(name="crawl", grain="one crawl of one source", columns=_CRAWL)
TOMBSTONE = Table(
    name="tombstone",
    grain="one article that was withdrawn and is not taken in again",
    columns=(
        _text("article_id", "The article; its address and headline are not kept."),
        Column(name="withdrawn_date", type=pa.date32(), meaning="UTC day on which it was withdrawn."),
        _text("reason", "takedown, erasure, source_optout or duplicate."),
    ),
)
ANALYST_TABLES = (
    ARTICLE,
    ARTICLE_VERSION,
    OBSERVATION,
    CITATION,
    REJECTION,
    LEDGER,
    SOURCE,
    COVERAGE,
    SOURCE_HEALTH,
    CRAWL,
    TOMBSTONE,
)
