"""`excel/articles-YYYY-MM.csv`: the articles by month, altered on purpose so that a spreadsheet opens them unharmed.

Not for programs: the faithful CSV is. The rules, applied to texts in this order:

* every line break, tab and other control character becomes a space: one article, one line;
* a cell that would begin a formula, `= + - @` or their full-width forms, also after spaces and what may not be shown
  at all, gets a `'` in front, and so does what follows a semicolon, by which programs set up for the region part cells
  (OWASP, CSV Injection: https://owasp.org/www-community/attacks/CSV_Injection);
* a text longer than a cell takes (32,767 units of UTF-16) is cut, and says so.

Instants are written `2026-11-22 04:05:06`, in UTC, which spreadsheets take for a date. UTF-8 with a byte-order mark,
without which Excel takes Cyrillic for something else; CRLF; every cell in quotes. A sheet takes 1,048,576 rows: what a
month has more goes on in `articles-YYYY-MM.2.csv`, so that no release is held up by it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import pyarrow as pa

from exports.engine import open_engine, run_sql
from exports.manifest import PARQUET, Manifest, ManifestFile, describe_file
from exports.months import is_intact, link_or_copy
from exports.published import ARTICLES
from exports.text_form import text_of
from scrapers.columns import Column

ROWS_OF_A_SHEET = 1_048_576
"""Of which the header is one."""
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_RULES = 2
"""Grows when the rules above change: files made by others are not used again."""
_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One file for spreadsheets, and the monthly file whose rows it holds."""

    month: ManifestFile
    first: int
    """Number of its first row in the month, from 0."""
    rows: int

    @property
    def path(self) -> str:
        """Within the release."""
        part = self.first // (ROWS_OF_A_SHEET - 1) + 1
        return f"excel/articles-{self.month.month}{f'.{part}' if part > 1 else ''}.csv"

    @property
    def logical_sha256(self) -> str:
        """Hash of what the file follows from: rows and rules."""
        return sha256(f"{self.month.logical_sha256} {self.first} {_RULES}".encode()).hexdigest()


def list_sheets(files: Sequence[ManifestFile]) -> Iterator[Sheet]:
    """The files for spreadsheets that go with the monthly files of articles, in order."""
    of_articles = (file for file in files if file.table == ARTICLES.name and file.mediatype == PARQUET)
    for month in (file for file in of_articles if file.month is not None):
        n_rows = month.rows or 0
        for first in range(0, n_rows, ROWS_OF_A_SHEET - 1):
            yield Sheet(month=month, first=first, rows=min(n_rows - first, ROWS_OF_A_SHEET - 1))


def write_spreadsheets(
    folder: Path, files: Sequence[ManifestFile], *, previous: tuple[Path, Manifest] | None
) -> list[ManifestFile]:
    """Write them into a draft that holds the monthly `files`; what the previous release has is its file, linked."""
    (folder / "excel").mkdir()
    written = []
    with open_engine([folder]) as connection:
        for sheet in list_sheets(files):
            if previous is None or not _reuse(sheet, previous, folder):
                read_sheet_rows(connection, folder, sheet).create_view("rows_to_write", replace=True)
                _write(connection, folder / sheet.path)
            described = describe_file(folder, sheet.path, role="spreadsheet", rows=sheet.rows)
            written.append(described.model_copy(update={"logical_sha256": sheet.logical_sha256}))
    return written


def read_sheet_rows(connection: duckdb.DuckDBPyConnection, release: Path, sheet: Sheet) -> duckdb.DuckDBPyRelation:
    """The cells of a sheet as they must be, from the monthly file, in its order."""
    run_sql(connection, "spreadsheet_macros")
    columns = ARTICLES.table.columns
    rows = connection.read_parquet(str(release / sheet.month.path)).limit(sheet.rows, sheet.first)
    guarded = rows.project(", ".join(f'{_guarded(column)} as "{column.name}"' for column in columns))
    return guarded.project(", ".join(f'{_cut(column)} as "{column.name}"' for column in columns))


def _guarded(column: Column) -> str:
    if pa.types.is_timestamp(column.type):
        return f"strftime(\"{column.name}\", '%Y-%m-%d %H:%M:%S')"
    return f'guard_cell("{column.name}")' if pa.types.is_string(column.type) else text_of(column)


def _cut(column: Column) -> str:
    return f'cut_cell("{column.name}")' if pa.types.is_string(column.type) else f'"{column.name}"'


def _write(connection: duckdb.DuckDBPyConnection, target: Path) -> None:
    plain = target.with_name(f"{target.name}.lf")
    run_sql(connection, "copy_spreadsheet", target=str(plain))
    with plain.open("rb") as lines, target.open("wb") as file:
        file.write(BYTE_ORDER_MARK)
        while piece := lines.read(_PIECE_BYTES):
            file.write(piece.replace(b"\n", b"\r\n"))
    plain.unlink()


def _reuse(sheet: Sheet, previous: tuple[Path, Manifest], folder: Path) -> bool:
    root, manifest = previous
    old = manifest.file(sheet.path)
    if old is None or old.logical_sha256 != sheet.logical_sha256 or not is_intact(root, old):
        return False
    link_or_copy(root / sheet.path, folder / sheet.path)
    return True
