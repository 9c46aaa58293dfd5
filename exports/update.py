"""Bringing a copy of the articles up to date by deltas alone, and proving that it is what the release holds.

The way from the copy to the wanted release is found backwards: from a release that has no delta from the copy's, to the
one before it. Of each release on the way only the manifest and one delta are read. The result becomes visible only when
every row is what its own hash says, and all rows together are what the wanted release's manifest says.
"""

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.delta import apply_delta
from exports.engine import open_engine
from exports.errors import DeltaMismatchError, ProfileMixedError, ReleaseUnreachableError
from exports.manifest import Manifest
from exports.profiles import Profile
from exports.published import ARTICLES, FILED_AT, as_written, logical_sha256_of_months
from exports.release_at import ReleaseAt
from exports.writers import write_parquet
from scrapers.published_tables import SCHEMA_VERSION

_LONGEST = 1000
"""Steps: some three years of daily releases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReport:
    """What an update came to."""

    start: str
    steps: tuple[str, ...]
    """Releases whose deltas were applied, in order; the last is the one that the result equals."""
    rows: int
    logical_sha256: str
    """Of the result and of the wanted release alike."""
    path: Path


def update_articles(articles: Path, start: str, wanted: ReleaseAt, target: Path) -> UpdateReport:
    """Write to `target` what follows from the articles of release `start` by the deltas up to `wanted`.

    Raises ReleaseUnreachableError when there is no such way or a release cannot be read, and DeltaMismatchError when
    the articles are not those of `start`, or the result is not what it must be, and ProfileMixedError; then `target` is
    as it was.
    """
    manifest = wanted.manifest()
    _require_articles(articles, wanted)
    steps = find_steps(start, wanted)
    if manifest.schema_version != SCHEMA_VERSION:
        said = f"{wanted.name}: schema {manifest.schema_version}"
        raise ReleaseUnreachableError(f"{said}; this program applies deltas of {SCHEMA_VERSION}: take the whole file")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".kabarchy-apply-", dir=target.parent) as name:
        folder, current, known = Path(name), articles, start
        for number, step in enumerate(steps):
            release_id = step.manifest().id
            delta = step.fetch(f"delta/from-{known}.parquet", folder / str(number))
            result = folder / f"{number}.parquet"
            apply_delta(current, delta, result, profile=manifest.profile)
            current, known = result, release_id
        _prove(current, manifest)
        if current == articles:
            current = Path(shutil.copyfile(articles, folder / "unchanged.parquet"))
        current.replace(target)
    return UpdateReport(
        start=start,
        steps=tuple(step.manifest().id for step in steps),
        rows=manifest.rows,
        logical_sha256=manifest.tables[ARTICLES.name].logical_sha256,
        path=target,
    )


def fetch_articles(release: ReleaseAt, folder: Path) -> Path:
    """Make all articles of a release available as one file; `folder` is for what is fetched or made.

    Raises ReleaseUnreachableError.
    """
    manifest = release.manifest()
    files = [release.fetch(file.path, folder / "fetched") for file in manifest.files_of(ARTICLES.name)]
    if manifest.has_whole_files:
        return files[0]
    joined = folder / "articles.parquet"
    with open_engine([folder, *{file.parent for file in files}], profile=manifest.profile) as connection:
        rows = connection.read_parquet([str(file) for file in files])
        write_parquet(as_written(rows, ARTICLES.table), connection, joined)
    return joined


def _require_articles(articles: Path, wanted: ReleaseAt) -> None:
    """Raise unless a file holds articles, and of a release of the wanted one's profile."""
    try:
        schema = pq.read_schema(articles)
    except (OSError, pa.ArrowException) as error:
        raise ReleaseUnreachableError(f"{articles}: not a Parquet file of articles: {error}") from error
    if missing := [name for name in ("article_id", "record_sha256") if name not in schema.names]:
        raise ReleaseUnreachableError(f"{articles}: holds no articles of a release: it has no column {missing[0]}")
    said = (schema.metadata or {}).get(b"profile", Profile.PUBLIC.encode()).decode()
    if said != wanted.manifest().profile:
        raise ProfileMixedError(
            f"{articles}: is of a release that is {said}; {wanted.name} is {wanted.manifest().profile}"
        )


def find_steps(start: str, wanted: ReleaseAt) -> list[ReleaseAt]:
    """Releases whose deltas lead from one release to another, in order; none when they are the same."""
    steps: list[ReleaseAt] = []
    at, manifest = wanted, wanted.manifest()
    while manifest.id != start:
        steps.insert(0, at)
        if manifest.file(f"delta/from-{start}.parquet") is not None:
            return steps
        if manifest.previous is None or len(steps) >= _LONGEST:
            raise ReleaseUnreachableError(f"{wanted.name}: no deltas lead there from {start}; take the whole file")
        at = at.sibling(manifest.previous)
        manifest = at.manifest()
    return steps


def _logical_sha256(rows: duckdb.DuckDBPyRelation) -> str:
    """Logical hash of articles in one file, month by month as a release hashes them."""
    columns = "strftime(filed_at, '%Y-%m') as month, record_sha256 || chr(10) as line"
    batches = rows.order(ARTICLES.order).project(columns).to_arrow_reader()
    digests: dict[str, Any] = {}
    for batch in batches:
        for month, line in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            digests.setdefault(month, hashlib.sha256()).update(line.encode())
    return logical_sha256_of_months(digest.hexdigest() for digest in digests.values())


def _prove(articles: Path, manifest: Manifest) -> None:
    said = manifest.tables[ARTICLES.name]
    with open_engine([articles.parent]) as connection:
        rows = connection.read_parquet(str(articles)).project(f"*, {FILED_AT} as filed_at")
        is_wrong = f"record_sha256 is distinct from {ARTICLES.row_sha256}"
        wrong = rows.filter(is_wrong).project("article_id").limit(1).fetchall()
        found = _logical_sha256(rows)
    for (article_id,) in wrong:
        raise DeltaMismatchError(
            f"{manifest.id}: article {article_id} of the result is not what its record_sha256 says"
        )
    if found != said.logical_sha256:
        raise DeltaMismatchError(
            f"{manifest.id}: the deltas give rows of logical hash {found}, the release holds {said.logical_sha256}"
        )
