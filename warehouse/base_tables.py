"""The tables that the loader writes, in the contract's terms.

Everything that analysts see is a view over these. They hold what the batches say and nothing about when or in which
order they were loaded, so that the same batches give the same rows in any order. The DDL itself is in `schema/`; a test
compares the two.
"""

import pyarrow as pa

from scrapers.columns import Column, Table
from scrapers.tables import (
    CRAWL,
    HASHED_CONTENT,
    SOURCE,
    STAGED_ARTICLES,
    STAGED_CAPTURES,
    STAGED_CITATIONS,
    STAGED_OUTCOMES,
    TOMBSTONE,
)

_CAPTURE_ID, _POSITION, _CONTENT_SHA256 = STAGED_ARTICLES.columns[:3]

SCHEMA_VERSION_TABLE = Table(
    name="schema_version",
    grain="one migration applied",
    columns=(
        Column(name="version", type=pa.int64(), meaning="Number of the migration."),
        Column(name="name", type=pa.string(), meaning="Its file."),
    ),
)
CONTRACT = Table(
    name="contract",
    grain="the views and comments in force (one row)",
    columns=(
        Column(name="sha256", type=pa.string(), meaning="Hash of the statements that made the views and comments."),
    ),
)
LOADED_BATCH = Table(
    name="loaded_batch",
    grain="one batch loaded",
    columns=(
        Column(name="batch_id", type=pa.string(), meaning="The batch: crawl and extractor version."),
        Column(name="crawl_id", type=pa.string(), meaning="The crawl."),
        Column(name="source_id", type=pa.string(), meaning="The source."),
        Column(name="extractor", type=pa.int64(), meaning="Version of the extraction code."),
        Column(name="info_sha256", type=pa.string(), meaning="sha256 of the batch's `batch.json`."),
    ),
)
URL_OUTCOME = Table(name="url_outcome", grain=STAGED_OUTCOMES.grain, columns=STAGED_OUTCOMES.columns)
CAPTURE = Table(name="capture", grain=STAGED_CAPTURES.grain, columns=STAGED_CAPTURES.columns)
RECORD = Table(
    name="record",
    grain="one record read from one capture: an article or a rejection",
    columns=(
        _CAPTURE_ID,
        _POSITION,
        Column(name="extractor", type=pa.int64(), meaning="Version of the extraction code that read it."),
        Column(name="article_id", type=pa.string(), meaning="The article; null for a rejection.", nullable=True),
        Column(
            name="content_sha256",
            type=pa.string(),
            meaning="Hash of what the record says; null for a rejection.",
            nullable=True,
        ),
        Column(
            name="published_raw",
            type=pa.string(),
            meaning="The words from which the publication instant was read.",
            nullable=True,
        ),
        Column(name="reason", type=pa.string(), meaning="Why there is no article; null for an article.", nullable=True),
        Column(name="detail", type=pa.string(), meaning="Further words on a rejection.", nullable=True),
    ),
)
CONTENT = Table(name="content", grain="one content hash", columns=(_CONTENT_SHA256, *HASHED_CONTENT))
CONTENT_CITATION = Table(name="content_citation", grain=STAGED_CITATIONS.grain, columns=STAGED_CITATIONS.columns)

BASE_TABLES = (
    SCHEMA_VERSION_TABLE,
    CONTRACT,
    LOADED_BATCH,
    CRAWL,
    URL_OUTCOME,
    CAPTURE,
    RECORD,
    CONTENT,
    CONTENT_CITATION,
    SOURCE,
    TOMBSTONE,
)

VERSION_RUN = Table(
    name="version_run",
    grain="one version of one article, without its text",
    columns=(
        Column(name="article_id", type=pa.string(), meaning="The article."),
        Column(name="version", type=pa.int64(), meaning="Number of the version, from 1."),
        Column(name="source_id", type=pa.string(), meaning="The source."),
        _CONTENT_SHA256,
        Column(name="valid_from", type=pa.timestamp("us", tz="UTC"), meaning="First capture with this content, UTC."),
        Column(
            name="valid_to",
            type=pa.timestamp("us", tz="UTC"),
            meaning="First capture with other content, UTC; null for the current version.",
            nullable=True,
        ),
        Column(
            name="published_raw",
            type=pa.string(),
            meaning="The words of the date in the first of them.",
            nullable=True,
        ),
        Column(name="first_seen_at", type=pa.timestamp("us", tz="UTC"), meaning="First capture of the article, UTC."),
        Column(name="n_versions", type=pa.int64(), meaning="Versions of the article."),
    ),
)
DICTIONARY = Table(
    name="dictionary",
    grain="one column of one table",
    columns=(
        Column(name="table_name", type=pa.string(), meaning="The table or view."),
        Column(name="column_name", type=pa.string(), meaning="The column."),
        Column(name="type", type=pa.string(), meaning="Its type in DuckDB."),
        Column(name="meaning", type=pa.string(), meaning="What it says, in which unit, when it is null."),
    ),
)
