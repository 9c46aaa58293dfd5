"""Months: the parts in which the large tables are published. One without a change is the file that it was.

A release is built upon an earlier one (its base). Of the base every monthly file is hashed, and one that is not what
was published is as if it were not there. Where all are intact and were made by this very recipe, only months with
touched articles are looked at again (`exports.published`); else each month is made from the warehouse, and is still the
old file when its rows have the old logical hash.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from exports.engine import run_sql
from exports.manifest import Manifest, ManifestFile, describe_file, file_sha256
from exports.published import (
    ARTICLES,
    FILED_AT,
    MONTHLY,
    Published,
    logical_sha256,
    recipe_sha256,
)
from exports.text_form import row_sha256
from exports.writers import write_sorted_parquet
from scrapers.published_tables import SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The release that a new one is built upon."""

    folder: Path | None = None
    files: Mapping[str, ManifestFile] = field(default_factory=dict)
    """By path, its monthly files that are what was published."""
    carries: bool = False
    """Whether rows are carried over from it: all files are intact and were made by the recipe of this program."""

    @property
    def carried(self) -> dict[str, list[Path]]:
        """By table, the files from which rows are carried over."""
        if not self.carries or self.folder is None:
            return {}
        return {
            published.name: [self.folder / file.path for file in self.files.values() if file.table == published.name]
            for published in MONTHLY
        }


NO_BASE = Base()
"""The first release is built upon nothing."""


def find_base(folder: Path, manifest: Manifest) -> Base:
    """Look at the release before: which of its months can be used again, and whether rows can be carried over."""
    base = find_files(folder, manifest)
    months = {file.path for published in MONTHLY for file in manifest.months_of(published.name)}
    carries = bool(months) and months == set(base.files) and manifest.build.recipe_sha256 == recipe_sha256()
    return Base(folder=folder, files=base.files, carries=carries)


def find_files(folder: Path, manifest: Manifest) -> Base:
    """The same for a release from which no row is carried over, as when it is issued again."""
    if manifest.schema_version != SCHEMA_VERSION:
        return NO_BASE
    months = [file for published in MONTHLY for file in manifest.months_of(published.name)]
    intact = (file for file in months if is_intact(folder, file))
    return Base(folder=folder, files={file.path: file for file in intact})


def is_intact(folder: Path, file: ManifestFile) -> bool:
    """Whether a file holds the bytes that were published; size and time are no proof."""
    return (folder / file.path).is_file() and file_sha256(folder / file.path) == file.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month of one table, as it will be published."""

    name: str
    """`YYYY-MM`, UTC."""
    rows: int
    logical_sha256: str
    carried: ManifestFile | None
    """The file of the base that holds these very rows."""


def plan_months(connection: duckdb.DuckDBPyConnection, published: Published, base: Base) -> tuple[Month, ...]:
    """Every month of a table that has rows, in order, from the tables that `published.make_tables` made."""
    old = {file.month: file for file in base.files.values() if file.table == published.name}
    touched = _find_touched(connection, published)
    names = sorted({*touched, *(old if base.carries else ())})
    months = []
    for name in names:
        file = old.get(name)
        if file is not None and base.carries and name not in touched:
            months.append(Month(name=name, rows=file.rows or 0, logical_sha256=file.logical_sha256 or "", carried=file))
            continue
        n_rows, digest = logical_sha256(_month_rows(connection, published, name, base), published)
        if n_rows:
            is_same = file is not None and file.logical_sha256 == digest
            months.append(Month(name=name, rows=n_rows, logical_sha256=digest, carried=file if is_same else None))
    return tuple(months)


def _find_touched(connection: duckdb.DuckDBPyConnection, published: Published) -> list[str]:
    touched = connection.table(f"touched_{published.name}")
    connection.table(f"fresh_{published.name}").create_view("fresh_rows", replace=True)
    carried = connection.table(f"carried_{published.name}").project("article_id, filename")
    carried.join(touched, "article_id", how="semi").create_view("gone_rows", replace=True)
    return [str(row[0]) for row in run_sql(connection, "touched_months").fetchall()]


def _month_rows(
    connection: duckdb.DuckDBPyConnection, published: Published, name: str, base: Base
) -> duckdb.DuckDBPyRelation:
    """Rows of one month, with the columns of its order and `record_sha256`."""
    columns = ", ".join(f'"{column.name}"' for column in published.said)
    filed = ", filed_at" if published is ARTICLES else ""
    starts_at, ends_at = _bounds(name)
    filed_at = duckdb.ColumnExpression("filed_at")
    rows = connection.table(f"fresh_{published.name}")
    rows = rows.filter(filed_at >= duckdb.ConstantExpression(starts_at))
    rows = rows.filter(filed_at < duckdb.ConstantExpression(ends_at)).project(f"{columns}, record_sha256{filed}")
    file = base.files.get(_path(published, name))
    if file is None or base.folder is None or not base.carries:
        return rows
    old = connection.read_parquet(str(base.folder / file.path))
    kept = old.join(connection.table(f"touched_{published.name}"), "article_id", how="anti")
    if published is ARTICLES:
        return rows.union(kept.project(f"{columns}, record_sha256, {FILED_AT} as filed_at"))
    return rows.union(kept.project(f"{columns}, {row_sha256(published.said)} as record_sha256"))


def _path(published: Published, name: str) -> str:
    return f"data/{published.name}-{name}.parquet"


def _bounds(name: str) -> tuple[datetime, datetime]:
    """Begin and end of a month.

    >>> _bounds("2026-12")[1].isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    year, month = map(int, name.split("-"))
    return datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def write_months(
    connection: duckdb.DuckDBPyConnection, folder: Path, published: Published, months: tuple[Month, ...], base: Base
) -> list[ManifestFile]:
    """Write `data/<table>-YYYY-MM.parquet` for each month, in order; a carried one is hard-linked where that works."""
    (folder / "data").mkdir(exist_ok=True)
    written = []
    for month in months:
        path = _path(published, month.name)
        if month.carried is not None and base.folder is not None:
            link_or_copy(base.folder / path, folder / path)
            written.append(month.carried)
            continue
        write_sorted_parquet(_month_rows(connection, published, month.name, base), connection, published, folder / path)
        described = describe_file(folder, path, role="data", table=published.name, rows=month.rows)
        written.append(described.model_copy(update={"month": month.name, "logical_sha256": month.logical_sha256}))
    return written


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, so that it takes no room; a copy where that does not work."""
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one without hard links, or too many links: the bytes are what matters.
        shutil.copyfile(source, target)
