"""Ten releases with edits, reverts, moves between months, deletions and a takedown: previous + delta = current."""

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from exports.delta import apply_delta
from exports.release import Release, cut_release
from tests.exports.factories import DAY_1, World, article, article_id, past_version, tombstone, write_generation
from tests.exports.readers import by_id, digest, manifest, rows

Row = dict[str, Any]


@dataclass
class Newsroom:
    """A world that is edited: keeps the current articles and every version that was replaced."""

    now: datetime = DAY_1
    current: dict[int, Row] = field(default_factory=dict)
    past: list[Row] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)

    def publish(self, *numbers: int) -> None:
        seen = {"first_seen_at": self.now, "last_changed_at": self.now}
        self.current |= {n: article(n, **seen) for n in numbers}

    def edit(self, n: int, **changed: Any) -> None:
        was = self.current[n]
        self.past.append(past_version(was, was["n_versions"], was["last_changed_at"], self.now))
        row = was | changed | {"n_versions": was["n_versions"] + 1, "last_changed_at": self.now}
        said = sorted((k, v) for k, v in row.items() if k not in ("content_sha256", "n_versions", "last_changed_at"))
        self.current[n] = row | {"content_sha256": sha256(repr(said).encode()).hexdigest()}

    def drop(self, n: int) -> None:
        gone = self.current.pop(n)
        self.past = [row for row in self.past if row["article_id"] != gone["article_id"]]

    def withdraw(self, n: int) -> None:
        self.drop(n)
        self.withdrawn.append(n)

    def world(self) -> World:
        return World(
            articles=list(self.current.values()),
            past_versions=list(self.past),
            tombstones=[tombstone(n) for n in self.withdrawn],
            date_share=1.0,
        )


DAYS = (
    lambda room: room.publish(*range(40)),
    lambda room: room.publish(40, 41),
    lambda room: room.edit(3, title="Edited"),
    lambda room: room.edit(3, title="Headline 3"),
    lambda room: room.edit(5, published_at=datetime.fromisoformat("2026-09-05T00:00:00Z")),
    lambda room: room.drop(7),
    lambda room: room.publish(7),
    lambda room: room.withdraw(9),
    lambda room: room.edit(11, text="Кыска.", n_chars=6),
    lambda room: (room.publish(50), room.edit(50, text=None, n_chars=0), room.withdraw(11)),
)
"""What happens on each of ten days."""


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Release]:
    home, room, cut = tmp_path_factory.mktemp("ten"), Newsroom(), []
    for n, happen in enumerate(DAYS):
        room.now = DAY_1 + timedelta(days=n)
        happen(room)
        generation = write_generation(home / "generation.duckdb", room.world())
        cut.append(cut_release(generation, home / "releases", now=room.now, code_version="1"))
    return cut


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
