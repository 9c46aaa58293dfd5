"""What an analyst generation is made of.

`article` is a table, text included, sorted by published_at: with the text behind a join, "the latest 20 of a source"
took 9.5 s instead of 2.4 ms on a million rows (2026-11-22). `article_version` is a view, so that the text of current
versions, nearly all of them, is not held twice: what only it needs stands in `past_version` and `current_version`.
"""

import pyarrow as pa

from scrapers.tables import (
    ARTICLE,
    ARTICLE_VERSION,
    CITATION,
    COVERAGE,
    CRAWL,
    LEDGER,
    OBSERVATION,
    REJECTION,
    SOURCE,
    Column,
    Table,
)
from warehouse.base_tables import DICTIONARY

PAST_VERSION = Table(
    name="past_version",
    grain="one version of one article that is not its current one (part of article_version)",
    columns=ARTICLE_VERSION.columns,
)
CURRENT_VERSION = Table(
    name="current_version",
    grain="the current version of one article (part of article_version)",
    columns=(
        Column(name="article_id", type=pa.string(), meaning="The article."),
        Column(name="n_captures", type=pa.int64(), meaning="Captures that carried this version."),
    ),
)
COPIED_TABLES = (
    PAST_VERSION,
    CURRENT_VERSION,
    OBSERVATION,
    CITATION,
    REJECTION,
    LEDGER,
    SOURCE,
    COVERAGE,
    CRAWL,
)
"""Filled by `sql/copy_<name>.sql`, each in one statement."""
GENERATION_TABLES = (ARTICLE, *COPIED_TABLES)
GENERATION_VIEWS = (ARTICLE_VERSION, DICTIONARY)
