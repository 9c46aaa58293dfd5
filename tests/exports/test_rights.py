"""How much of an article is published: never more than its source's level, its signals and its evidence allow."""

from pathlib import Path
from typing import Any

import pytest

from exports.release import cut_release
from tests.exports.factories import DAY_1, DAY_2, TEXT, World, article, source, write_generation
from tests.exports.readers import csv_rows, rows

LEVELS = {
    "metadata": (source("metadata"), {"title"}),
    "excerpt": (source("excerpt", "excerpt"), {"title", "excerpt"}),
    "full_text": (source("full_text", "full_text", name="Full <b>|"), {"title", "excerpt", "text", "authors"}),
    "no-licence": (source("no-licence", "full_text", licence=None), {"title"}),
    "no-evidence": (source("no-evidence", "full_text", evidence_url=None), {"title"}),
    "empty-licence": (source("empty-licence", "full_text", licence=""), {"title"}),
    "reserved-full-text": (source("reserved-full-text", "full_text", tdm_reserved=True), {"title"}),
    "reserved-excerpt": (source("reserved-excerpt", "excerpt", tdm_reserved=True), {"title"}),
    "not-reserved": (source("not-reserved", "excerpt", tdm_reserved=False), {"title", "excerpt"}),
    "unknown-level": (source("unknown-level", "everything"), {"title"}),
}
"""Source, and which of title, excerpt, text and authors may be published of it."""

RESERVING = {
    "reserving-page": article(31, source_id="full_text", tdm_reserved=True),
    "permitting-page": article(32, source_id="full_text", tdm_reserved=False),
    "permitting-page-of-a-reserving-source": article(33, source_id="reserved-excerpt", tdm_reserved=False),
}
"""Articles of which the page itself says something about mining."""

EXCERPTS = {
    "exactly-a-quarter": (article(21, source_id="excerpt", excerpt="A" * 25, n_chars=100), True),
    "over-a-quarter": (article(22, source_id="excerpt", excerpt="A" * 26, n_chars=100), False),
    "exactly-200": (article(23, source_id="excerpt", excerpt="Ж" * 200, n_chars=10_000), True),
    "over-200": (article(24, source_id="excerpt", excerpt="Ж" * 201, n_chars=10_000), False),
    "over-a-quarter-of-full-text": (article(25, source_id="full_text", excerpt="A" * 26, n_chars=100), False),
}
"""Article, and whether its excerpt is one."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of one article of each source, and of the articles with remarkable excerpts."""
    home = tmp_path_factory.mktemp("rights")
    one_each = [article(n, source_id=source_id, url=source_id) for n, source_id in enumerate(LEVELS)]
    remarkable = [row | {"url": name} for name, (row, _) in EXCERPTS.items()]
    reserving = [row | {"url": name} for name, row in RESERVING.items()]
    world = World(articles=[*one_each, *remarkable, *reserving], sources=[row for row, _ in LEVELS.values()])
    generation = write_generation(home / "generation.duckdb", world)
    release = cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    assert release is not None
    return release.path


def row_of(release: Path, name: str) -> dict[str, Any]:
    return next(row for row in rows(release / "articles.parquet") if row["url"] == name)


@pytest.mark.parametrize("name", LEVELS)
def test_a_row_carries_the_least_that_level_signals_and_evidence_allow(published: Path, name: str) -> None:
    row = row_of(published, name)

    carried = {column for column in ("text", "excerpt", "authors", "title") if row[column] is not None}
    assert carried == LEVELS[name][1]


@pytest.mark.parametrize("name", ["metadata", "excerpt", "full_text"])
def test_the_level_of_a_row_is_published(published: Path, name: str) -> None:
    assert row_of(published, name)["rights_level"] == name


@pytest.mark.parametrize("name", EXCERPTS)
def test_what_is_more_than_an_excerpt_is_withheld(published: Path, name: str) -> None:
    assert (row_of(published, name)["excerpt"] is not None) == EXCERPTS[name][1]


@pytest.mark.parametrize(("name", "reserved"), [("reserved-excerpt", True), ("not-reserved", False), ("excerpt", None)])
def test_a_reservation_is_published_in_every_row(published: Path, name: str, reserved: bool | None) -> None:
    assert row_of(published, name)["tdm_reserved"] is reserved


def test_withheld_text_is_in_no_byte_of_the_release(tmp_path: Path) -> None:
    secret = "Жашыруун сөз, эч кимге айтылбайт"
    world = World(articles=[article(1, source_id="a", text=secret * 9)], sources=[source("a")])
    generation = write_generation(tmp_path / "generation.duckdb", world)
    release = cut_release(generation, tmp_path / "releases", now=DAY_1, code_version="1")

    assert release is not None
    assert secret not in str(rows(release.path / "articles.parquet"))
    assert secret not in str(csv_rows(release.path / "csv" / "articles.csv.gz"))


def test_a_source_that_turns_to_metadata_loses_its_texts_in_the_next_release(tmp_path: Path) -> None:
    articles = [article(1, source_id="a"), article(2, source_id="b")]
    before = World(articles=articles, sources=[source("a", "full_text"), source("b", "full_text")])
    after = World(articles=articles, sources=[source("a"), source("b", "full_text")])
    generations = [write_generation(tmp_path / f"{n}.duckdb", world) for n, world in enumerate((before, after))]

    cut_release(generations[0], tmp_path / "releases", now=DAY_1, code_version="1")
    second = cut_release(generations[1], tmp_path / "releases", now=DAY_2, code_version="1")

    assert second is not None
    texts = {row["source_id"]: row["text"] for row in rows(second.path / "articles.parquet")}
    assert texts == {"a": None, "b": TEXT}
    assert second.manifest.changes.modified == 1


def test_the_level_of_every_source_stands_in_rights_md(published: Path) -> None:
    text = (published / "RIGHTS.md").read_text(encoding="utf-8")

    assert r"| full\_text | Full \<b\>\| | full\_text | CC-BY-4.0 | 4 |" in text


@pytest.mark.parametrize(
    ("name", "level", "reserved"),
    [
        ("reserving-page", "metadata", True),
        ("permitting-page", "full_text", False),
        ("permitting-page-of-a-reserving-source", "metadata", True),
    ],
)
def test_a_reservation_by_the_page_itself_lowers_its_level_and_its_permission_raises_none(
    published: Path, name: str, level: str, reserved: bool
) -> None:
    row = row_of(published, name)

    assert (row["rights_level"], row["tdm_reserved"]) == (level, reserved)
    assert (row["text"] is None) == reserved
