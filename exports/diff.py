"""The difference of any two releases, by the hashes of their rows."""

from dataclasses import dataclass
from pathlib import Path

from exports.engine import open_engine, run_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseDiff:
    """Ids of the articles that differ between two releases, each sorted."""

    added: tuple[str, ...]
    modified: tuple[str, ...]
    deleted: tuple[str, ...]
    n_unchanged: int


def diff_releases(old: Path, new: Path) -> ReleaseDiff:
    """Compare the articles of two release folders; neither need follow the other."""
    with open_engine([old, new]) as connection:
        connection.read_parquet(str(old / "articles.parquet")).create_view("previous_articles")
        connection.read_parquet(str(new / "articles.parquet")).create_view("articles")
        run_sql(connection, "changes")
        changes = connection.table("changes").order("article_id").project("op, article_id").fetchall()
        n_new = int(connection.table("articles").aggregate("count(*)").fetchall()[0][0])
    by_op = {op: tuple(id_ for found, id_ in changes if found == op) for op in ("ADD", "MOD", "DEL")}
    return ReleaseDiff(
        added=by_op["ADD"],
        modified=by_op["MOD"],
        deleted=by_op["DEL"],
        n_unchanged=n_new - len(by_op["ADD"]) - len(by_op["MOD"]),
    )
