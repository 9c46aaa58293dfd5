"""Deltas: what changed in the articles from one release to the next, so that previous + delta = this.

A delta is a Parquet file with a row per article that was added (ADD), modified (MOD) or deleted (DEL), carrying the
whole new row; a DEL row carries only the id and the old hash. Applying one to `articles.parquet` of the previous
release gives `articles.parquet` of this one, byte for byte when both were written by the same version of DuckDB.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from exports.engine import open_engine, run_sql
from exports.errors import DeltaMismatchError
from exports.manifest import Changes
from exports.profiles import Profile
from exports.published import ARTICLES, FILED_AT, as_written
from exports.writers import write_parquet
from scrapers.published_tables import PUBLISHED_DELTA


def write_delta(
    connection: duckdb.DuckDBPyConnection,
    previous_articles: Sequence[Path],
    articles: Sequence[Path] | None,
    target: Path,
) -> Changes:
    """Write what differs between the articles in some files and those in others; return the counts.

    `articles`: None when the previous files are those from which rows were carried over; then only touched articles
    can differ, and those are in the scratch database.
    """
    previous = connection.read_parquet([str(path) for path in previous_articles])
    if articles is None:
        previous = previous.join(connection.table("touched_articles"), "article_id", how="semi")
        current = connection.table("fresh_articles")
    else:
        current = connection.read_parquet([str(path) for path in articles])
    previous.create_view("previous_articles", replace=True)
    current.create_view("current_articles", replace=True)
    run_sql(connection, "changes")
    run_sql(connection, "new_delta")
    write_parquet(as_written(connection.table("new_delta").order("article_id"), PUBLISHED_DELTA), connection, target)
    return count_changes(connection.table("changes"))


def count_changes(rows: duckdb.DuckDBPyRelation) -> Changes:
    """Count the rows of a delta (or of the view `changes`) by what they do."""
    counts = dict(rows.aggregate("op, count(*)", "op").fetchall())
    return Changes(added=counts.get("ADD", 0), modified=counts.get("MOD", 0), deleted=counts.get("DEL", 0))


def apply_delta(previous_articles: Path, delta: Path, target: Path, *, profile: Profile = Profile.PUBLIC) -> None:
    """Write the articles that follow from the previous `articles.parquet` and a delta.

    `profile` is that of the releases; `target` must not be one of the inputs. What does not fit into memory lies beside
    it meanwhile. Raises DeltaMismatchError when the delta does not start from these articles.
    """
    folders = [previous_articles.parent, delta.parent, target.parent]
    with (
        tempfile.TemporaryDirectory(prefix=".kabarchy-delta-", dir=target.parent) as scratch,
        open_engine(folders, scratch=Path(scratch), profile=profile) as connection,
    ):
        connection.read_parquet(str(previous_articles)).create_view("previous_articles")
        connection.read_parquet(str(delta)).create_view("delta")
        _require_start(connection, delta)
        connection.table("previous_articles").create_view("delta_start")
        run_sql(connection, "replayed_articles")
        replayed = connection.table("replayed_articles").project(f"*, {FILED_AT} as filed_at")
        write_parquet(as_written(replayed.order(ARTICLES.order), ARTICLES.table), connection, target)


def _require_start(connection: duckdb.DuckDBPyConnection, delta: Path) -> None:
    mismatch = run_sql(connection, "delta_mismatches").fetchone()
    if mismatch is not None:
        article_id, op, expected, found = mismatch
        raise DeltaMismatchError(
            f"{delta.name}: {op} of {article_id} starts from {expected}, but the article is {found}: "
            "the articles are not those of that release"
        )
