"""What a pool of extraction workers promises."""

import multiprocessing
import time
from collections.abc import Iterator

import pytest
from pebble.pool.process import WORKERS_NAME

from scrapers.extraction.extract import extract
from scrapers.extraction.workers import ExtractionPool
from scrapers.records import Capture, Extraction, Rejection, RejectionReason
from tests.scrapers.extraction.factories import capture, html, source
from tests.scrapers.extraction.misbehaving import misbehave

PAGE = html()
TIMEOUT_S = 3.0  # long enough for a page on a busy machine, short enough for a test


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    sources = {"kabar_example": source()}
    with ExtractionPool(sources, n_workers=2, page_timeout_s=TIMEOUT_S, extract_one=misbehave) as started:
        yield started


def pages(*bodies: str) -> list[Capture]:
    return [capture(body, capture_id=f"20261120T120000000000Z-kabar_example/{n:05d}") for n, body in enumerate(bodies)]


def reasons(extractions: list[Extraction]) -> list[RejectionReason | None]:
    records = [extraction.records[0] for extraction in extractions]
    return [record.reason if isinstance(record, Rejection) else None for record in records]


def test_results_equal_those_without_workers_and_keep_the_order(pool: ExtractionPool) -> None:
    captures = pages(*(html(title=f"Бишкекте {n}-китепкана ачылды") for n in range(20)))

    assert list(pool.extract_all(captures)) == [extract(one, source()) for one in captures]


def test_a_page_that_hangs_is_timed_out_and_costs_only_itself(pool: ExtractionPool) -> None:
    captures = pages(PAGE, "hang", PAGE, PAGE)

    found = list(pool.extract_all(captures))

    assert reasons(found) == [None, RejectionReason.TIMED_OUT, None, None]
    assert [extraction.capture_id for extraction in found] == [one.capture_id for one in captures]


def test_a_page_that_kills_its_worker_is_crashed_and_costs_only_itself(pool: ExtractionPool) -> None:
    found = list(pool.extract_all(pages(PAGE, PAGE, "segfault", PAGE, PAGE, PAGE)))

    assert reasons(found) == [None, None, RejectionReason.CRASHED, None, None, None]


def test_a_page_that_wants_more_memory_than_allowed_is_crashed(pool: ExtractionPool) -> None:
    found = list(pool.extract_all(pages("memory", PAGE)))

    assert reasons(found) == [RejectionReason.CRASHED, None]
    assert found[0].records[0] == Rejection(reason=RejectionReason.CRASHED, detail="MemoryError: ")


def test_an_error_of_ours_is_crashed_with_its_words(pool: ExtractionPool) -> None:
    found = list(pool.extract_all(pages("raise")))

    assert found[0].records == (Rejection(reason=RejectionReason.CRASHED, detail="RuntimeError: a fault of ours"),)


@pytest.mark.parametrize("noticed_after_s", [0.0, 0.5])  # before pebble looks at its workers, and after
def test_a_worker_killed_while_idle_costs_no_page(pool: ExtractionPool, noticed_after_s: float) -> None:
    list(pool.extract_all(pages(PAGE)))
    workers = [child for child in multiprocessing.active_children() if child.name == WORKERS_NAME]

    workers[0].kill()
    time.sleep(noticed_after_s)
    found = list(pool.extract_all(pages(PAGE, PAGE)))

    assert reasons(found) == [None, None]


def test_no_pages_give_no_results(pool: ExtractionPool) -> None:
    assert list(pool.extract_all([])) == []
