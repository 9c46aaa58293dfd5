"""Data files of a release: the same rows give the same bytes, whatever the threads or the order of the input.

One COPY per file, rows sorted by a unique key, nothing of the release or the clock inside. Files are written into a
draft's folder, which is not visible; the draft flushes them to disk as a whole.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from exports.engine import run_sql
from exports.manifest import ManifestFile, describe_file
from exports.profiles import DATASET
from exports.published import ARTICLES, MONTHLY, SMALL, Published, as_written, count_rows, names_of, typed_rows
from exports.text_form import text_projection
from scrapers.published_tables import SCHEMA_VERSION


def write_parquet(rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write sorted rows as one Parquet file."""
    rows.create_view("rows_to_write", replace=True)
    run_sql(connection, "copy_parquet", target=str(target), dataset=DATASET, schema_version=SCHEMA_VERSION)


def write_csv(rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write sorted rows in their text form as one CSV file, gzipped when the target's name ends so."""
    rows.create_view("rows_to_write", replace=True)
    run_sql(connection, "copy_csv_gz" if target.suffix == ".gz" else "copy_csv", target=str(target))


def write_sorted_parquet(
    rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, published: Published, target: Path
) -> None:
    """Write rows, in whatever order they come, as the file of a published table."""
    write_parquet(as_written(rows.order(published.order), published.table), connection, target)


def write_small_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[ManifestFile]:
    """Write the tables that are not published by month, each as .parquet and .csv."""
    return [file for small in SMALL for file in _write_whole(connection, folder, small, typed_rows(connection, small))]


def write_whole_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, months: Sequence[ManifestFile]
) -> list[ManifestFile]:
    """Write the tables that are published by month as a whole too, from the monthly files in the folder.

    One month after the other is the order of the articles: so much text is never sorted at once.
    """
    written = []
    for published in MONTHLY:
        files = [str(folder / file.path) for file in months if file.table == published.name]
        if files:
            rows = connection.read_parquet(files).project(names_of(published))
            rows = rows if published is ARTICLES else rows.order(published.order)
        else:
            rows = connection.table(published.name)
        written += _write_whole(connection, folder, published, rows)
    return written


def _write_whole(
    connection: duckdb.DuckDBPyConnection, folder: Path, published: Published, rows: duckdb.DuckDBPyRelation
) -> list[ManifestFile]:
    """Write sorted rows as one Parquet and one CSV file: `csv/articles.csv.gz`, of the other tables `<table>.csv`."""
    (folder / "csv").mkdir(exist_ok=True)
    parquet = f"{published.name}.parquet"
    csv = "csv/articles.csv.gz" if published is ARTICLES else f"{published.name}.csv"
    write_parquet(as_written(rows, published.table), connection, folder / parquet)
    write_csv(rows.project(text_projection(published.table.columns)), connection, folder / csv)
    n_rows = count_rows(connection, published)
    return [describe_file(folder, path, role="data", table=published.name, rows=n_rows) for path in (parquet, csv)]
