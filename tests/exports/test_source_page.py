"""What the page of a source says is of that source alone, and is asked of the release's tables once for all sources."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from exports.page import open_release_tables
from exports.release import Release, cut_release
from exports.source_page import SourceFacts, read_source_facts
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, World, article, source, write_generation

TABLES = ("articles", "sources", "coverage", "ledger")


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SourceFacts]:
    """Of a source with an article in each of thirty months, one with two that say no time, one without any."""
    home = tmp_path_factory.mktemp("source-page")
    months = [datetime(2024 + n // 12, 1 + n % 12, 3, tzinfo=UTC) for n in range(30)]
    busy = [article(n, source_id="busy", published_at=month) for n, month in enumerate(months)]
    small = [article(40 + n, source_id="small", published_at=None, language=tag) for n, tag in enumerate(("ru", "ky"))]
    outlets = [source(name, "excerpt", min_articles=0) for name in ("busy", "empty", "small")]
    world = World(articles=[*busy, *small], sources=outlets, date_share=1.0)
    generation = write_generation(home / "generation.duckdb", world)
    release = cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    assert isinstance(release, Release)
    with open_release_tables(release.path) as connection:
        return {one.line.source_id: one for one in read_source_facts(connection, created=DAY_1)}


def test_the_newest_articles_of_each_source_are_shown_newest_first(facts: dict[str, SourceFacts]) -> None:
    assert [line.title for line in facts["busy"].newest] == [f"Headline {n}" for n in range(29, 19, -1)]
    assert {line.title for line in facts["small"].newest} == {"Headline 40", "Headline 41"}
    assert {line.source_name for line in facts["small"].newest} == {"The small"}


def test_the_two_last_years_of_each_source_are_counted_by_month(facts: dict[str, SourceFacts]) -> None:
    months = facts["busy"].months

    assert (months[0], months[-1], len(months)) == (("2026-06", 1), ("2024-07", 1), 24)
    assert facts["small"].months == ()


def test_languages_are_counted_for_each_source_the_most_frequent_first(facts: dict[str, SourceFacts]) -> None:
    assert facts["busy"].languages == (("ky", 30),)
    assert facts["small"].languages == (("ky", 1), ("ru", 1))


def test_shares_of_the_ledger_are_of_the_stage_of_that_source(facts: dict[str, SourceFacts]) -> None:
    shares = {name: [line.share for line in one.ledger if line.stage == "url"] for name, one in facts.items()}

    assert shares == {"busy": [31 / 35, 2 / 35, 2 / 35], "empty": [], "small": [3 / 7, 2 / 7, 2 / 7]}


def test_a_source_without_articles_has_a_page_that_says_nothing_of_others(facts: dict[str, SourceFacts]) -> None:
    empty = facts["empty"]

    assert (empty.newest, empty.months, empty.languages, empty.ledger) == ((), (), (), ())


def count_queries(release: Path, condition: str) -> int:
    """How many statements it takes to read the facts of the sources that meet a condition."""
    with duckdb.connect() as connection:
        for table in TABLES:
            rows = connection.read_parquet(str(release / f"{table}.parquet"))
            rows.filter(condition if table == "sources" else "true").create_view(table)
        connection.execute("call enable_logging('QueryLog')")
        assert read_source_facts(connection, created=DAY_1)
        connection.execute("call disable_logging()")
        (row,) = connection.execute("select count(*) from duckdb_logs where type = 'QueryLog'").fetchall()
        return int(row[0])


def test_more_sources_are_read_with_no_more_questions(history: History) -> None:
    release = history.cut[-1].path

    assert 4 < count_queries(release, "source_id = 'open'") == count_queries(release, "true")
