"""The contract's tables as a release publishes them; the columns that analysts see too are those of `scrapers.tables`.

DATA.md, the schema files, the data package and the catalogue's dictionary are rendered from here. All instants are UTC,
in microseconds.
"""

import pyarrow as pa

from scrapers.columns import Column, Table
from scrapers.columns import count_column as _count
from scrapers.columns import flag_column as _flag
from scrapers.columns import instant_column as _instant
from scrapers.columns import text_column as _text
from scrapers.tables import ARTICLE_CONTENT, CITATION, CONTENT_HASH, COVERAGE, HISTORY, LEDGER, SOURCE, TOMBSTONE

SCHEMA_VERSION = "1.0.0"
"""SemVer of the published tables: minor adds a nullable column, major renames, removes or redefines one."""

PUBLISHED_ARTICLES = Table(
    name="articles",
    grain="one article in its current version, as far as its source's rights allow",
    columns=(
        *ARTICLE_CONTENT,
        CONTENT_HASH,
        *HISTORY,
        Column(name="published_date", type=pa.date32(), meaning="UTC day of published_at.", nullable=True),
        _text("rights_level", "metadata, excerpt or full_text: how much of this article is published."),
        _flag("tdm_reserved", "True when text and data mining is reserved; null when not known.", nullable=True),
        _text("record_sha256", "sha256 of all other columns of this row; changes when any of them does."),
    ),
)
PUBLISHED_CITATIONS = Table(name="citations", grain=CITATION.grain, columns=CITATION.columns)
PUBLISHED_SOURCES = Table(name="sources", grain=SOURCE.grain, columns=SOURCE.columns)
PUBLISHED_COVERAGE = Table(name="coverage", grain=COVERAGE.grain, columns=COVERAGE.columns)
PUBLISHED_LEDGER = Table(name="ledger", grain=LEDGER.grain, columns=LEDGER.columns)
PUBLISHED_TOMBSTONES = Table(name="tombstones", grain=TOMBSTONE.grain, columns=TOMBSTONE.columns)
PUBLISHED_VERSIONS = Table(
    name="versions",
    grain="one version of one article, as far as its source's rights allow",
    columns=(
        _text("article_id", "The article."),
        _count("version", "Number of the version, from 1."),
        _text("source_id", "The source."),
        _instant("valid_from", "First capture with this content, UTC."),
        _instant("valid_to", "First capture with other content, UTC; null for the current version.", nullable=True),
        _text("title", "Headline in this version.", nullable=True),
        _text(
            "text",
            "Text of a past version; null for the current one (it stands in articles) and where rights withhold it.",
            nullable=True,
        ),
        _instant("published_at", "Publication instant in this version, UTC.", nullable=True),
        _count("n_chars", "Characters of the text."),
        _count(
            "n_chars_added",
            "Characters of the words in title and text that the version before lacks; 0 for the first version.",
        ),
        _count(
            "n_chars_removed",
            "Characters of the words that the version before has and this one lacks; 0 for the first version.",
        ),
        _flag(
            "is_substantive",
            "True when the headline's words or a number changed, or more than two words; spacing, punctuation, letter"
            " case, order and counts of views aside. False for the first version.",
        ),
        CONTENT_HASH,
        _text("rights_level", "metadata, excerpt or full_text: how much of this article is published."),
    ),
)
PUBLISHED_DELTA = Table(
    name="delta",
    grain="one article added, modified or deleted since the previous release",
    columns=(
        _text("op", "ADD, MOD or DEL; a DEL row carries only its id and old hash."),
        _text("article_id", "The article."),
        _text("old_sha256", "record_sha256 in the previous release; null for ADD.", nullable=True),
        _text("new_sha256", "record_sha256 in this release; null for DEL.", nullable=True),
        *(
            Column(name=c.name, type=c.type, meaning=c.meaning, nullable=True)
            for c in PUBLISHED_ARTICLES.columns
            if c.name not in ("article_id", "record_sha256")
        ),
    ),
)
PUBLISHED_TABLES = (
    PUBLISHED_ARTICLES,
    PUBLISHED_VERSIONS,
    PUBLISHED_CITATIONS,
    PUBLISHED_SOURCES,
    PUBLISHED_COVERAGE,
    PUBLISHED_LEDGER,
    PUBLISHED_TOMBSTONES,
    PUBLISHED_DELTA,
)
