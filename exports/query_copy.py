"""`kabarchy.duckdb`: the published tables in one database, for the page's SQL console and for analysts.

Storage version v1.2.0, which every DuckDB since reads and the console's engine too; instants are UTC without a zone,
since that engine knows no zones; every column carries its meaning as a comment. Nothing is in it but what the Parquet
files of the release hold.

DuckDB writes unused memory into the blocks of a file (duckdb/duckdb#23382, 2026-06-19). The process that cuts a release
has read texts that rights withhold, one that issues it again those that were withdrawn. So the copy is made by a
process of its own (`exports.sql_process`), which sees nothing but the release's Parquet files, from memory that is
zeroed where DuckDB comes with jemalloc, as on Linux. Its bytes are no promise, its rows are: even with one thread and
without the compression that draws random samples (FSST), one file in four had a stray byte (measured 2026-11-25,
DuckDB 2.0.0). SHA256SUMS lists it like any other file; two builds agree in all files but this one and what names it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from exports.engine import MEMORY_LIMIT
from exports.errors import ReleaseUnwritableError
from exports.manifest import PARQUET, ManifestFile, describe_file
from exports.profiles import NOT_FOR_REDISTRIBUTION, Profile
from exports.published import ARTICLES, PUBLISHED, Published
from scrapers.columns import Column
from warehouse.ddl import comments

QUERY_COPY = "kabarchy.duckdb"
"""The file of a release."""
STORAGE_VERSION = "v1.2.0"
"""The newest form that DuckDB-Wasm 1.32 (engine 1.4.3) reads for sure, and the oldest with zstd for texts."""
_ZEROED_MEMORY = {"DUCKDB_JE_MALLOC_CONF": "zero:true"}
_PROGRAM = Path(__file__).with_name("sql_process.py")


def write_query_copy(folder: Path, files: Sequence[ManifestFile], profile: Profile = Profile.PUBLIC) -> ManifestFile:
    """Write the database into a draft that holds the Parquet `files`. Raises ReleaseUnwritableError."""
    script = ";\n".join(_statements(folder.resolve(), files, profile))
    done = subprocess.run(
        [sys.executable, "-I", str(_PROGRAM)],
        input=script,
        env={**os.environ, **_ZEROED_MEMORY},
        capture_output=True,
        encoding="utf-8",  # on both sides, whatever the locale: a path may have any letters
        check=False,
    )
    if done.returncode != 0:
        raise ReleaseUnwritableError(f"{folder / QUERY_COPY}: {done.stderr.strip() or f'exit code {done.returncode}'}")
    return describe_file(folder, QUERY_COPY, role="data")


def _statements(folder: Path, files: Sequence[ManifestFile], profile: Profile) -> Iterator[str]:
    """What the process does; names come from the contract and paths from us, so that nothing of the data is in it."""
    yield "set TimeZone = 'UTC'"
    yield "set threads = 1"
    yield f"set memory_limit = '{MEMORY_LIMIT}'"
    yield "set temp_directory = ''"  # rows go from file to file, in order: there is nothing to spill
    yield "set force_compression = 'zstd'"
    yield f"set allowed_directories = [{_quoted(folder)}]"
    yield "set enable_external_access = false"
    yield "set lock_configuration = true"
    yield f"attach {_quoted(folder / QUERY_COPY)} as kabarchy (storage_version '{STORAGE_VERSION}')"
    yield "use kabarchy"
    for published in PUBLISHED:
        paths = ", ".join(_quoted(folder / path) for path in parquet_files(published, files))
        yield f"create table {published.name} as select {naive_columns(published)} from read_parquet([{paths}])"  # noqa: S608 - see above
        yield from comments(published.table, kind="table")
        if profile is Profile.INTERNAL:
            notice = f"Internal, {NOT_FOR_REDISTRIBUTION}. One row: {published.table.grain}."
            yield f"comment on table {published.name} is {_quoted(notice)}"
    yield "checkpoint kabarchy"
    yield "use memory"
    yield "detach kabarchy"


def parquet_files(published: Published, files: Sequence[ManifestFile]) -> list[str]:
    """The files that hold a table, in the order of its rows: of articles the monthly ones, else the whole one."""
    of_table = [file for file in files if file.table == published.name and file.mediatype == PARQUET]
    months, whole = ([f.path for f in of_table if (f.month is not None) is is_month] for is_month in (True, False))
    return (months or whole) if published is ARTICLES else (whole or months)


def naive_columns(published: Published) -> str:
    """SQL projection of a published table to what the copy holds of it; the session is in UTC."""
    return ", ".join(_naive(column) for column in published.table.columns)


def _naive(column: Column) -> str:
    is_instant = pa.types.is_timestamp(column.type)
    return f'cast("{column.name}" as timestamp) as "{column.name}"' if is_instant else f'"{column.name}"'


def _quoted(path: str | Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
