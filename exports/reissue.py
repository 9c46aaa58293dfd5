"""Issuing releases again without what was taken down: every copy of it goes, and the chain of deltas stays whole.

The first release that holds anything of it, and every one after, is made anew from its own files as `<id>.r2` (`.r3`
and so on): tables, partitions, deltas, query copy, sample and descriptions alike, by the code that makes any release,
and through the same gates. Partitions that do not change are the old files. Its delta starts from the release before
as that was issued again; a second one, `delta/from-<id>.parquet`, leads those who hold the old release to the new.

Then the pointer moves, once; then each old folder is emptied but for `WITHDRAWN.json`. A kill leaves the old pointer or
the new one, and what is missing is done when it is repeated.
"""

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from exports.draft import Draft, Plan, build_draft, write_contents
from exports.engine import open_engine
from exports.errors import GateFailedError, ReleaseUnwritableError
from exports.imprint import NO_IMPRINT, Imprint
from exports.lock import lock_releases
from exports.months import NO_BASE, find_files
from exports.published import ARTICLES, find_withheld_links, list_data_files, make_redacted_tables
from exports.release import (
    Release,
    draft_folder,
    list_releases,
    list_superseded,
    move_pointer,
    remove_leftovers,
    require_profile,
)
from exports.release_id import revised_id
from exports.verify import first_failure, verify_release
from exports.withdrawal import WITHDRAWN, Withdrawal, is_withdrawn, write_withdrawal
from scrapers.data_root import fsync_folder

logger = logging.getLogger(__name__)


def reissue_releases(
    releases: Path, withdrawn: pa.Table, *, now: datetime, code_version: str, imprint: Imprint = NO_IMPRINT
) -> list[str]:
    """Take what was withdrawn out of every release in a folder; return the ids under which they were issued again.

    `withdrawn` are tombstones in the contract's columns, `source_id` beside them where known; `now` is aware. Does
    nothing when no release holds any of it.
    Raises ReleasesLockedError, ProfileMixedError, ReleaseDamagedError, GateFailedError, SignatureError and
    ReleaseUnwritableError; then the pointer did not move.
    """
    if not releases.is_dir():
        return []
    with lock_releases(releases):
        remove_leftovers(releases)
        require_profile(releases, imprint.profile)
        try:
            issued, emptied = _reissue(releases, withdrawn, now.astimezone(UTC), code_version, imprint)
            for path in emptied:
                write_withdrawal(path, Withdrawal(id=path.name, withdrawn_at=now, superseded_by=None))
            move_pointer(releases)
            for old, new in list_superseded(releases):
                write_withdrawal(old.path, Withdrawal(id=old.id, withdrawn_at=now, superseded_by=new.id))
            for path in releases.glob(f"*/{WITHDRAWN}"):
                _empty(path.parent)
        except (duckdb.Error, OSError) as error:
            raise ReleaseUnwritableError(f"{releases}: not issued again: {error}") from error
        return issued


def _reissue(
    releases: Path, withdrawn: pa.Table, now: datetime, code_version: str, imprint: Imprint
) -> tuple[list[str], list[Path]]:
    """Build what must be issued again, oldest first; also return the releases of which nothing may stay."""
    issued: list[str] = []
    emptied: list[Path] = []
    before: Release | None = None
    standing = list_releases(releases)
    superseded = {old.id for old, _ in list_superseded(releases)}
    for release in standing:
        previous = release.manifest.previous
        is_cut_off = previous is not None and (previous in superseded or is_withdrawn(releases / previous))
        if not (issued or emptied or is_cut_off or _holds_any(release.path, withdrawn)):
            before = release
            continue
        plan = Plan(
            id=revised_id(release.id),
            created=now,
            code_version=code_version,
            imprint=imprint,
            previous=(before.path, before.manifest) if before else None,
            accepted=release.manifest.accepted,
            instead_of=(release.path, release.manifest),
        )
        revised = _issue(releases, plan, release.path, withdrawn)
        if revised is None:
            emptied.append(release.path)
            continue
        issued.append(revised.id)
        before = revised
    return issued, emptied


def _holds_any(release: Path, withdrawn: pa.Table) -> bool:
    """Whether any table or delta of a release says anything of it, be it in the words of others' links.

    A deletion in a delta says only that it is gone.
    """
    is_withdrawn_id = pc.field("article_id").isin(withdrawn["article_id"].combine_chunks())
    files = [file for name in ("articles", "versions") for file in list_data_files(release, name)]
    wanted = dict.fromkeys(files, is_withdrawn_id)
    wanted |= {path: is_withdrawn_id & (pc.field("op") != "DEL") for path in release.glob("delta/*.parquet")}
    found = (pq.read_table(path, columns=["article_id"], filters=of) for path, of in wanted.items() if path.is_file())
    return any(rows.num_rows for rows in found) or bool(find_withheld_links(release, withdrawn))


def _issue(releases: Path, plan: Plan, old: Path, withdrawn: pa.Table) -> Release | None:
    """Make one release visible beside the one that it is issued instead of; None when no article stays."""
    with draft_folder(releases, plan.id) as folder:
        draft = _build(folder, plan, old, withdrawn)
        if draft is None:
            return None
        results = verify_release(draft.path, previous=plan.previous[0] if plan.previous else None)
        failed = first_failure(results)
        if failed is not None:
            raise GateFailedError(f"release {plan.id} refused by gate {failed.name}: {failed.detail}")
        final = releases / plan.id
        draft.path.rename(final)
        fsync_folder(releases)
        logger.info("issued again: release=%s n_redactions=%d", plan.id, draft.manifest.redactions)
        return Release(path=final, manifest=draft.manifest)


def _build(folder: Path, plan: Plan, old: Path, withdrawn: pa.Table) -> Draft | None:
    folders = [folder / "release", old, *([plan.previous[0]] if plan.previous else [])]
    with open_engine(folders, scratch=folder / "scratch", profile=plan.imprint.profile) as connection:
        make_redacted_tables(connection, old, withdrawn)
        base = find_files(*plan.instead_of) if plan.instead_of else NO_BASE
        contents = write_contents(connection, folder / "release", base, plan.imprint.profile)
        if not contents.tables[ARTICLES.name].rows:
            return None
        return build_draft(connection, folder / "release", plan, contents)


def _empty(release: Path) -> None:
    """Remove all that a withdrawn release held but the notice."""
    for path in release.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != WITHDRAWN:
            path.unlink()
    fsync_folder(release)
