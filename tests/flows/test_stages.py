"""What a stage's end means to a run; the stages are the real ones, in child processes."""

import asyncio
import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows.reports import SourceReport
from flows.settings import Settings
from flows.stages import CrawlOrder, StageError, count_records, crawl_source, cut_release, extract_pending, load_staged
from scrapers.admission import WALK_MAX_PAGES
from scrapers.clock import Clock
from scrapers.data_root import open_data_root
from scrapers.days import DayRange
from scrapers.registry import Source
from scrapers.registry_folder import load_source
from scrapers.takedowns import OptOut, add_to_register
from tests.flows.kabarchy import write_source
from tests.scrapers.site import served
from tests.scrapers.site import write_source as write_site

LOG = logging.getLogger("test.stage")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    root = open_data_root(tmp_path / "home")
    root.sources.mkdir()
    write_source(root.sources, "closed", "http://127.0.0.1:9")
    return Settings(home=root.path, sources=root.sources)


@pytest.fixture
def closed(settings: Settings) -> Source:
    """A source at whose address nobody listens."""
    return load_source(settings.sources / "closed.toml")


def test_a_source_that_cannot_be_reached_is_a_problem_with_its_counts(settings: Settings, closed: Source) -> None:
    report = asyncio.run(crawl_source(settings, closed, CrawlOrder(run_id="r"), LOG))

    assert (report.n_discovered, report.n_fetched, report.n_failed) == (1, 0, 1)
    assert report.problem
    assert report.crawl_id is not None


def test_a_source_that_the_registry_lost_is_a_problem_in_its_own_words(settings: Settings, closed: Source) -> None:
    (settings.sources / "closed.toml").unlink()

    report = asyncio.run(crawl_source(settings, closed, CrawlOrder(run_id="r"), LOG))

    assert report.crawl_id is None
    assert "unknown source: closed" in str(report.problem)


def test_a_source_that_opted_out_is_skipped_and_is_no_problem(settings: Settings, closed: Source) -> None:
    opt_out = OptOut(source_id="closed", taken_down_at=datetime(2026, 11, 20, tzinfo=UTC))
    add_to_register(settings.home / "takedown" / "register.json", [], [opt_out])

    report = asyncio.run(crawl_source(settings, closed, CrawlOrder(run_id="r"), LOG))

    assert (report.problem, report.skipped) == (None, "opted out on 2026-11-20; disable it in the registry")
    assert list((settings.home / "archive").rglob("*")) == []


def test_a_backfill_over_the_budget_of_a_crawl_says_what_is_left_and_the_next_one_that_it_is_finished(
    tmp_path: Path,
) -> None:
    root = open_data_root(tmp_path)
    days = DayRange(date(2026, 7, 1), date(2026, 10, 10))
    with served({}) as site:
        entry = f'[[entries]]\nkind = "sitemap"\nurl = "{site.url}/map-{{YYYY}}-{{MM}}-{{DD}}.xml"\n'
        write_site(tmp_path, site.url, entries=entry)
        source = load_source(root.sources / "site.toml")
        settings = Settings(home=root.path, sources=root.sources)
        orders = [CrawlOrder(run_id=run_id, days=days) for run_id in ("r1", "r2")]
        reports = [asyncio.run(crawl_source(settings, source, order, LOG)) for order in orders]

    assert [report.state for report in reports] == [
        f"backfill not finished: {102 - WALK_MAX_PAGES} pages of entries left",
        "backfill finished",
    ]


def test_without_a_batch_nothing_is_counted(settings: Settings) -> None:
    report = SourceReport(source_id="closed", crawl_id="20261120T120000000000Z-closed", duration_s=1.0)

    assert count_records(settings.home / "staging", report) == report


def test_a_damaged_batch_is_named_and_the_load_goes_on(settings: Settings) -> None:
    batch = settings.home / "staging" / "20261120T120000000000Z-closed.x1"
    batch.mkdir(parents=True)
    (batch / "batch.json").write_text("{")

    counts, problems = asyncio.run(load_staged(settings, LOG, wait_s=0))

    assert counts.n_batches == 0
    assert [batch.name in problem for problem in problems] == [True]


@pytest.mark.parametrize(("n_crawls", "n_named", "rest"), [(1, 1, ()), (5, 5, ()), (7, 5, ("2 more crawls",))])
def test_each_crawl_that_cannot_be_extracted_is_named_and_of_many_the_rest_is_counted(
    settings: Settings, n_crawls: int, n_named: int, rest: tuple[str, ...]
) -> None:
    crawls = [f"20261120T1200000000{number:02}Z-closed" for number in range(n_crawls)]
    folder = settings.home / "archive" / "closed" / "2026" / "11"
    folder.mkdir(parents=True)
    for crawl in crawls:
        (folder / f"{crawl}.warc.gz").write_bytes(b"damaged")

    problems = asyncio.run(extract_pending(settings, LOG))

    assert [problem.split(": ")[:2] for problem in problems[:n_named]] == [["extract", it] for it in crawls[:n_named]]
    assert problems[n_named:] == tuple(f"extract: and {it}" for it in rest)


def test_an_extraction_that_cannot_begin_says_why(settings: Settings) -> None:
    (settings.sources / "closed.toml").write_text("name = ")

    with pytest.raises(StageError, match=r"^extract: .*closed\.toml"):
        asyncio.run(extract_pending(settings, LOG))


def test_a_stage_that_cannot_do_its_work_says_which_and_why(settings: Settings) -> None:
    with pytest.raises(StageError, match=r"^release: .*no generation"):
        asyncio.run(cut_release(settings, Clock().now(), LOG))
