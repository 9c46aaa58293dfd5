"""What staging the extraction of archived crawls promises."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from scrapers.data_root import DataRoot
from scrapers.extraction import stage
from scrapers.extraction.stage import ExtractFailure, ExtractJob, extract_crawls
from scrapers.pending import pending_crawls
from scrapers.records import Capture, CaptureRole
from scrapers.staging import Batch, verify_batch, write_batch
from scrapers.takedowns import nobody_heeding
from tests.scrapers.extraction.factories import CRAWL_ID, PARAGRAPHS, archived, capture, html, source

LINKED = "Бул тууралуу <a href='https://other.example/a'>Башка кабар</a> агенттиги да жазып чыкты, дейт редакция."


def captured(n: int, body: str, **changes: object) -> Capture:
    url = f"https://kabar.example/news/{n}"
    said = {"capture_id": f"{CRAWL_ID}/{n:05d}", "request_url": url, "final_url": url} | changes
    return capture(body, **said)


@pytest.fixture
def job(tmp_path: Path) -> ExtractJob:
    sources = {"kabar_example": source()}
    root = DataRoot(tmp_path)
    return ExtractJob(
        archive=root.archive, staging=root.staging, sources=sources, takedowns=root.takedowns, n_workers=1
    )


def only(results: list[Batch | ExtractFailure]) -> Batch:
    (batch,) = results
    assert isinstance(batch, Batch), batch
    return batch


def test_a_crawl_becomes_a_verified_batch_whose_counts_add_up(job: ExtractJob) -> None:
    entry = captured(0, "<rss/>", role=CaptureRole.ENTRY)
    path = archived(job.archive, [entry, captured(1, html()), captured(2, "<html><body>Жок</body></html>")])

    batch = only(list(extract_crawls([path], job)))

    verify_batch(batch)
    assert (batch.info.n_pages, batch.info.n_pages_with_articles) == (2, 1)
    assert {name: file.n_rows for name, file in batch.info.files.items()} == {
        "crawls": 1, "outcomes": 3, "captures": 3, "articles": 1, "rejections": 1, "citations": 0
    }  # fmt: skip


def test_citations_are_staged_once_for_equal_contents(job: ExtractJob) -> None:
    canonical = "<link rel='canonical' href='/news/1'>"
    page = html(head=canonical, paragraphs=(*PARAGRAPHS, LINKED))
    path = archived(job.archive, [captured(1, page), captured(2, page)])

    batch = only(list(extract_crawls([path], job)))

    articles = pq.read_table(batch.table_path("articles")).to_pylist()
    citations = pq.read_table(batch.table_path("citations")).to_pylist()
    assert len(articles) == 2
    assert [row["url"] for row in citations] == ["https://other.example/a"]
    assert {row["content_sha256"] for row in articles} == {row["content_sha256"] for row in citations}


def test_extracting_again_returns_the_batch_that_is_there(job: ExtractJob) -> None:
    path = archived(job.archive, [captured(1, html())])
    first = only(list(extract_crawls([path], job)))
    written_at = (first.path / "batch.json").stat().st_mtime_ns

    again = only(list(extract_crawls([path], job)))

    assert again == first
    assert (again.path / "batch.json").stat().st_mtime_ns == written_at


def test_a_takedown_waits_for_the_batch_that_is_being_made_without_it(
    job: ExtractJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archived(job.archive, [captured(1, html())])
    is_free, seen = threading.Event(), []

    def carry_out() -> None:
        with nobody_heeding(job.takedowns):
            is_free.set()

    takedown = threading.Thread(target=carry_out)

    def write_meanwhile(*args: Any, **kwargs: Any) -> Batch:
        takedown.start()
        seen.append(is_free.wait(0.2))
        return write_batch(*args, **kwargs)

    monkeypatch.setattr(stage, "write_batch", write_meanwhile)
    batch = only(list(extract_crawls([path], job)))
    takedown.join()

    assert (seen, is_free.is_set(), batch.path.is_dir()) == ([False], True, True)


def test_the_same_crawl_gives_the_same_bytes_in_another_place(job: ExtractJob, tmp_path: Path) -> None:
    path = archived(job.archive, [captured(n, html(title=f"Кабар {n}: жаңы китепкана")) for n in range(3)])
    elsewhere = replace(job, staging=tmp_path / "other", n_workers=2)

    one, other = only(list(extract_crawls([path], job))), only(list(extract_crawls([path], elsewhere)))

    assert one.info == other.info


def test_a_crawl_is_pending_until_it_has_a_batch(job: ExtractJob) -> None:
    path = archived(job.archive, [captured(1, html())])
    before = pending_crawls(job.archive, job.staging)

    list(extract_crawls(before, job))

    assert before == [path]
    assert pending_crawls(job.archive, job.staging) == []


def test_a_source_that_the_registry_does_not_have_is_named(job: ExtractJob) -> None:
    path = archived(job.archive, [captured(1, html())], source_id="stranger")

    assert list(extract_crawls([path], job)) == [
        ExtractFailure(path=path, error="source stranger is not in the registry")
    ]


def test_a_damaged_crawl_fails_alone(job: ExtractJob, tmp_path: Path) -> None:
    path = archived(job.archive, [captured(1, html())])
    damaged = path.with_name(f"20261120T110000000000Z-kabar_example{''.join(path.suffixes[-2:])}")
    damaged.write_bytes(path.read_bytes()[:-40])

    failure, batch = list(extract_crawls([damaged, path], job))

    assert isinstance(failure, ExtractFailure)
    assert str(damaged) in failure.error
    assert isinstance(batch, Batch)


def test_a_crawl_without_pages_gives_an_empty_batch(job: ExtractJob) -> None:
    path = archived(job.archive, [])

    assert only(list(extract_crawls([path], job))).info.n_pages == 0
