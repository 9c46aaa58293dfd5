"""A world that is edited from day to day, and releases cut of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from exports.imprint import Imprint
from exports.release import Release, cut_release
from tests.exports.factories import (
    DAY_1,
    SOURCES,
    World,
    article,
    article_id,
    citation,
    past_version,
    source,
    tombstone,
    write_generation,
)
from tests.exports.readers import digest

Row = dict[str, Any]
DATA = ("data/*.parquet", "*.parquet", "*.csv", "csv/*")


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


@dataclass(frozen=True)
class Pair:
    """Eleven days, each released upon the one before, some also from nothing; on the last a source lost its licence."""

    built_upon: list[Release]
    from_nothing: dict[int, Release]


def cut_both_ways(home: Path, imprint: Imprint, anew_on: Sequence[int]) -> Pair:
    """Cut eleven releases of the newsroom; those of some days, counted from 0, once more from nothing."""
    room, upon, anew = Newsroom(), [], {}
    for n, happen in enumerate((*DAYS, lambda room: None)):
        room.now = DAY_1 + timedelta(days=n)
        happen(room)
        world = room.world()
        world.sources = SOURCES if n < len(DAYS) else (source("open", "metadata"), *SOURCES[1:])
        kept = [row["article_id"] for row in world.articles]
        world.citations = [citation(k) for k in (1, 3, 5) if article_id(k) in kept]
        generation = write_generation(home / "generation.duckdb", world)
        upon.append(cut_release(generation, home / "upon", now=room.now, code_version="1", imprint=imprint))
        if n in anew_on:
            anew[n] = cut_release(generation, home / f"anew-{n}", now=room.now, code_version="1", imprint=imprint)
    return Pair(upon, anew)


def data_of(release: Release) -> dict[str, str]:
    """Hash of each data file, by its path."""
    files = (path for pattern in DATA for path in release.path.glob(pattern))
    return {path.relative_to(release.path).as_posix(): digest(path) for path in files}
