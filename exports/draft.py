"""A draft: everything a release will hold, in a hidden folder that nobody reads; it becomes a release by one rename.

    releases/.tmp-<id>/scratch/     the database in which it is made
    releases/.tmp-<id>/release/     the files, later releases/<id>/

What a dead run leaves behind is removed by the next.
"""

import os
import platform
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from exports.acceptance import Acceptance
from exports.bounds import find_warnings
from exports.delta import write_delta
from exports.documents import write_documents
from exports.engine import run_sql
from exports.freshness import read_sources, sum_up
from exports.imprint import Imprint
from exports.manifest import (
    Build,
    Changes,
    Manifest,
    ManifestFile,
    ManifestTable,
    Partitions,
    Temporal,
    describe_file,
)
from exports.months import Base, write_months
from exports.profiles import Profile
from exports.published import (
    ARTICLES,
    SMALL,
    Published,
    hash_rows,
    list_data_files,
    logical_sha256,
    logical_sha256_of_months,
    recipe_sha256,
)
from exports.query_copy import QUERY_COPY, write_query_copy
from exports.release_id import version_of
from exports.sample import write_sample
from exports.signature import sign_sums
from exports.spreadsheet import write_spreadsheets
from exports.sums import write_sums
from exports.verify import GATE_NAMES
from exports.writers import write_small_tables, write_whole_tables
from scrapers.data_root import fsync_folder
from scrapers.published_tables import SCHEMA_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is decided before a draft is built."""

    id: str
    created: datetime
    code_version: str
    imprint: Imprint
    previous: tuple[Path, Manifest] | None
    """Folder and manifest of the release before it."""
    accepted: tuple[Acceptance, ...] = ()
    """What a person declared right since the release before it."""
    instead_of: tuple[Path, Manifest] | None = None
    """Folder and manifest of the release that this one is issued instead of; None for a first issue."""

    @property
    def judged_at(self) -> datetime:
        """The instant at which the freshness of sources is judged: what is issued again shows the looks of its day."""
        return self.instead_of[1].judged_at if self.instead_of else self.created

    @property
    def has_whole_files(self) -> bool:
        """Whether it has files of all rows of the large tables; one that is issued again is as it was."""
        return self.imprint.has_whole_files if self.instead_of is None else self.instead_of[1].has_whole_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A complete set of files that nobody has verified yet."""

    path: Path
    manifest: Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What the tables of a scratch database come to; their months are written already."""

    base: Base
    months: tuple[ManifestFile, ...]
    """The monthly files of all tables that are published by month."""
    tables: dict[str, ManifestTable]
    """By name, rows and logical hash of each."""

    def paths(self, published: Published) -> list[str]:
        """The monthly files of a table, within the release, in order."""
        return [file.path for file in self.months if file.table == published.name]


def write_contents(connection: duckdb.DuckDBPyConnection, folder: Path, base: Base, profile: Profile) -> Contents:
    """Write the months of the tables that `published.make_tables` made upon a base; count and hash all tables.

    What was written is hashed, so that no text is read for it twice.
    """
    months = write_months(connection, folder, base, profile)
    tables = {
        name: ManifestTable(
            rows=sum(file.rows or 0 for file in files),
            logical_sha256=logical_sha256_of_months(file.logical_sha256 or "" for file in files),
        )
        for name, files in months.items()
    }
    for small in SMALL:
        n_rows, digest = logical_sha256(hash_rows(connection.table(small.name), small), small)
        tables[small.name] = ManifestTable(rows=n_rows, logical_sha256=digest)
    return Contents(base=base, months=tuple(chain.from_iterable(months.values())), tables=tables)


def build_draft(connection: duckdb.DuckDBPyConnection, folder: Path, plan: Plan, contents: Contents) -> Draft:
    """Write every other file of a release into the folder that has its months, and flush all of them to disk."""
    profile, tables, months = plan.imprint.profile, contents.tables, contents.months
    data = write_whole_tables(connection, folder, months) if plan.has_whole_files else []
    data += write_small_tables(connection, folder)
    previous = plan.instead_of or plan.previous
    copies = write_spreadsheets(folder, months, previous=previous) if plan.has_whole_files else []
    copies += [write_query_copy(folder, [*data, *months], profile)] if _has_query_copy(plan) else []
    delta, changes = _write_changes(connection, folder, plan, contents)
    sources = read_sources(connection, plan.judged_at)
    manifest = Manifest(
        profile=profile,
        dataset=profile.dataset,
        title=profile.dataset_title,
        description=profile.description,
        id=plan.id,
        version=version_of(plan.id),
        schema_version=SCHEMA_VERSION,
        created=plan.created,
        previous=plan.previous[1].id if plan.previous else None,
        **_revision(plan, n_articles=tables[ARTICLES.name].rows),
        rows=tables[ARTICLES.name].rows,
        changes=changes,
        temporal=_temporal(connection),
        languages=tuple(row[0] for row in run_sql(connection, "languages").fetchall()),
        tables=tables,
        partitions=_count_partitions(contents),
        sources=sources,
        freshness=sum_up(sources, plan.judged_at),
        warnings=find_warnings(connection),
        accepted=plan.accepted,
        build=_build(plan),
        gates=GATE_NAMES,
        catalogue_url=plan.imprint.catalogue_url,
        files=(*data, *months, *copies, *delta),
    )
    manifest = write_documents(folder, write_sample(folder, manifest))
    write_sums(folder, {file.path: file.sha256 for file in manifest.files})
    if plan.imprint.minisign_key is not None:
        sign_sums(folder, plan.imprint.minisign_key, release_id=plan.id)
    _seal(folder)
    return Draft(path=folder, manifest=manifest)


def _has_query_copy(plan: Plan) -> bool:
    """A release that is issued again has the files that it had, whatever the operator wants of new ones."""
    return plan.imprint.has_query_copy if plan.instead_of is None else plan.instead_of[1].file(QUERY_COPY) is not None


def _write_changes(
    connection: duckdb.DuckDBPyConnection, folder: Path, plan: Plan, contents: Contents
) -> tuple[list[ManifestFile], Changes]:
    """Write the delta from the release before, and from the one that this is issued instead of; count the first."""
    written: list[ManifestFile] = []
    changes = Changes(added=contents.tables[ARTICLES.name].rows, modified=0, deleted=0)
    for root, start in (start for start in (plan.instead_of, plan.previous) if start is not None):
        path = f"delta/from-{start.id}.parquet"
        (folder / "delta").mkdir(exist_ok=True)
        is_base = contents.base.carries and contents.base.folder == root
        current = None if is_base else [folder / file for file in contents.paths(ARTICLES)]
        found = write_delta(connection, list_data_files(root, ARTICLES.name), current, folder / path)
        n_rows = found.added + found.modified + found.deleted
        written.append(describe_file(folder, path, role="delta", table="delta", rows=n_rows))
        if plan.previous is not None:
            changes = found
    return written, changes


def _revision(plan: Plan, *, n_articles: int) -> dict[str, Any]:
    if plan.instead_of is None:
        return {}
    old = plan.instead_of[1]
    return {
        "revision": old.revision + 1,
        "supersedes": old.id,
        "redactions": old.redactions + old.rows - n_articles,
    }


def _temporal(connection: duckdb.DuckDBPyConnection) -> Temporal:
    days = connection.table(ARTICLES.name).aggregate("min(published_date), max(published_date)")
    first, last = days.fetchall()[0]
    return Temporal(first=first, last=last)


def _count_partitions(contents: Contents) -> Partitions:
    reused = sum(contents.base.files.get(file.path) == file for file in contents.months)
    return Partitions(total=len(contents.months), reused=reused)


def _build(plan: Plan) -> Build:
    return Build(
        code_version=plan.code_version,
        recipe_sha256=plan.instead_of[1].build.recipe_sha256 if plan.instead_of else recipe_sha256(),
        duckdb=duckdb.__version__,
        pyarrow=pa.__version__,
        python=platform.python_version(),
    )


def _seal(folder: Path) -> None:
    """Make every file read-only and durable, then every folder durable."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        path.chmod(0o444)
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    for inner in (path for path in folder.rglob("*") if path.is_dir()):
        fsync_folder(inner)
    fsync_folder(folder)
