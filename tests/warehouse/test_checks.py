from collections.abc import Iterator

import duckdb
import pytest

from tests.warehouse.factories import registry, stage_week
from tests.warehouse.home import Home
from warehouse.checks import CheckResult, list_checks, run_checks
from warehouse.database import open_for_writing

PLANTED = {
    "article_is_filled": "update content set text = ''",
    "article_twice_in_a_capture": "insert into record by name select capture_id, 7 as position, extractor, article_id,"
    " content_sha256 from record where article_id is not null limit 1",
    "articles_all_accounted": "delete from source",
    "crawl_counts_add_up": "update crawl set n_skipped = n_skipped + 1",
    "dangling_references": "delete from capture where role = 'entry'",
    "known_words": "update url_outcome set outcome = 'lost' where outcome = 'failed'",
    "ledger_balances": "delete from record where reason is not null",
    "ledger_stages_meet": "delete from record where reason is not null",
    "published_in_the_future": "update content set published_at = timestamptz '2099-01-01 00:00:00+00'",
    "record_is_article_or_rejection": "update record set reason = 'too_short'",
    "source_gone_quiet": "update source set min_articles_per_week = 1000",
    "unique_keys": "insert into content_citation from content_citation",
    "versions_are_contiguous": "create or replace view version_run as select 'a' as article_id, 2 as version,"
    " 'tunduk' as source_id, 'c' as content_sha256, now() as valid_from, cast(null as timestamptz) as valid_to,"
    " null as published_raw, now() as first_seen_at, 1 as n_versions",
}
"""For each check, a change that it must notice."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to a warehouse with sound data; tests leave it as it was."""
    home = Home(path=tmp_path_factory.mktemp("checks"), sources=registry("tunduk", "topol"))
    stage_week(home.staging)
    home.load()
    with open_for_writing(home.database) as con:
        yield con


def results_after(con: duckdb.DuckDBPyConnection, change: str) -> dict[str, CheckResult]:
    con.begin()
    try:
        con.execute(change)
        return {result.name: result for result in run_checks(con)}
    finally:
        con.rollback()


def test_every_check_has_a_planted_defect() -> None:
    assert [check.name for check in list_checks()] == sorted(PLANTED)


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_check_finds_its_defect(loaded: duckdb.DuckDBPyConnection, name: str) -> None:
    result = results_after(loaded, PLANTED[name])[name]

    assert result.n_rows > 0
    assert 0 < len(result.sample) <= 5


def test_sound_data_passes_every_check(loaded: duckdb.DuckDBPyConnection) -> None:
    assert [result for result in run_checks(loaded) if result.n_rows] == []


def test_a_sample_names_the_wrong_row(loaded: duckdb.DuckDBPyConnection) -> None:
    result = results_after(loaded, "update source set min_articles_per_week = 9 where source_id = 'topol'")

    assert result["source_gone_quiet"].sample == ("source_id=topol n_new_last_7_days=1 min_articles_per_week=9",)


def test_a_warning_fails_nothing(loaded: duckdb.DuckDBPyConnection) -> None:
    results = results_after(loaded, PLANTED["source_gone_quiet"])

    assert results["source_gone_quiet"].n_rows == 2
    assert not results["source_gone_quiet"].is_failed


def test_more_wrong_rows_than_the_sample_shows_are_counted(loaded: duckdb.DuckDBPyConnection) -> None:
    [(n_outcomes,)] = loaded.execute("select count(*) from url_outcome").fetchall()

    results = results_after(loaded, "insert into url_outcome from url_outcome")

    assert results["unique_keys"].n_rows == n_outcomes
    assert len(results["unique_keys"].sample) == 5
