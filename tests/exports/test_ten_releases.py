"""Ten releases with edits, reverts, moves between months, deletions and a takedown: previous + delta = current."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from exports.delta import apply_delta
from exports.imprint import Imprint
from exports.release import Release
from tests.exports.factories import article_id
from tests.exports.newsroom import Pair, cut_both_ways, data_of
from tests.exports.readers import by_id, digest, manifest, rows


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    """Releases with whole files; the last of them, of an eleventh day, also from nothing."""
    return cut_both_ways(tmp_path_factory.mktemp("ten"), Imprint(), (10,))


@pytest.fixture
def releases(whole: Pair) -> list[Release]:
    """The first ten."""
    return whole.built_upon[:10]


def test_what_is_built_upon_ten_releases_is_byte_for_byte_what_is_built_from_nothing(whole: Pair) -> None:
    assert data_of(whole.built_upon[10]) == data_of(whole.from_nothing[10])


def test_every_release_follows_from_the_one_before_and_its_delta_byte_for_byte(
    releases: list[Release], tmp_path: Path
) -> None:
    replayed = tmp_path / "0.parquet"
    shutil.copy(releases[0].path / "articles.parquet", replayed)
    found = []
    for n, (before, after) in enumerate(pairwise(releases), start=1):
        previous, replayed = replayed, tmp_path / f"{n}.parquet"
        apply_delta(previous, after.path / "delta" / f"from-{before.id}.parquet", replayed)
        found.append(digest(replayed))

    assert found == [digest(release.path / "articles.parquet") for release in releases[1:]]
    assert len(found) == 9


def test_each_day_counts_what_happened(releases: list[Release]) -> None:
    changes = [tuple(manifest(release.path)["changes"].values()) for release in releases]

    assert changes == [
        (40, 0, 0),
        (2, 0, 0),
        (0, 1, 0),
        (0, 1, 0),
        (0, 1, 0),
        (0, 0, 1),
        (1, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
        (1, 0, 1),
    ]


def test_an_edit_and_its_revert_are_three_versions(releases: list[Release]) -> None:
    versions = [row for row in rows(releases[3].path / "versions.parquet") if row["article_id"] == article_id(3)]

    assert [(v["version"], v["title"], v["is_substantive"]) for v in versions] == [
        (1, "Headline 3", False),
        (2, "Edited", True),
        (3, "Headline 3", True),
    ]


def test_a_withdrawn_article_leaves_a_tombstone_and_its_id_in_the_delta_alone(releases: list[Release]) -> None:
    after = releases[7].path

    assert article_id(9) not in by_id(after)
    assert [row["article_id"] for row in rows(after / "tombstones.parquet")] == [article_id(9)]
    assert [(row["op"], row["title"]) for row in rows(after / "delta" / f"from-{releases[6].id}.parquet")] == [
        ("DEL", None)
    ]
