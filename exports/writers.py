"""Data files of a release: the same rows give the same bytes, whatever the threads or the order of the input.

One COPY per file, rows sorted by a unique key, nothing of the release or the clock inside. Files are written into a
draft's folder, which is not visible; the draft flushes them to disk as a whole.

CSV is packed here and not by COPY, whose own deflate takes three times as long and, of a million articles, held more of
them in memory than there was (measured 2026-11-29).
"""

import gzip
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from exports.engine import run_sql
from exports.manifest import ManifestFile, describe_file
from exports.profiles import DATASET
from exports.published import ARTICLES, MONTHLY, SMALL, Published, as_written, count_rows, read_files, sorted_rows
from exports.text_form import text_projection
from scrapers.published_tables import SCHEMA_VERSION

_GZIP_LEVEL = 5
"""Takes half of the time of level 6 for 3 % more bytes (measured 2026-11-29 on 20,000 articles)."""
_PIECE_BYTES = 2**20
"""Read at once to be packed, so that a month of text is never held as a whole."""


def write_parquet(rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write sorted rows as one Parquet file."""
    rows.create_view("rows_to_write", replace=True)
    run_sql(connection, "copy_parquet", target=str(target), dataset=DATASET, schema_version=SCHEMA_VERSION)


def write_csv(parts: Iterable[duckdb.DuckDBPyRelation], connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write sorted rows in their text form, part after part, as one CSV file, gzipped when it is named so."""
    scratch = target.with_name(".part.csv")  # COPY packs by itself what ends in .gz
    with _open(target) as file:
        for place, rows in enumerate(parts):
            rows.create_view("rows_to_write", replace=True)
            run_sql(connection, "copy_csv", target=str(scratch))
            with scratch.open("rb") as part:
                header = part.readline()
                file.write(b"" if place else header)
                shutil.copyfileobj(part, file, _PIECE_BYTES)
            scratch.unlink()


@contextmanager
def _open(target: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """Open a file to be written; a gzipped one bears neither name nor time."""
    with target.open("wb") as file:
        if target.suffix == ".gz":
            with gzip.GzipFile("", "wb", _GZIP_LEVEL, file, mtime=0) as packed:
                yield packed
        else:
            yield file


def write_sorted_parquet(
    rows: duckdb.DuckDBPyRelation, connection: duckdb.DuckDBPyConnection, published: Published, target: Path
) -> None:
    """Write rows, in whatever order they come, as the file of a published table."""
    write_parquet(as_written(rows.order(published.order), published.table), connection, target)


def write_small_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[ManifestFile]:
    """Write the tables that are not published by month, each as .parquet and .csv."""
    written = []
    for small in SMALL:
        rows = sorted_rows(connection, small)
        written += _write_whole(connection, folder, small, rows, [rows])
    return written


def write_whole_tables(
    connection: duckdb.DuckDBPyConnection, folder: Path, months: Sequence[ManifestFile]
) -> list[ManifestFile]:
    """Write the tables that are published by month as a whole too, from the monthly files in the folder.

    One month after the other is the order of the articles: so much text is never sorted at once.
    """
    written = []
    for published in MONTHLY:
        files = [folder / file.path for file in months if file.table == published.name]
        if published is ARTICLES and files:
            rows = read_files(connection, published, files)
            parts = [read_files(connection, published, [file]) for file in files]
        else:
            rows = sorted_rows(connection, published)
            parts = [rows]
        written += _write_whole(connection, folder, published, rows, parts)
    return written


def _write_whole(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    published: Published,
    rows: duckdb.DuckDBPyRelation,
    parts: Sequence[duckdb.DuckDBPyRelation],
) -> list[ManifestFile]:
    """Write sorted rows, which are also given in parts, as one Parquet and one CSV file."""
    parquet, csv = published.whole_files
    (folder / csv).parent.mkdir(exist_ok=True)
    write_parquet(as_written(rows, published.table), connection, folder / parquet)
    texts = (part.project(text_projection(published.table.columns)) for part in parts)
    write_csv(texts, connection, folder / csv)
    n_rows = count_rows(connection, published)
    return [describe_file(folder, path, role="data", table=published.name, rows=n_rows) for path in (parquet, csv)]
