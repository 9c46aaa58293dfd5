"""The published tables, made in a scratch database from one generation for analysts.

Each is a table or view of the columns of the contract (`scrapers.published_tables`); `articles` also has
`filed_at`, the instant that says into which month an article is filed. Rights are applied here and nowhere else: what
is withheld never leaves the generation (`sql/published_articles.sql`).

The large tables are published by month, versions and citations in the month of their article, and of them only what
changed is made: `touched_<table>` holds the articles of which any row was added, changed or removed since the release
before, `fresh_<table>` their rows as they are now, and `<table>` is a view of those and of the other rows, carried over
from the earlier release's monthly files. Where no release can be built upon, every row is fresh. Whether a row changed
is told by all its columns but the two long ones, for which `content_sha256`, `rights_level` and `n_chars` stand: they
follow from those by the recipe (`recipe_sha256`), and under another recipe nothing is carried over.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.engine import read_sql, run_sql
from exports.text_form import row_sha256, text_projection
from scrapers.columns import Column, Table
from scrapers.published_tables import (
    PUBLISHED_ARTICLES,
    PUBLISHED_CITATIONS,
    PUBLISHED_COVERAGE,
    PUBLISHED_LEDGER,
    PUBLISHED_SOURCES,
    PUBLISHED_TOMBSTONES,
    PUBLISHED_VERSIONS,
    SCHEMA_VERSION,
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
    by_month: bool = False
    """Whether it grows with every article: it is then published by month, and as a whole only where that is asked."""
    decides: bool
    """Whether a change of it alone cuts a release. Coverage and ledger say how we looked, not what the news says."""

    @property
    def name(self) -> str:
        """Name of the table, of its files and of its data resource."""
        return self.table.name

    @property
    def whole_files(self) -> tuple[str, str]:
        """Names of the files of all its rows, in Parquet and in CSV."""
        return f"{self.name}.parquet", "csv/articles.csv.gz" if self is ARTICLES else f"{self.name}.csv"

    @property
    def said(self) -> tuple[Column, ...]:
        """The columns that the row's hash covers."""
        return tuple(column for column in self.table.columns if column.name != "record_sha256")

    @property
    def row_sha256(self) -> str:
        """SQL expression for the hash of a row."""
        return row_sha256(self.said)


_CITATION_KEY = 'article_id, "position"'
_LEDGER_KEY = 'source_id, "day", stage, outcome, reason'
ARTICLES = Published(
    table=PUBLISHED_ARTICLES, key="article_id", order="filed_at, article_id", by_month=True, decides=True
)
CITATIONS = Published(table=PUBLISHED_CITATIONS, key=_CITATION_KEY, order=_CITATION_KEY, by_month=True, decides=True)
SOURCES = Published(table=PUBLISHED_SOURCES, key="source_id", order="source_id", decides=True)
COVERAGE = Published(table=PUBLISHED_COVERAGE, key="source_id", order="source_id", decides=False)
LEDGER = Published(table=PUBLISHED_LEDGER, key=_LEDGER_KEY, order=_LEDGER_KEY, decides=False)
_VERSION_KEY = "article_id, version"
VERSIONS = Published(table=PUBLISHED_VERSIONS, key=_VERSION_KEY, order=_VERSION_KEY, by_month=True, decides=True)
TOMBSTONES = Published(table=PUBLISHED_TOMBSTONES, key="article_id", order="article_id", decides=True)
PUBLISHED = (ARTICLES, VERSIONS, CITATIONS, SOURCES, COVERAGE, LEDGER, TOMBSTONES)
MONTHLY = (ARTICLES, VERSIONS, CITATIONS)
"""Tables that are published by month."""
SMALL = (SOURCES, COVERAGE, LEDGER, TOMBSTONES)
"""Tables that are published as one Parquet and one CSV file each, always."""
LONG = ("text", "excerpt")
"""Columns that are not read to see whether a row changed."""
_FILES_AT_ONCE = 12
"""Monthly files whose hashes are sorted in memory at once: a year of 250,000 articles takes some 50 MB."""
_EDIT_SIZES = ("n_chars_added", "n_chars_removed", "is_substantive")
"""Columns of a version that follow from its text and that of the version before."""
_RECIPE = ("published_articles", "published_versions", "published_citations", "new_edit_sizes")
"""Statements that say how rows of the monthly tables follow from the warehouse."""
_JUDGES = ("article_facts", "gate_rights", "gate_versions", "gate_spreadsheet")
"""Statements that judge a row by its long columns: months that were taken over are not put before them again."""


def recipe_sha256() -> str:
    """Hash of all that decides how the rows of the monthly tables follow from the warehouse, and which may pass.

    The version of the program alone does not tell: between two versions, too, it is changed and run.
    """
    said = [SCHEMA_VERSION, duckdb.__version__, *(read_sql(name) for name in (*_RECIPE, *_JUDGES))]
    said += [published.row_sha256 for published in MONTHLY]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def make_tables(connection: duckdb.DuckDBPyConnection, carried: Mapping[str, Sequence[Path]] | None = None) -> None:
    """Make every published table from the attached generation. Safe to repeat only on a fresh scratch database.

    `carried`: by table, the monthly files of an earlier release, from which rows that did not change are taken.
    """
    run_sql(connection, "create_edit_sizes")
    _make(connection, "published", carried or {})


def make_redacted_tables(connection: duckdb.DuckDBPyConnection, release: Path, withdrawn: pa.Table) -> None:
    """Make every published table from an earlier release's own files, less what was withdrawn.

    `withdrawn` are tombstones, with `source_id` beside where it is known. Columns that the release is too old for are
    null. Safe to repeat only on a fresh scratch database.
    """
    connection.from_arrow(withdrawn).create("withdrawn")
    links = pa.array(find_withheld_links(release, withdrawn), pa.string())
    connection.from_arrow(pa.table({"url": links})).create("withheld_link")
    for published in PUBLISHED:
        files, columns = list_data_files(release, published.name), published.table.columns
        known = set(pq.read_schema(files[0]).names) if files else set()
        # Of a table that it does not have at all, the right columns and no row.
        rows = connection.read_parquet([str(file) for file in files or list_data_files(release, ARTICLES.name)])
        said = (f'"{c.name}"' if c.name in known else f'cast(null as {column_type(c)}) as "{c.name}"' for c in columns)
        rows.filter("true" if known else "false").project(", ".join(said)).create_view(f"old_{published.name}")
    _make(connection, "redacted", {})


def find_withheld_links(release: Path, withdrawn: pa.Table) -> list[str]:
    """Addresses in a release's citations that lead to an article that was withdrawn, where its links go with it."""
    gone = {row["article_id"]: row.get("source_id") for row in withdrawn.to_pylist() if row["reason"] in LINKS_GO_TOO}
    cited = list_data_files(release, CITATIONS.name)
    if not gone or not cited:
        return []
    sources = set(gone.values())
    if None in sources:  # of whom it was is not known: of any
        sources = set(
            pq.read_table(release / f"{SOURCES.name}.parquet", columns=["source_id"])["source_id"].to_pylist()
        )
    urls = pa.concat_tables(pq.read_table(file, columns=["url"]) for file in cited)["url"]
    return find_links(urls.unique().to_pylist(), sources, gone)


def list_data_files(release: Path, table: str) -> list[Path]:
    """The Parquet files of a release folder that together hold a table: the whole one, else the monthly ones."""
    whole = release / f"{table}.parquet"
    return [whole] if whole.is_file() else sorted((release / "data").glob(f"{table}-*.parquet"))


def read_files(
    connection: duckdb.DuckDBPyConnection, published: Published, files: Sequence[Path]
) -> duckdb.DuckDBPyRelation:
    """The rows of a table in some Parquet files, in the columns of the contract; none of no file."""
    if files:
        return connection.read_parquet([str(path) for path in files]).project(names_of(published))
    columns = (f'cast(null as {column_type(c)}) as "{c.name}"' for c in published.table.columns)
    return connection.table_function("range", [0]).project(", ".join(columns))


def _make(connection: duckdb.DuckDBPyConnection, kind: str, carried: Mapping[str, Sequence[Path]]) -> None:
    for published in PUBLISHED:
        run_sql(connection, f"{kind}_{published.name}")
        if not published.by_month:
            connection.table(f"published_{published.name}").order(published.order).create(published.name)
            continue
        _open_carried(connection, published, carried.get(published.name, ()))
        if carried:
            _find_touched(connection, published)
        else:
            connection.table(f"published_{published.name}").project("article_id").create_view(
                f"touched_{published.name}"
            )
        if published is VERSIONS and kind == "published":
            first, last = _touched_instants(connection, published, is_all=not carried)
            run_sql(connection, "new_edit_sizes", first=first, last=last)
        _make_fresh(connection, published, is_all=not carried)
        kept = connection.table(f"carried_{published.name}").join(
            connection.table(f"touched_{published.name}"), "article_id", how="anti"
        )
        columns = names_of(published) + (f", {FILED_AT} as filed_at" if published is ARTICLES else "")
        fresh = connection.table(f"fresh_{published.name}").project(columns)
        fresh.union(kept.project(columns)).create_view(published.name)


def _open_carried(connection: duckdb.DuckDBPyConnection, published: Published, files: Sequence[Path]) -> None:
    """Make the view `carried_<table>`: the columns of the contract, and the name of the file."""
    if files:
        rows = connection.read_parquet([str(file) for file in files], filename=True)
    else:
        rows = read_files(connection, published, ()).project("*, '' as filename")
    rows.create_view(f"carried_{published.name}")


def _find_touched(connection: duckdb.DuckDBPyConnection, published: Published) -> None:
    """Make the table `touched_<table>`. Of versions only the past ones are compared: the last one is the article."""
    compared = ", ".join(f'"{c.name}"' for c in published.said if c.name not in (*LONG, *_EDIT_SIZES))
    for rows, view in ((f"published_{published.name}", "rows_now"), (f"carried_{published.name}", "rows_before")):
        found = connection.table(rows).filter("valid_to is not null" if published is VERSIONS else "true")
        found.project(f"article_id, hash(row({compared})) as row_hash").create_view(view, replace=True)
    run_sql(connection, "touched_rows")
    touched = connection.table("touched_rows")
    if published is not ARTICLES:
        touched = touched.union(connection.table("touched_articles")).distinct()
    touched.create(f"touched_{published.name}")


def _make_fresh(connection: duckdb.DuckDBPyConnection, published: Published, *, is_all: bool) -> None:
    """Make `fresh_<table>`, with `filed_at`: a table in about the order of its months, so that one is soon found.

    Where every article is fresh, they are a view: the generation is in that order already, and texts are much to copy.
    """
    rows = connection.table(f"published_{published.name}") if is_all else _touched_rows(connection, published)
    if published is not ARTICLES:
        filed = connection.table(ARTICLES.name).project("article_id, filed_at")
        rows.join(filed, "article_id").order("filed_at").create(f"fresh_{published.name}")
    elif is_all:
        hash_rows(rows, published).create_view("fresh_articles")
    else:
        hash_rows(rows, published).create("fresh_articles")


def _touched_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> duckdb.DuckDBPyRelation:
    """Rows of touched articles; texts are looked for only among the instants between which anything was touched."""
    rows = connection.table(f"published_{published.name}")
    if published is ARTICLES:
        first, last = map(duckdb.ConstantExpression, _touched_instants(connection, published, is_all=False))
        instant = duckdb.ColumnExpression("published_at")
        rows = rows.filter((instant >= first) & (instant <= last)).union(rows.filter(instant.isnull()))
    return rows.join(connection.table(f"touched_{published.name}"), "article_id", how="semi")


def _touched_instants(
    connection: duckdb.DuckDBPyConnection, published: Published, *, is_all: bool
) -> tuple[datetime | None, datetime | None]:
    """First and last instant of publication of the articles of which anything was touched; None when none has any."""
    rows = connection.table(f"published_{ARTICLES.name}")
    if not is_all:
        rows = rows.join(connection.table(f"touched_{published.name}"), "article_id", how="semi")
    [(first, last)] = rows.aggregate("min(published_at), max(published_at)").fetchall()
    return first, last


def hash_rows(rows: duckdb.DuckDBPyRelation, published: Published) -> duckdb.DuckDBPyRelation:
    """Add `record_sha256`, as it must be, and what else `logical_sha256` needs, to rows without it."""
    filed = f", {FILED_AT} as filed_at" if published is ARTICLES else ""
    return rows.project(f"*, {published.row_sha256} as record_sha256{filed}")


def names_of(published: Published) -> str:
    """The columns of the contract, for a projection."""
    return ", ".join(f'"{column.name}"' for column in published.table.columns)


def sorted_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> duckdb.DuckDBPyRelation:
    """The rows of a table in the order of its files."""
    return connection.table(published.name).order(published.order)


def typed_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> duckdb.DuckDBPyRelation:
    """The rows as they are published in Parquet, sorted."""
    return as_written(sorted_rows(connection, published), published.table)


def as_written(rows: duckdb.DuckDBPyRelation, table: Table) -> duckdb.DuckDBPyRelation:
    """Exactly the columns of the contract, each of them optional in the file.

    DuckDB 2.0 writes a column as required when its statistics know of no null, so that one month's file would differ
    in form from the next, and with what other months hold. The needless-looking case hides the statistics.
    """
    columns = (f'case when "{c.name}" is null then null else "{c.name}" end as "{c.name}"' for c in table.columns)
    return rows.project(", ".join(columns))


def text_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> duckdb.DuckDBPyRelation:
    """The rows in their text form, as they are published in CSV, sorted."""
    return sorted_rows(connection, published).project(text_projection(published.table.columns))


def count_rows(connection: duckdb.DuckDBPyConnection, published: Published) -> int:
    """Rows of a published table."""
    return int(connection.table(published.name).aggregate("count(*)").fetchall()[0][0])


def logical_sha256(rows: duckdb.DuckDBPyRelation, published: Published) -> tuple[int, str]:
    """Number of rows, and their logical hash: equal for equal rows, whatever the writer, its version or the format.

    `rows` carries `record_sha256` and the columns of the table's order.
    """
    [(n_rows, digest)] = rows.aggregate(f"count(*), {_logical_sha256(published)}").fetchall()
    return int(n_rows), str(digest)


def logical_sha256_by_file(
    connection: duckdb.DuckDBPyConnection, published: Published, files: Sequence[Path]
) -> dict[Path, tuple[int, str]]:
    """The same for each of some Parquet files that has rows, from what it holds.

    Articles bring their `record_sha256`, which says nothing of whether it is true.
    """
    found: dict[Path, tuple[int, str]] = {}
    for start in range(0, len(files), _FILES_AT_ONCE):
        rows = connection.read_parquet([str(file) for file in files[start : start + _FILES_AT_ONCE]], filename=True)
        rows = rows.project(f"*, {FILED_AT} as filed_at") if published is ARTICLES else hash_rows(rows, published)
        lines = rows.aggregate(f"filename, count(*), {_logical_sha256(published)}", "filename").fetchall()
        found |= {Path(name): (int(n_rows), str(digest)) for name, n_rows, digest in lines}
    return found


def _logical_sha256(published: Published) -> str:
    """SQL aggregate for the logical hash of rows."""
    return f"sha256(coalesce(string_agg(record_sha256 || chr(10), '' order by {published.order}), ''))"


def logical_sha256_of_months(digests: Iterable[str]) -> str:
    """Logical hash of a table that is published by month, from those of its months, oldest first."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in digests).encode()).hexdigest()
