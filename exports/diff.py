"""The difference of any two releases, by the hashes of their rows."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from exports.engine import open_engine, run_sql
from exports.errors import ProfileMixedError
from exports.release_at import LocalRelease, ReleaseAt


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDiff:
    """Ids of the articles that differ between two releases, each sorted."""

    added: tuple[str, ...]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    n_unchanged: int


def diff_releases(old: Path, new: Path) -> ReleaseDiff:
    """Compare the articles of two release folders; neither need follow the other. Raises as `compare_releases` does."""
    return compare_releases(LocalRelease(old), LocalRelease(new))


def compare_releases(old: ReleaseAt, new: ReleaseAt) -> ReleaseDiff:
    """Compare the articles of two releases. Raises ReleaseUnreachableError, and ProfileMixedError."""
    profiles = old.manifest().profile, new.manifest().profile
    if len(set(profiles)) > 1:
        raise ProfileMixedError(f"{old.name} is {profiles[0]}, {new.name} is {profiles[1]}: they cannot be compared")
    return diff_keys(old.read_keys(), new.read_keys())


def diff_keys(old: pa.Table, new: pa.Table) -> ReleaseDiff:
    """Compare two sets of articles by ids and hashes alone, as `ReleaseAt.read_keys` gives them."""
    with open_engine([]) as connection:
        connection.register("previous_articles", old)
        connection.register("current_articles", new)
        run_sql(connection, "changes")
        changes = connection.table("changes").order("article_id").project("op, article_id").fetchall()
        n_new = int(connection.table("current_articles").aggregate("count(*)").fetchall()[0][0])
    by_op = {op: tuple(id_ for found, id_ in changes if found == op) for op in ("ADD", "MOD", "DEL")}
    return ReleaseDiff(
        added=by_op["ADD"],
        modified=by_op["MOD"],
        deleted=by_op["DEL"],
        n_unchanged=n_new - len(by_op["ADD"]) - len(by_op["MOD"]),
    )
