"""Releases: immutable folders, cut from a generation for analysts when a published table changed.

    releases/<id>/articles.parquet              every article
                 /data/articles-YYYY-MM.parquet the same, by month of published_at (else of first_seen_at);
                                                versions and citations too, by that of their article
                 /csv/articles.csv.gz           the same, as text
                 /excel/articles-YYYY-MM.csv    the same by month, altered for spreadsheets (exports.spreadsheet)
                 /{versions,citations,sources,coverage,ledger,tombstones}.{parquet,csv}
                 /kabarchy.duckdb               the same tables as one database, to query (exports.query_copy)
                 /sample/                       a few hundred articles in the same layout (exports.sample)
                 /delta/from-<previous>.parquet what changed since the release before
                 /manifest.json and what is derived from it (exports.documents), SHA256SUMS, its signature
    releases/versions.json                      the only pointer, written last
    releases/failed.jsonl                       drafts that a gate refused: when, which gate, why
    releases/accepted.jsonl                     what a person declared right that a gate refused (exports.acceptance)
    releases/.lock  .tmp-<id>/                  of a run under way

A release by month alone (`imprint.Imprint.has_whole_files`) has of articles, versions and citations the monthly files
and nothing else: no whole one, no CSV, no query copy.

A draft is built aside, verified from disk, flushed and renamed; then the pointer moves. A kill at any point leaves the
pointer on the old release; the next run removes what is unfinished and finishes what was renamed but not pointed at.
"""

import json
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from exports.acceptance import read_acceptances, way_out
from exports.draft import Draft, Plan, build_draft, write_contents
from exports.engine import open_engine
from exports.errors import GateFailedError, ProfileMixedError, ReleaseDamagedError, ReleaseUnwritableError
from exports.imprint import NO_IMPRINT, Imprint
from exports.lock import lock_releases
from exports.manifest import Manifest, ManifestTable, parse_manifest
from exports.months import NO_BASE, Base, find_base, is_intact
from exports.profiles import Profile
from exports.published import ARTICLES, PUBLISHED, make_tables
from exports.release_id import RELEASE_ID, id_order, next_id
from exports.spreadsheet import list_sheets
from exports.verify import GateResult, first_failure, verify_release
from exports.versions import read_versions, write_versions
from exports.withdrawal import is_withdrawn
from scrapers.data_root import fsync_folder
from scrapers.json_lines import append_line
from scrapers.published_tables import SCHEMA_VERSION

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A published release. Nothing in this package changes one."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> str:
        """Its name: the UTC day, with a number from the second of a day on."""
        return self.manifest.id


def cut_release(
    generation: Path, releases: Path, *, now: datetime, code_version: str, imprint: Imprint = NO_IMPRINT
) -> Release | None:
    """Publish the generation's state; None when no table that decides (`published.Published`) changed.

    None too when there is neither an article nor an earlier release. `now` is aware and names the release. Raises
    ReleasesLockedError, ProfileMixedError, GateFailedError (nothing visible, noted in `failed.jsonl`),
    ReleaseDamagedError when the release before cannot be built upon, SignatureError, and ReleaseUnwritableError (disk
    full and alike).
    """
    releases.mkdir(parents=True, exist_ok=True, mode=imprint.profile.folder_mode)
    with lock_releases(releases):
        remove_leftovers(releases)
        require_profile(releases, imprint.profile)
        _finish_pointer(releases)
        previous = next(reversed(list_releases(releases)), None)
        taken = [version.id for version in read_versions(releases).versions]
        plan = Plan(
            id=next_id(taken, now),
            created=now.astimezone(UTC),
            code_version=code_version,
            imprint=imprint,
            previous=(previous.path, previous.manifest) if previous else None,
            accepted=read_acceptances(releases, since=previous.manifest.judged_at if previous else None),
        )
        try:
            with draft_folder(releases, plan.id) as folder:
                draft = _draft_if_changed(generation, folder, plan)
                return _publish(draft, releases, plan) if draft else None
        except (duckdb.Error, OSError) as error:
            raise ReleaseUnwritableError(f"{releases}: release {plan.id} of {generation.name}: {error}") from error


def require_profile(releases: Path, profile: Profile) -> None:
    """Raise ProfileMixedError unless all that a folder of releases holds, or ever held, is for a profile."""
    known = read_versions(releases)
    if known.versions and known.profile is not profile:
        raise ProfileMixedError(f"{releases}: is for {known.profile} releases, not for {profile} ones")
    for release in _open_releases(releases):
        if release.manifest.profile is not profile:
            raise ProfileMixedError(
                f"{release.path}: is {release.manifest.profile}, in a folder for {profile} releases"
            )


def list_releases(releases: Path) -> list[Release]:
    """Every release in the folder that stands, oldest first: no withdrawn or superseded one.

    Raises ReleaseDamagedError for one without its own manifest.
    """
    found = _open_releases(releases)
    superseded = {release.manifest.supersedes for release in found}
    return [release for release in found if release.id not in superseded]


def list_superseded(releases: Path) -> list[tuple[Release, Release]]:
    """Releases whose files are still there although another one was issued instead, each with that one."""
    found = _open_releases(releases)
    successors = {release.manifest.supersedes: release for release in found}
    return [(release, successors[release.id]) for release in found if release.id in successors]


def _open_releases(releases: Path) -> list[Release]:
    paths = [path for path in releases.iterdir() if RELEASE_ID.match(path.name)] if releases.is_dir() else []
    names = [path.name for path in paths if not is_withdrawn(path)]
    found = [open_release(releases / name) for name in sorted(names, key=id_order)]
    for release in found:
        if release.id != release.path.name:
            raise ReleaseDamagedError(f"{release.path}: its manifest is that of release {release.id}")
    return found


def open_release(path: Path) -> Release:
    """Read what a release says about itself, without verifying it. Raises ReleaseDamagedError."""
    try:
        manifest = parse_manifest((path / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        raise ReleaseDamagedError(f"{path}: manifest.json: {error}") from error
    return Release(path=path, manifest=manifest)


def remove_leftovers(releases: Path) -> None:
    """Remove what runs left that were killed; we hold the lock, so none of it is in use."""
    for path in releases.glob(".tmp-*"):
        logger.warning("removed the unfinished draft of a dead run: path=%s", path)
        shutil.rmtree(path)


def _finish_pointer(releases: Path) -> None:
    """Point at releases that were renamed but not pointed at, after verifying them; drop those that are gone."""
    listed = read_versions(releases).active
    for release in list_releases(releases):
        if release.id not in listed:
            _require_passed(verify_release(release.path), release)
    move_pointer(releases)


def _require_passed(results: tuple[GateResult, ...], release: Release) -> None:
    failed = first_failure(results)
    if failed is not None:
        said = f"{release.path}: not in versions.json and fails {failed.name}: {failed.detail}"
        raise ReleaseDamagedError(f"{said}; nobody was pointed at it: remove it, and it is cut anew")


@contextmanager
def draft_folder(releases: Path, release_id: str) -> Iterator[Path]:
    """A hidden folder with empty `release` and `scratch` in it, gone at the end of the block."""
    folder = releases / f".tmp-{release_id}"
    (folder / "release").mkdir(parents=True)
    (folder / "scratch").mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _draft_if_changed(generation: Path, folder: Path, plan: Plan) -> Draft | None:
    folders = [folder / "release", *([plan.previous[0]] if plan.previous else [])]
    with open_engine(
        folders, scratch=folder / "scratch", generation=generation, profile=plan.imprint.profile
    ) as connection:
        base = find_base(*plan.previous) if plan.previous else NO_BASE
        make_tables(connection, base.carried)
        contents = write_contents(connection, folder / "release", base, plan.imprint.profile)
        if not _is_changed(contents.tables, plan.previous[1] if plan.previous else None):
            return None
        if plan.previous:
            _require_intact_articles(*plan.previous, base)
        return build_draft(connection, folder / "release", plan, contents)


def _is_changed(tables: dict[str, ManifestTable], previous: Manifest | None) -> bool:
    if previous is None:
        return tables["articles"].rows > 0
    if previous.schema_version != SCHEMA_VERSION:
        return True
    return any(previous.tables.get(p.name) != tables[p.name] for p in PUBLISHED if p.decides)


def _require_intact_articles(path: Path, manifest: Manifest, base: Base) -> None:
    """A delta must start from what was published, not from what a disk made of it."""
    for file in manifest.files_of(ARTICLES.name):
        if file.path not in base.files and not is_intact(path, file):
            raise ReleaseDamagedError(
                f"{path / file.path}: not what was published; restore it before the next release is cut"
            )


def _publish(draft: Draft, releases: Path, plan: Plan) -> Release:
    before, proven = plan.previous[0] if plan.previous else None, _find_proven(draft, plan)
    results = verify_release(draft.path, previous=before, proven=proven)
    failed = first_failure(results)
    if failed is not None:
        _note_failure(releases, plan, failed)
        hint = way_out(failed.name, plan.imprint.profile)
        raise GateFailedError(f"release {plan.id} refused by gate {failed.name}: {failed.detail}{hint}")
    final = releases / plan.id
    draft.path.rename(final)
    fsync_folder(releases)
    move_pointer(releases)
    logger.info("published: release=%s n_articles=%d", plan.id, draft.manifest.rows)
    return Release(path=final, manifest=draft.manifest)


def _find_proven(draft: Draft, plan: Plan) -> frozenset[str]:
    """Files by month that are those of the release before, which passed the same gates of the same program.

    One for spreadsheets is judged by the monthly file that it is made of, so that both must be the same. The bytes are
    compared with what its manifest says: that manifest is believed, as it is by every reader.
    """
    if plan.previous is None:
        return frozenset()
    old, new = plan.previous[1], draft.manifest
    if (old.gates, old.schema_version, old.build) != (new.gates, new.schema_version, new.build):
        return frozenset()
    same = {file.path for file in new.files if file == old.file(file.path)}
    sheets = {sheet.path for sheet in list_sheets(new.files) if sheet.month.path in same}
    return frozenset(same & ({file.path for file in new.files if file.month} | sheets))


def move_pointer(releases: Path) -> None:
    """Point at the releases that stand, unless the pointer does already; hold the lock."""
    known, standing = read_versions(releases), list_releases(releases)
    if {release.id for release in standing} != set(known.active):
        write_versions(releases, known, [release.manifest for release in standing])


def _note_failure(releases: Path, plan: Plan, failed: GateResult) -> None:
    line = {
        "id": plan.id,
        "failed_at": plan.created.isoformat(),
        "gate": failed.name,
        "detail": failed.detail,
        "code_version": plan.code_version,
    }
    append_line(releases / "failed.jsonl", json.dumps(line, ensure_ascii=False))
