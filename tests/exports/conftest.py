"""States of a folder of releases that several modules look at; all of them are read-only."""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from exports.catalogue import build_site
from exports.imprint import Imprint
from exports.release import Release, cut_release, list_releases
from tests.built_once import built_once
from tests.exports.factories import (
    DAY_1,
    DAY_2,
    DAY_3,
    DAY_4,
    World,
    article,
    article_id,
    citation,
    past_version,
    write_generation,
)

NASTY_TITLES = (
    'He said "no", twice',
    "two\nlines",
    "a\r\nb",
    "=1+2",
    "@cmd",
    "<script>alert(1)</script>",
    " spaces around ",
    "a,b;c\td",
    "NA",
    "null",
    "#comment",
    "\\N",
    "line\u2028separator",
    "'single'",
    "ҰҒҚӨ ўғқҳ",
)


@dataclass(frozen=True)
class History:
    """Four releases: a first one; one with an article more and one edited; the edit reverted; an article gone."""

    releases: Path
    generations: tuple[Path, ...]
    cut: tuple[Release, ...]


def first_articles() -> list[dict[str, object]]:
    """Thirty articles of three sources over three months, one without a date, some with nasty titles."""
    sources = ("open", "short", "closed")
    rows = [
        article(n, source_id=sources[n % 3], published_at=datetime(2026, 9 + n % 3, 1 + n, 12, 30, n, n, tzinfo=UTC))
        for n in range(28)
    ]
    rows += [article(28, published_at=None, published_precision=None, published_origin=None, title=None)]
    return rows + [article(100 + n, title=title) for n, title in enumerate(NASTY_TITLES)]


def edited_article(n: int, **changed: object) -> dict[str, object]:
    """An article of the first thirty, changed, with the hash of its new content."""
    row = first_articles()[n] | changed
    return row | {"content_sha256": sha256(repr(sorted(row.items())).encode()).hexdigest()}


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    home = built_once(tmp_path_factory, "history", _build_history)
    generations = tuple(home / f"{n}.duckdb" for n in range(4))
    return History(home / "releases", generations, tuple(list_releases(home / "releases")))


def _build_history(home: Path) -> None:
    articles = first_articles()
    edit = edited_article(3, title="Edited", n_versions=2, last_changed_at=DAY_2)
    revert = articles[3] | {"n_versions": 3, "last_changed_at": DAY_3}
    edited, reverted = ([*articles[:3], row, *articles[4:]] for row in (edit, revert))
    first_version, second_version = past_version(articles[3], 1, DAY_1, DAY_2), past_version(edit, 2, DAY_2, DAY_3)
    added = article(60, first_seen_at=DAY_2, last_changed_at=DAY_2)
    citations = [citation(1), citation(1, 1, cited_article_id=article_id(2)), citation(2, label=None)]
    worlds = (
        World(articles=articles, citations=citations),
        World(articles=[*edited, added], citations=citations, past_versions=[first_version]),
        World(articles=[*reverted, added], citations=citations, past_versions=[first_version, second_version]),
        World(
            articles=[*reverted[:5], *reverted[6:], added],
            citations=citations,
            past_versions=[first_version, second_version],
        ),
    )
    for n, (world, day) in enumerate(zip(worlds, (DAY_1, DAY_2, DAY_3, DAY_4), strict=True)):
        generation = write_generation(home / f"{n}.duckdb", world)
        imprint = Imprint(has_query_copy=True)
        cut_release(generation, home / "releases", now=day, code_version="1.2.3", imprint=imprint)
    build_site(home / "releases", home / "site", generation=home / "3.duckdb", now=DAY_4)


@pytest.fixture(scope="session")
def site(history: History) -> Path:
    """The catalogue of the history, with what the last generation knows."""
    return history.releases.parent / "site"
