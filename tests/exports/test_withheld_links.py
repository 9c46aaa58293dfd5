"""A release that only links to what was withdrawn is issued again too, without the link's address and words."""

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from exports.reissue import reissue_releases
from exports.release import cut_release
from exports.verify import verify_release
from scrapers.identity import article_id
from scrapers.tables import TOMBSTONE
from tests.exports.factories import DAY_1, DAY_2, World, article, citation, source, write_generation
from tests.exports.readers import rows

GONE = "https://www.gone.example/news/7?utm_source=x"
KEPT = "https://gone.example/news/8"


@pytest.fixture(scope="module")
def linking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One release, of which an article links to two of another source that it does not hold; never changed."""
    home = tmp_path_factory.mktemp("linking")
    links = [citation(1, 0, url=GONE, label="A headline"), citation(1, 1, url=KEPT, label="Another"), citation(1, 2)]
    world = World(articles=[article(1)], sources=[source("open"), source("gone")], citations=links)
    generation = write_generation(home / "generation.duckdb", world)
    cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    return home / "releases"


@pytest.fixture
def releases(linking: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(linking, tmp_path / "releases")


def withdraw(releases: Path, reason: str) -> list[str]:
    gone = {"article_id": article_id("gone", "https://gone.example/news/7"), "withdrawn_date": date(2026, 11, 21)}
    withdrawn = pa.Table.from_pylist([gone | {"reason": reason}], schema=TOMBSTONE.schema)
    return reissue_releases(releases, withdrawn, now=DAY_2, code_version="1")


@pytest.mark.parametrize("reason", ["erasure", "takedown"])
def test_address_and_words_of_a_link_to_it_go_and_the_other_links_stay(releases: Path, reason: str) -> None:
    issued = withdraw(releases, reason)

    found = [(row["label"], row["url"]) for row in rows(releases / "2026-11-20.r2" / "citations.parquet")]
    assert issued == ["2026-11-20.r2"]
    assert found == [(None, None), ("Another", KEPT), ("a channel", "https://t.me/s/a_channel")]
    assert [result for result in verify_release(releases / "2026-11-20.r2") if not result.is_ok] == []


@pytest.mark.parametrize("reason", ["source_optout", "duplicate"])
def test_a_source_that_left_and_a_copy_may_still_be_linked_to(releases: Path, reason: str) -> None:
    assert withdraw(releases, reason) == []
