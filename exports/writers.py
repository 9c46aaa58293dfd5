"""Data files of a release: the same rows give the same bytes, whatever the threads or the order of the input.

One COPY per file, rows sorted by a unique key, nothing of the release or the clock inside. Files are written into a
draft's folder, which is not visible; the draft flushes them to disk as a whole.
"""

import os
import shutil
from datetime import datetime
from pathlib import Path

import duckdb

from exports.engine import run_sql
from exports.manifest import Manifest, ManifestFile, describe_file, file_sha256
from exports.profiles import DATASET
from exports.published import ARTICLES, SMALL, as_written, count_rows, text_rows, typed_rows
from scrapers.tables import SCHEMA_VERSION


def write_parquet(rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write sorted rows as one Parquet file."""
    rows.create_view("rows_to_write", replace=True)
    run_sql(connection, "copy_parquet", target=str(target), dataset=DATASET, schema_version=SCHEMA_VERSION)


def write_csv(rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write sorted rows in their text form as one CSV file, gzipped when the target's name ends so."""
    rows.create_view("rows_to_write", replace=True)
    run_sql(connection, "copy_csv_gz" if target.suffix == ".gz" else "copy_csv", target=str(target))


def write_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[ManifestFile]:
    """Write every published table whole: `articles.parquet`, `csv/articles.csv.gz`, the others as .parquet and .csv."""
    (folder / "csv").mkdir()
    paths = [("articles.parquet", ARTICLES), ("csv/articles.csv.gz", ARTICLES)]
    paths += [(f"{small.name}{suffix}", small) for small in SMALL for suffix in (".parquet", ".csv")]
    written = []
    for path, published in paths:
        if path.endswith(".parquet"):
            write_parquet(typed_rows(connection, published), connection, folder / path)
        else:
            write_csv(text_rows(connection, published), connection, folder / path)
        rows = count_rows(connection, published)
        written.append(describe_file(folder, path, role="data", table=published.name, rows=rows))
    return written


def write_months(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, previous: tuple[Path, Manifest] | None
) -> tuple[list[ManifestFile], int]:
    """Write `data/articles-YYYY-MM.parquet` for each month, in order; return them and how many were reused.

    A month whose rows are those of the previous release is that release's file, hard-linked where the file system
    can, provided that its bytes are still what its manifest says.
    """
    (folder / "data").mkdir()
    written, n_reused = [], 0
    for month, starts_at, ends_at, n_rows, logical in run_sql(connection, "months").fetchall():
        path = f"data/articles-{month}.parquet"
        if previous is not None and _reuse(path, logical, previous, folder):
            n_reused += 1
        else:
            _write_month(connection, folder / path, starts_at, ends_at)
        described = describe_file(folder, path, role="data", table=ARTICLES.name, rows=n_rows)
        written.append(described.model_copy(update={"month": month, "logical_sha256": logical}))
    return written, n_reused


def _write_month(connection: duckdb.DuckDBPyConnection, target: Path, starts_at: datetime, ends_at: datetime) -> None:
    filed_at = duckdb.ColumnExpression("filed_at")
    rows = connection.table(ARTICLES.name)
    rows = rows.filter(filed_at >= duckdb.ConstantExpression(starts_at))
    rows = rows.filter(filed_at < duckdb.ConstantExpression(ends_at))
    write_parquet(as_written(rows.order(ARTICLES.order), ARTICLES.table), connection, target)


def _reuse(path: str, logical: str, previous: tuple[Path, Manifest], folder: Path) -> bool:
    root, manifest = previous
    old = manifest.file(path)
    if old is None or old.logical_sha256 != logical or manifest.schema_version != SCHEMA_VERSION:
        return False
    if not (root / path).is_file() or file_sha256(root / path) != old.sha256:
        return False
    _link_or_copy(root / path, folder / path)
    return True


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one without hard links, or too many links: the bytes are what matters.
        shutil.copyfile(source, target)
