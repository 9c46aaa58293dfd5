"""Months that passed the gates before are not judged again by themselves; what others say of them is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.gates import check_keys, check_partitions, check_versions
from tests.exports.conftest import History
from tests.exports.factories import article_id
from tests.exports.one_gate import faults_of
from tests.exports.readers import edit_manifest, manifest, rewrite_rows, rows

SEPTEMBER, OCTOBER = "data/versions-2026-09.parquet", "data/versions-2026-10.parquet"


@pytest.fixture
def release(history: History, tmp_path: Path) -> Iterator[Path]:
    """A copy of the last release, free to be broken."""
    yield shutil.copytree(history.releases / "2026-11-23", tmp_path / "2026-11-23")
    shutil.rmtree(tmp_path)


def all_but(release: Path, *fresh: str) -> frozenset[str]:
    """Paths of all monthly files but some."""
    return frozenset(
        file["path"] for file in manifest(release)["files"] if "month" in file and file["path"] not in fresh
    )


def add_row(path: Path, **changed: object) -> None:
    """Give a file its first row once more, changed."""
    first, *rest = rows(path)
    rewrite_rows(path, [first | changed, first, *rest])


def test_a_version_beside_articles_of_another_month_is_found_whose_own_month_is_proven(release: Path) -> None:
    add_row(release / OCTOBER, article_id=article_id(0), version=2)

    found = faults_of(release, check_partitions, proven=all_but(release, OCTOBER))

    assert found.startswith(f"{article_id(0)} lies in versions-2026-10.parquet; ")


def test_a_key_that_occurs_twice_is_found_where_all_other_months_are_proven(release: Path) -> None:
    add_row(release / OCTOBER)

    assert "occurs 2 times" in faults_of(release, check_keys, proven=all_but(release, OCTOBER))


def test_a_version_of_no_article_is_found_where_all_other_months_are_proven(release: Path) -> None:
    add_row(release / OCTOBER, article_id="0" * 24)

    found = faults_of(release, check_keys, proven=all_but(release, OCTOBER))

    assert found == f"versions.article_id {'0' * 24} is not in the release"


def test_proven_versions_are_judged_beside_articles_that_are_not(release: Path) -> None:
    articles = OCTOBER.replace("versions", "articles")
    first, *rest = rows(release / articles)
    rewrite_rows(release / articles, [first | {"n_versions": 7}, *rest])

    found = faults_of(release, check_versions, proven=all_but(release, articles))

    assert found == f"{first['article_id']}: its current version is not the article"


def test_a_month_of_which_every_file_is_proven_is_not_judged_again(release: Path) -> None:
    add_row(release / SEPTEMBER, version=9)

    assert faults_of(release, check_versions, proven=all_but(release, OCTOBER)) == ""
    assert "a gap in its versions" in faults_of(release, check_versions, proven=all_but(release, SEPTEMBER))


def lose(release: Path, path: str) -> None:
    """Take a file out of a release, and out of what its manifest lists."""
    (release / path).unlink()
    edit_manifest(release, files=[file for file in manifest(release)["files"] if file["path"] != path])


def test_versions_of_a_month_that_were_lost_are_missed_though_all_else_is_proven(release: Path) -> None:
    lose(release, SEPTEMBER)

    found = faults_of(release, check_versions, proven=all_but(release))

    assert "its current version is not the article" in found


def test_versions_without_the_articles_of_their_month_are_found_though_all_else_is_proven(release: Path) -> None:
    lose(release, "articles.parquet")
    lose(release, SEPTEMBER.replace("versions", "articles"))

    assert "is not in the release" in faults_of(release, check_keys, proven=all_but(release))
