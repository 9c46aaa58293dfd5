"""What an analyst generation is made of.

`article` is a table, text included, sorted by published_at: with the text behind a join, "the latest 20 of a source"
took 9.5 s instead of 2.4 ms on a million rows (2026-11-22). `article_version` is a view, so that the text of current
versions, nearly all of them, is not held twice: only past versions stand apart, in `past_version`.
"""

from scrapers.columns import Table
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
    SOURCE_HEALTH,
    TOMBSTONE,
)
from warehouse.base_tables import DICTIONARY

PAST_VERSION = Table(
    name="past_version",
    grain="one version of one article that is not its current one (part of article_version)",
    columns=ARTICLE_VERSION.columns,
)
COPIED_TABLES = (
    PAST_VERSION,
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
"""Filled by `sql/copy_<name>.sql`, each in one statement."""
GENERATION_TABLES = (ARTICLE, *COPIED_TABLES)
GENERATION_VIEWS = (ARTICLE_VERSION, DICTIONARY)
