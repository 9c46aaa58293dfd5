"""The gates of the copies of the data in other forms: the query copy, the files for spreadsheets and the sample.

Each copy must hold what the tables hold and nothing else. A release without such files passes: an operator may leave
them out, and older releases had none.
"""

from itertools import chain
from pathlib import Path

import duckdb

from exports.engine import run_sql
from exports.gates import Gate, find_different_rows
from exports.profiles import NOT_FOR_REDISTRIBUTION, Profile
from exports.published import ARTICLES, PUBLISHED, Published, read_files
from exports.query_copy import QUERY_COPY, STORAGE_VERSION, naive_columns, parquet_files
from exports.release_reading import ReleaseReading
from exports.sample import SAMPLE, drawn_from, sample_files
from exports.spreadsheet import BYTE_ORDER_MARK, Sheet, list_sheets, read_sheet_rows
from exports.text_form import text_projection
from warehouse.ddl import column_type


def check_query_copy(reading: ReleaseReading) -> list[str]:
    """The query copy can be opened by the console, and holds the rows of the published tables and nothing else."""
    if reading.manifest.file(QUERY_COPY) is None:
        return []
    run_sql(reading.connection, "attach_query_copy", path=str(reading.path / QUERY_COPY))
    try:
        return [f"{QUERY_COPY}: {fault}" for fault in _query_copy_faults(reading)]
    finally:
        run_sql(reading.connection, "detach_query_copy")


def _query_copy_faults(reading: ReleaseReading) -> list[str]:
    entries = run_sql(reading.connection, "query_copy_entries").fetchall()
    tables = {name for name, is_table, *_ in entries if is_table}
    faults = [f"{name} is no published table" for name, *_ in entries if name not in {p.name for p in PUBLISHED}]
    faults += [f"has no table {published.name}" for published in PUBLISHED if published.name not in tables]
    faults += [f"storage version {found}" for *_, found in entries[:1] if not found.startswith(STORAGE_VERSION)]
    profile = reading.manifest.profile
    faults += [
        f"{name} is not marked as {profile}"
        for name, _, comment, _ in entries
        if (NOT_FOR_REDISTRIBUTION in comment) != (profile is Profile.INTERNAL)
    ]
    for published in PUBLISHED if not faults else ():
        faults += _copied_table_faults(reading, published)
    return faults


def _copied_table_faults(reading: ReleaseReading, published: Published) -> list[str]:
    copied = reading.connection.table(f"query_copy.{published.name}")
    found = [f"{name} {kind}".lower() for name, kind in zip(copied.columns, copied.types, strict=True)]
    types = {c.name: column_type(c).removesuffix(" with time zone") for c in published.table.columns}
    if found != [f"{name} {kind}" for name, kind in types.items()]:
        return [f"the columns of {published.name} are not those of the contract"]
    paths = [reading.path / path for path in parquet_files(published, reading.manifest.files)]
    return find_different_rows(
        reading, published.name, _read(reading, *paths).project(naive_columns(published)), copied
    )


def check_spreadsheets(reading: ReleaseReading) -> list[str]:
    """The files for spreadsheets hold the articles by its rules, and no cell that would be calculated."""
    listed = {file.path for file in reading.manifest.files if file.role == "spreadsheet"}
    sheets = {sheet.path: sheet for sheet in list_sheets(reading.manifest.files)}
    if not listed:
        return []
    faults = [f"{path}: no month has such a file" for path in sorted(listed - set(sheets))]
    faults += [f"{path}: missing" for path in sorted(set(sheets) - listed)]
    for path in sorted((listed & set(sheets)) - reading.proven):
        faults += [f"{path}: {fault}" for fault in _sheet_faults(reading, sheets[path])]
    return faults


def _sheet_faults(reading: ReleaseReading, sheet: Sheet) -> list[str]:
    path, connection = reading.path / sheet.path, reading.connection
    faults = _form_faults(path, n_lines=sheet.rows + 1)
    if faults:
        return faults
    run_sql(connection, "read_csv", path=str(path), columns={c.name: "varchar" for c in ARTICLES.table.columns})
    faults += [f"{fault} in {column} of {article_id}" for article_id, column, fault in _wrong_cells(connection)]
    expected = read_sheet_rows(connection, reading.path, sheet)
    return faults + find_different_rows(reading, "cells", expected, connection.table("csv_rows"))


def _wrong_cells(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    return run_sql(connection, "gate_spreadsheet").fetchall()


def _form_faults(path: Path, *, n_lines: int) -> list[str]:
    """What the bytes of a file lack that Excel needs, read without being parsed."""
    n_feeds = n_ends = 0
    with path.open("rb") as file:
        header = file.readline()
        for line in chain([header], file):
            n_feeds += line.endswith(b"\n")
            n_ends += line.endswith(b"\r\n")
    names = ",".join(f'"{column.name}"' for column in ARTICLES.table.columns)
    faults = [] if header == BYTE_ORDER_MARK + names.encode() + b"\r\n" else [f"its header is {header[:200]!r}"]
    return faults + ([] if n_feeds == n_ends == n_lines else [f"{n_ends} lines of {n_lines} end in CRLF"])


def check_sample(reading: ReleaseReading) -> list[str]:
    """The sample's rows are rows of the tables, with all that goes with them, alike in each of its files."""
    if not sample_files(reading.manifest):
        return []
    months = [
        Path(file.path).stem[-len("YYYY-MM") :] for file in sample_files(reading.manifest) if "/data/" in file.path
    ]
    for published in PUBLISHED:
        path = reading.path / SAMPLE / f"{published.name}.parquet"
        _read(reading, path).create_view(f"sample_{published.name}", replace=True)
        # Of the months that it is drawn from: a row of another is one too many.
        whole = [reading.path / path for path in drawn_from(published, reading.manifest, months)]
        read_files(reading.connection, published, whole).create_view(f"whole_{published.name}", replace=True)
    faults = [] if reading.connection.table("sample_articles").limit(1).fetchall() else ["it holds no article"]
    for published in PUBLISHED:
        expected = reading.connection.sql(_SAMPLED[published.name])
        faults += find_different_rows(
            reading, published.name, expected, reading.connection.table(f"sample_{published.name}")
        )
        faults += _sample_copy_faults(reading, published)
    dangling = run_sql(reading.connection, "gate_sample").fetchall()
    return [f"{SAMPLE}: {fault}" for fault in [*faults, *(f"{row[0]} is cited and not in it" for row in dangling)]]


_SAMPLED = {
    "articles": "from whole_articles semi join sample_articles using (article_id)",
    "versions": "from whole_versions semi join sample_articles using (article_id)",
    "citations": "from whole_citations semi join sample_articles using (article_id)",
    "sources": "from whole_sources semi join sample_articles using (source_id)",
    "coverage": "from whole_coverage semi join sample_articles using (source_id)",
    "ledger": "from whole_ledger semi join sample_ledger using (source_id, day)",
    "tombstones": "from whole_tombstones semi join sample_tombstones using (article_id)",
}
"""The rows of each table that go with those of the sample."""


def _sample_copy_faults(reading: ReleaseReading, published: Published) -> list[str]:
    """What the sample's CSV and monthly files say otherwise than its Parquet file."""
    root, rows = reading.path / SAMPLE, reading.connection.table(f"sample_{published.name}")
    csv = published.whole_files[1]
    columns = {c.name: "varchar" for c in published.table.columns}
    run_sql(reading.connection, "read_csv", path=str(root / csv), columns=columns)
    texts = rows.project(text_projection(published.table.columns))
    faults = find_different_rows(reading, csv, texts, reading.connection.table("csv_rows"))
    if published is ARTICLES:
        months = [reading.path / file.path for file in sample_files(reading.manifest) if "/data/" in file.path]
        faults += find_different_rows(reading, "data", rows, _read(reading, *months))
    return faults


def _read(reading: ReleaseReading, *paths: Path) -> duckdb.DuckDBPyRelation:
    return reading.connection.read_parquet([str(path) for path in paths])


COPY_GATES: dict[str, Gate] = {"query_copy": check_query_copy, "sheets": check_spreadsheets, "sample": check_sample}
