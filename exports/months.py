"""Months: the parts in which the large tables are published. One without a change is the file that it was.

A release is built upon an earlier one (its base). Of the base every monthly file is hashed, and one that is not what
was published is as if it were not there. Where all are intact and were made by this very recipe, only months with
touched articles are looked at again (`exports.published`); else each month is made from the warehouse, and is still the
old file when its rows have the old logical hash.
"""

import os
import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

import duckdb

from exports.engine import open_sessions, run_sql
from exports.manifest import Manifest, ManifestFile, describe_file, file_sha256, hash_files
from exports.profiles import Profile
from exports.published import (
    ARTICLES,
    FILED_AT,
    MONTHLY,
    Published,
    hash_rows,
    logical_sha256,
    logical_sha256_by_file,
    names_of,
    recipe_sha256,
)
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


_MONTHS_AT_ONCE = 2
"""One file is compressed by one thread alone. With two at once, of 20,000 texts of 3 kB each, a release of a million
articles stays under 1.7 GiB (measured 2026-11-29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Month:
    """A month of a table."""

    published: Published
    name: str
    """YYYY-MM."""
    is_touched: bool
    """Whether it is to be made; else it is the file of the base."""

    @property
    def path(self) -> str:
        """Its file, within a release."""
        return f"data/{self.published.name}-{self.name}.parquet"


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
    present = [file for file in months if (folder / file.path).is_file()]
    digests = hash_files([folder / file.path for file in present])
    intact = [file for file, digest in zip(present, digests, strict=True) if digest == file.sha256]
    return Base(folder=folder, files={file.path: file for file in intact})


def is_intact(folder: Path, file: ManifestFile) -> bool:
    """Whether a file holds the bytes that were published; size and time are no proof."""
    return (folder / file.path).is_file() and file_sha256(folder / file.path) == file.sha256


def write_months(
    connection: duckdb.DuckDBPyConnection, folder: Path, base: Base, profile: Profile
) -> dict[str, tuple[ManifestFile, ...]]:
    """Write `data/<table>-YYYY-MM.parquet` for each month that has rows, and hash what was written.

    By table, its files in order. A month without a change is the file of the base, hard-linked where that works. The
    rows are those of the tables that `published.make_tables` made, in the scratch database of `connection`.
    """
    (folder / "data").mkdir(exist_ok=True)
    months = [month for published in MONTHLY for month in _list_months(connection, published, base)]
    with open_sessions(connection, _MONTHS_AT_ONCE, profile) as sessions, ThreadPoolExecutor(len(sessions)) as pool:
        free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for session in sessions:
            free.put(session)

        def bring(month: _Month) -> list[ManifestFile]:
            if not month.is_touched:
                return [_take_over(base.files[month.path], base, folder)]
            session = free.get()
            try:
                return _write_month(session, folder, month, base)
            finally:
                free.put(session)

        written = tuple(chain.from_iterable(pool.map(bring, months)))
    return {published.name: tuple(file for file in written if file.table == published.name) for published in MONTHLY}


def _list_months(connection: duckdb.DuckDBPyConnection, published: Published, base: Base) -> list[_Month]:
    """The months of a table, in order: those that are touched, and those whose file is taken over."""
    touched = set(_find_touched(connection, published))
    old = {file.month for file in base.files.values() if file.table == published.name and file.month}
    names = sorted(touched | old if base.carries else touched)
    return [_Month(published=published, name=name, is_touched=name in touched) for name in names]


def _find_touched(connection: duckdb.DuckDBPyConnection, published: Published) -> list[str]:
    touched = connection.table(f"touched_{published.name}")
    connection.table(f"fresh_{published.name}").create_view("fresh_rows", replace=True)
    carried = connection.table(f"carried_{published.name}").project("article_id, filename")
    carried.join(touched, "article_id", how="semi").create_view("gone_rows", replace=True)
    return [str(row[0]) for row in run_sql(connection, "touched_months").fetchall()]


def _write_month(connection: duckdb.DuckDBPyConnection, folder: Path, month: _Month, base: Base) -> list[ManifestFile]:
    """Write one month; nothing when it has no row. Rows that the base has are its file, whose bytes may be others."""
    published, path = month.published, month.path
    rows, old = _month_rows(connection, month, base), base.files.get(path)
    if old is not None and not base.carries and _is_said(rows, published, old):
        return [_take_over(old, base, folder)]
    write_sorted_parquet(rows, connection, published, folder / path)
    n_rows, digest = _hash(connection, rows, published, folder / path)
    if not n_rows or (old is not None and old.logical_sha256 == digest):
        (folder / path).unlink()
        return [_take_over(old, base, folder)] if n_rows and old is not None else []
    described = describe_file(folder, path, role="data", table=published.name, rows=n_rows)
    return [described.model_copy(update={"month": month.name, "logical_sha256": digest})]


def _take_over(file: ManifestFile, base: Base, folder: Path) -> ManifestFile:
    if base.folder is not None:
        link_or_copy(base.folder / file.path, folder / file.path)
    return file


def _hash(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, published: Published, written: Path
) -> tuple[int, str]:
    """Rows and logical hash of what was meant to be written.

    Of articles that is in the file, so that no text is read for it twice; whether it is true is for a gate to say.
    """
    if published is ARTICLES:
        return logical_sha256_by_file(connection, published, [written]).get(written, (0, ""))
    return logical_sha256(hash_rows(rows, published), published)


def _is_said(rows: duckdb.DuckDBPyRelation, published: Published, file: ManifestFile) -> bool:
    if published is not ARTICLES:
        rows = hash_rows(rows, published)
    return logical_sha256(rows, published) == (file.rows, file.logical_sha256)


def _month_rows(connection: duckdb.DuckDBPyConnection, month: _Month, base: Base) -> duckdb.DuckDBPyRelation:
    """Rows of one month in the columns of the contract, of articles with `filed_at`."""
    published = month.published
    columns = names_of(published) + (", filed_at" if published is ARTICLES else "")
    rows = _fresh_rows(connection, published, month.name).project(columns)
    file = base.files.get(month.path)
    if file is None or base.folder is None or not base.carries:
        return rows
    old = connection.read_parquet(str(base.folder / file.path))
    kept = old.join(connection.table(f"touched_{published.name}"), "article_id", how="anti")
    return rows.union(kept.project(columns.replace("filed_at", f"{FILED_AT} as filed_at")))


def _fresh_rows(connection: duckdb.DuckDBPyConnection, published: Published, name: str) -> duckdb.DuckDBPyRelation:
    """Fresh rows of one month. Of articles, `filed_at` is taken apart: by a bare column nothing else need be read."""
    rows = connection.table(f"fresh_{published.name}")
    if published is not ARTICLES:
        return rows.filter(_within("filed_at", name))
    undated = duckdb.ColumnExpression("published_at").isnull() & _within("first_seen_at", name)
    return rows.filter(_within("published_at", name)).union(rows.filter(undated))


def _within(column: str, name: str) -> duckdb.Expression:
    instant, (starts_at, ends_at) = duckdb.ColumnExpression(column), _bounds(name)
    return (instant >= duckdb.ConstantExpression(starts_at)) & (instant < duckdb.ConstantExpression(ends_at))


def _bounds(name: str) -> tuple[datetime, datetime]:
    """Begin and end of a month.

    >>> _bounds("2026-12")[1].isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    year, month = map(int, name.split("-"))
    return datetime(year, month, 1, tzinfo=UTC), datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name, so that it takes no room; a copy where that does not work."""
    try:
        os.link(source, target)
    except OSError:
        # Another file system, or one without hard links, or too many links: the bytes are what matters.
        shutil.copyfile(source, target)
