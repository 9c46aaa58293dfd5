"""What a pool of extraction workers promises."""

import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pebble.pool.process import WORKERS_NAME

from scrapers.archive import ArchiveDamagedError, open_crawl
from scrapers.capture_places import CapturePlace
from scrapers.extraction.extract import extract
from scrapers.extraction.workers import ExtractionPool
from scrapers.records import Extraction, Rejection, RejectionReason
from scrapers.tdm import SiteRights
from tests.scrapers.extraction.factories import CRAWL_ID, archived, capture, html, source
from tests.scrapers.extraction.misbehaving import misbehave

PAGE = html()
TIMEOUT_S = 3.0  # long enough for a page on a busy machine, short enough for a test

Pages = Callable[..., tuple[CapturePlace, ...]]


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    sources = {"kabar_example": source()}
    with ExtractionPool(sources, n_workers=2, page_timeout_s=TIMEOUT_S, extract_one=misbehave) as started:
        yield started


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    def place(*bodies: str) -> tuple[CapturePlace, ...]:
        captures = [capture(body, capture_id=f"{CRAWL_ID}/{n:05d}") for n, body in enumerate(bodies)]
        archive = tmp_path / str(len(list(tmp_path.iterdir())))
        return open_crawl(archived(archive, captures), archive).places

    return place


def extracted(pool: ExtractionPool, places: Iterable[CapturePlace]) -> list[Extraction]:
    return [it.extraction for it in pool.extract_all(places, SiteRights()) if it.extraction is not None]


def reasons(extractions: list[Extraction]) -> list[RejectionReason | None]:
    records = [extraction.records[0] for extraction in extractions]
    return [record.reason if isinstance(record, Rejection) else None for record in records]


def test_results_equal_those_without_workers_and_keep_the_order(pool: ExtractionPool, pages: Pages) -> None:
    places = pages(*(html(title=f"Бишкекте {n}-китепкана ачылды") for n in range(20)))

    assert extracted(pool, places) == [extract(place.read().capture, source()) for place in places]


def test_a_worker_begins_with_the_model_of_languages_read(pages: Pages) -> None:
    sources = {"kabar_example": source()}
    with ExtractionPool(sources, n_workers=1, page_timeout_s=TIMEOUT_S, extract_one=misbehave) as fresh:
        (found,) = extracted(fresh, pages("say what is read"))

    assert [record.detail for record in found.records if isinstance(record, Rejection)] == [
        "RuntimeError: 1 model read"
    ]


def test_a_page_that_hangs_is_timed_out_and_costs_only_itself(pool: ExtractionPool, pages: Pages) -> None:
    places = pages(PAGE, "hang", PAGE, PAGE)

    found = extracted(pool, places)

    assert reasons(found) == [None, RejectionReason.TIMED_OUT, None, None]
    assert [extraction.capture_id for extraction in found] == [place.capture_id for place in places]


def test_a_page_that_kills_its_worker_is_crashed_and_costs_only_itself(pool: ExtractionPool, pages: Pages) -> None:
    found = extracted(pool, pages(PAGE, PAGE, "segfault", PAGE, PAGE, PAGE))

    assert reasons(found) == [None, None, RejectionReason.CRASHED, None, None, None]


def test_a_page_that_wants_more_memory_than_allowed_is_crashed(pool: ExtractionPool, pages: Pages) -> None:
    found = extracted(pool, pages("memory", PAGE))

    assert reasons(found) == [RejectionReason.CRASHED, None]
    assert found[0].records[0] == Rejection(reason=RejectionReason.CRASHED, detail="MemoryError: ")


def test_an_error_of_ours_is_crashed_with_its_words(pool: ExtractionPool, pages: Pages) -> None:
    found = extracted(pool, pages("raise"))

    assert found[0].records == (Rejection(reason=RejectionReason.CRASHED, detail="RuntimeError: a fault of ours"),)


@pytest.mark.parametrize("noticed_after_s", [0.0, 0.5])  # before pebble looks at its workers, and after
def test_a_worker_killed_while_idle_costs_no_page(pool: ExtractionPool, pages: Pages, noticed_after_s: float) -> None:
    extracted(pool, pages(PAGE))
    workers = [child for child in multiprocessing.active_children() if child.name == WORKERS_NAME]

    workers[0].kill()
    time.sleep(noticed_after_s)
    found = extracted(pool, pages(PAGE, PAGE))

    assert reasons(found) == [None, None]


def test_no_pages_give_no_results(pool: ExtractionPool, pages: Pages) -> None:
    assert extracted(pool, []) == []


def test_a_damaged_archive_is_no_fault_of_a_page(pool: ExtractionPool, pages: Pages) -> None:
    places = pages(PAGE, PAGE)
    damaged = bytearray(places[0].path.read_bytes())
    damaged[places[1].offset + places[1].length // 2] ^= 4
    places[0].path.write_bytes(damaged)

    with pytest.raises(ArchiveDamagedError, match=f"damaged at byte {places[1].offset}"):
        extracted(pool, places)
