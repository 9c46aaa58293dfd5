"""The published tables, made in a scratch database from one generation for analysts.

Each is a table of the columns of the contract (`scrapers.tables.PUBLISHED_TABLES`), then `record_sha256` (of the row,
see `exports.text_form`; for `articles` it is itself published); `articles` also has `filed_at`, the instant that says
into which month an article is filed. Rights are applied here and nowhere else: what is withheld never leaves the
generation (`sql/published_articles.sql`).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.engine import run_sql
from exports.text_form import row_sha256, text_projection
from scrapers.columns import Column, Table
from scrapers.tables import (
    PUBLISHED_ARTICLES,
    PUBLISHED_CITATIONS,
    PUBLISHED_COVERAGE,
    PUBLISHED_LEDGER,
    PUBLISHED_SOURCES,
    PUBLISHED_TOMBSTONES,
    PUBLISHED_VERSIONS,
)
from scrapers.takedowns import LINKS_GO_TOO, find_links
from warehouse.ddl import column_type

FILED_AT = "coalesce(published_at, first_seen_at)"
"""SQL for the instant by which an article is filed: a page without a date is filed where it was first seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published table, its key, and how its files are sorted."""

    table: Table
    key: str
    """Columns that no two rows share."""
    order: str
    """A total order of the rows; with the key for its last part."""
    decides: bool
    """Whether a change of it alone cuts a release. Coverage and ledger say how we looked, not what the news says."""

    @property
    def name(self) -> str:
        """Name of the table, of its files and of its data resource."""
        return self.table.name

    @property
    def said(self) -> tuple[Column, ...]:
        """The columns that the row's hash covers."""
        return tuple(column for column in self.table.columns if column.name != "record_sha256")


_CITATION_KEY = 'article_id, "position"'
_LEDGER_KEY = 'source_id, "day", stage, outcome, reason'
ARTICLES = Published(table=PUBLISHED_ARTICLES, key="article_id", order="filed_at, article_id", decides=True)
CITATIONS = Published(table=PUBLISHED_CITATIONS, key=_CITATION_KEY, order=_CITATION_KEY, decides=True)
SOURCES = Published(table=PUBLISHED_SOURCES, key="source_id", order="source_id", decides=True)
COVERAGE = Published(table=PUBLISHED_COVERAGE, key="source_id", order="source_id", decides=False)
LEDGER = Published(table=PUBLISHED_LEDGER, key=_LEDGER_KEY, order=_LEDGER_KEY, decides=False)
_VERSION_KEY = "article_id, version"
VERSIONS = Published(table=PUBLISHED_VERSIONS, key=_VERSION_KEY, order=_VERSION_KEY, decides=True)
TOMBSTONES = Published(table=PUBLISHED_TOMBSTONES, key="article_id", order="article_id", decides=True)
PUBLISHED = (ARTICLES, VERSIONS, CITATIONS, SOURCES, COVERAGE, LEDGER, TOMBSTONES)
SMALL = (VERSIONS, CITATIONS, SOURCES, COVERAGE, LEDGER, TOMBSTONES)
"""Tables that are published as one Parquet and one CSV file each."""


def make_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make every published table from the attached generation. Safe to repeat only on a fresh scratch database."""
    run_sql(connection, "new_edit_sizes")
    _make(connection, "published")


def make_redacted_tables(connection: duckdb.DuckDBPyConnection, release: Path, withdrawn: pa.Table) -> None:
    """Make every published table from an earlier release's own files, less what was withdrawn.

    `withdrawn` are tombstones, with `source_id` beside where it is known. Columns that the release is too old for are
    null. Safe to repeat only on a fresh scratch database.
    """
    connection.register("withdrawn", withdrawn)
    links = pa.array(find_withheld_links(release, withdrawn), pa.string())
    connection.register("withheld_link", pa.table({"url": links}))
    for published in PUBLISHED:
        file, columns = release / f"{published.name}.parquet", published.table.columns
        known = set(pq.read_schema(file).names) if file.is_file() else set()
        # Of a table that it does not have at all, the right columns and no row.
        rows = connection.read_parquet(str(file if known else release / f"{ARTICLES.name}.parquet"))
        said = (f'"{c.name}"' if c.name in known else f'cast(null as {column_type(c)}) as "{c.name}"' for c in columns)
        rows.filter("true" if known else "false").project(", ".join(said)).create_view(f"old_{published.name}")
    _make(connection, "redacted")


def find_withheld_links(release: Path, withdrawn: pa.Table) -> list[str]:
    """Addresses in a release's citations that lead to an article that was withdrawn, where its links go with it."""
    gone = {row["article_id"]: row.get("source_id") for row in withdrawn.to_pylist() if row["reason"] in LINKS_GO_TOO}
    cited = release / f"{CITATIONS.name}.parquet"
    if not gone or not cited.is_file():
        return []
    sources = set(gone.values())
    if None in sources:  # of whom it was is not known: of any
        sources = set(
            pq.read_table(release / f"{SOURCES.name}.parquet", columns=["source_id"])["source_id"].to_pylist()
        )
    return find_links(pq.read_table(cited, columns=["url"])["url"].unique().to_pylist(), sources, gone)


def _make(connection: duckdb.DuckDBPyConnection, kind: str) -> None:
    for published in PUBLISHED:
        run_sql(connection, f"{kind}_{published.name}")
        rows = connection.table(f"published_{published.name}")
        rows = rows.project(f"*, {row_sha256(published.said)} as record_sha256{_filing(published)}")
        rows.order(published.order).create(published.name)


def _filing(published: Published) -> str:
    return f", {FILED_AT} as filed_at" if published is ARTICLES else ""


def typed_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> duckdb.DuckDBPyRelation:
    """The rows as they are published in Parquet, sorted."""
    return as_written(connection.table(published.name).order(published.order), published.table)


def as_written(rows: duckdb.DuckDBPyRelation, table: Table) -> duckdb.DuckDBPyRelation:
    """Exactly the columns of the contract, each of them optional in the file.

    DuckDB 2.0 writes a column as required when its statistics know of no null, so that one month's file would differ
    in form from the next, and with what other months hold. The needless-looking case hides the statistics.
    """
    columns = (f'case when "{c.name}" is null then null else "{c.name}" end as "{c.name}"' for c in table.columns)
    return rows.project(", ".join(columns))


def text_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> duckdb.DuckDBPyRelation:
    """The rows in their text form, as they are published in CSV, sorted."""
    return connection.table(published.name).order(published.order).project(text_projection(published.table.columns))


def count_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> int:
    """Rows of a published table."""
    return int(connection.table(published.name).aggregate("count(*)").fetchall()[0][0])


def logical_sha256(rows: duckdb.DuckDBPyRelation, published: Published) -> str:
    """Logical hash of a table's rows: equal for equal rows, whatever the writer, its version or the file format.

    `rows` carries `record_sha256` and the columns of the table's order.
    """
    hashes = f"string_agg(record_sha256 || chr(10), '' order by {published.order})"
    return str(rows.aggregate(f"sha256(coalesce({hashes}, ''))").fetchall()[0][0])
