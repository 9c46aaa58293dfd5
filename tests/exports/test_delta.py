"""previous + delta = this, step by step and over the whole history."""

import shutil
from pathlib import Path

import pytest

from exports.delta import apply_delta
from exports.diff import diff_releases
from exports.errors import DeltaMismatchError
from tests.exports.conftest import History
from tests.exports.factories import article_id
from tests.exports.readers import by_id, digest, manifest, rows

DAYS = ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")


def delta_of(history: History, step: int) -> Path:
    return history.releases / DAYS[step] / "delta" / f"from-{DAYS[step - 1]}.parquet"


def test_the_deltas_replayed_on_the_first_release_give_every_later_one_byte_for_byte(
    history: History, tmp_path: Path
) -> None:
    first = tmp_path / "0.parquet"
    shutil.copy(history.releases / DAYS[0] / "articles.parquet", first)

    apply_delta(first, delta_of(history, 1), tmp_path / "1.parquet")
    apply_delta(tmp_path / "1.parquet", delta_of(history, 2), tmp_path / "2.parquet")
    apply_delta(tmp_path / "2.parquet", delta_of(history, 3), tmp_path / "3.parquet")

    replayed = [digest(tmp_path / f"{n}.parquet") for n in (1, 2, 3)]
    assert replayed == [digest(history.releases / day / "articles.parquet") for day in DAYS[1:]]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (1, [("ADD", article_id(60)), ("MOD", article_id(3))]),
        (2, [("MOD", article_id(3))]),
        (3, [("DEL", article_id(5))]),
    ],
    ids=["add-and-edit", "revert", "delete"],
)
def test_a_delta_holds_exactly_what_changed(history: History, step: int, expected: list[tuple[str, str]]) -> None:
    assert sorted((row["op"], row["article_id"]) for row in rows(delta_of(history, step))) == sorted(expected)


def test_a_reverted_edit_leads_back_to_the_first_content(history: History) -> None:
    edit = next(row for row in rows(delta_of(history, 1)) if row["op"] == "MOD")
    revert = rows(delta_of(history, 2))[0]

    first = by_id(history.releases / DAYS[0])[article_id(3)]
    assert revert["old_sha256"] == edit["new_sha256"]
    assert (revert["content_sha256"], revert["title"]) == (first["content_sha256"], first["title"])


def test_a_deleted_article_leaves_only_its_id_and_hash(history: History) -> None:
    deleted = rows(delta_of(history, 3))[0]

    assert {name for name, value in deleted.items() if value is not None} == {"op", "article_id", "old_sha256"}


def test_the_first_release_has_no_delta_and_counts_all_as_added(history: History) -> None:
    said = manifest(history.releases / DAYS[0])

    assert not (history.releases / DAYS[0] / "delta").exists()
    assert (said["previous"], said["changes"]) == (None, {"added": said["rows"], "modified": 0, "deleted": 0})


def test_a_delta_is_refused_on_articles_that_it_does_not_start_from(history: History, tmp_path: Path) -> None:
    with pytest.raises(DeltaMismatchError, match=article_id(3)):
        apply_delta(history.releases / DAYS[0] / "articles.parquet", delta_of(history, 2), tmp_path / "x.parquet")


def test_any_two_releases_can_be_compared(history: History) -> None:
    diff = diff_releases(history.releases / DAYS[0], history.releases / DAYS[3])

    assert (diff.added, diff.modified, diff.deleted) == (
        (article_id(60),),
        (article_id(3),),
        (article_id(5),),
    )
    assert diff.n_unchanged == manifest(history.releases / DAYS[3])["rows"] - 2
