"""What is archived is read back as it was, by us and by third-party tools; what is damaged is noticed."""

import os
import resource
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from fastwarc.warc import ArchiveIterator, WarcRecordType

from scrapers.archive import (
    ArchiveDamagedError,
    CrawlWriter,
    list_crawls,
    open_crawl,
    read_header,
    stored_headers,
)
from scrapers.outcomes import (
    CrawlHeader,
    CrawlSummary,
    DiscoveredUrl,
    Discovery,
    StoredDiscovery,
    UrlOutcome,
    discovery_from_json,
    outcome_from_json,
    to_json,
)
from scrapers.records import Capture, CaptureRole, Hints, Outcome
from scrapers.warc import read_records

AT = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
HEADER = CrawlHeader(
    crawl_id="20261120T120000123456Z-site", source_id="site", run_id="run 1", started_at=AT, code_version="1.0"
)
BODY = "Жаңылык".encode("windows-1251", "replace") + bytes(range(256))


def capture(number: int = 1, body: bytes = BODY) -> Capture:
    return Capture(
        capture_id=f"{HEADER.crawl_id}/{number:05d}",
        crawl_id=HEADER.crawl_id,
        source_id="site",
        role=CaptureRole.PAGE,
        request_url="http://site.test/old",
        final_url="http://site.test/new",
        fetched_at=AT,
        status=200,
        headers=(("Content-Type", "text/html"), ("Set-Cookie", "a"), ("Set-Cookie", "b"), ("Content-Encoding", "gzip")),
        body=body,
        entry_url="http://site.test/feed",
        entry_kind="feed",
        hints=Hints(title='Тайтл "x"\r\nWARC-Type: no', published="today"),
    )


def outcome(capture_id: str | None) -> UrlOutcome:
    return UrlOutcome(
        url="http://site.test/old",
        role=CaptureRole.PAGE,
        entry_url="http://site.test/feed",
        outcome=Outcome.FETCHED if capture_id else Outcome.FAILED,
        reason=None if capture_id else "timeout",
        capture_id=capture_id,
        decided_at=AT,
    )


def summary(n: int) -> CrawlSummary:
    said = {name: getattr(HEADER, name) for name in ("crawl_id", "source_id", "run_id", "started_at", "code_version")}
    counts = {"n_discovered": n, "n_fetched": n, "n_skipped": 0, "n_failed": 0}
    return CrawlSummary(**said, finished_at=AT, finish_reason="finished", is_complete=True, **counts)


@pytest.fixture
def crawl_file(tmp_path: Path) -> Path:
    with CrawlWriter.begin(tmp_path, HEADER) as writer:
        writer.write_site_file(capture(0, b"User-agent: *"))
        writer.write_capture(capture())
        writer.write_capture(capture(2, b"nobody's"))
        writer.write_outcomes([outcome(capture().capture_id)], AT)
        return writer.finish(summary(1))


def test_a_capture_is_read_back_as_it_was(tmp_path: Path, crawl_file: Path) -> None:
    (stored,) = open_crawl(crawl_file, tmp_path).captures()
    written = capture()

    assert stored.capture.body == BODY
    assert stored.capture.headers == stored_headers(written.headers, len(BODY))
    assert (stored.capture.hints.title, stored.capture.fetched_at) == (written.hints.title, AT)
    assert (stored.capture.request_url, stored.capture.final_url) == (written.request_url, written.final_url)


def test_a_capture_is_found_at_its_offset(tmp_path: Path, crawl_file: Path) -> None:
    (stored,) = open_crawl(crawl_file, tmp_path).captures()
    with (tmp_path / stored.warc_path).open("rb") as file:
        file.seek(stored.warc_offset)
        record = next(iter(ArchiveIterator(file)))

    assert record.record_type == WarcRecordType.response
    assert record.reader.read() == BODY


def test_a_crawl_says_who_made_it(crawl_file: Path) -> None:
    assert read_header(crawl_file) == HEADER
    assert crawl_file.relative_to(crawl_file.parents[3]).as_posix() == (
        "site/2026/11/20261120T120000123456Z-site.warc.gz"
    )


def test_stored_headers_agree_with_the_stored_body_and_stay_so() -> None:
    once = stored_headers((("content-encoding", "gzip"), ("Content-Length", "7"), ("X", "1")), 99)

    assert once == (("X", "1"), ("X-Kabarchy-Content-Encoding", "gzip"), ("Content-Length", "99"))
    assert stored_headers(once, 99) == once


def test_warcio_finds_every_digest_right(crawl_file: Path) -> None:
    tool = Path(sys.executable).parent / "warcio"
    done = subprocess.run([tool, "check", "-v", str(crawl_file)], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert done.stdout.count("digest pass") == 6


def test_fastwarc_reads_every_record_and_finds_its_digests_right(crawl_file: Path) -> None:
    with crawl_file.open("rb") as file:
        blocks = [record.verify_block_digest() for record in ArchiveIterator(file, parse_http=False)]
    with crawl_file.open("rb") as file:
        payloads = [r.verify_payload_digest() for r in ArchiveIterator(file, record_types=WarcRecordType.response)]

    assert blocks == [True] * 6
    assert payloads == [True] * 3


def test_a_file_is_invisible_until_it_is_finished(tmp_path: Path) -> None:
    with CrawlWriter.begin(tmp_path, HEADER) as writer:
        writer.write_capture(capture())

    assert list_crawls(tmp_path) == []
    assert [path.name for path in tmp_path.glob("*/*/*/*")] == [HEADER.crawl_id + ".warc.gz.open"]


def test_a_record_has_reached_the_file_when_it_is_written(tmp_path: Path) -> None:
    with CrawlWriter.begin(tmp_path, HEADER) as writer:
        writer.write_capture(capture())
        (path,) = tmp_path.glob("*/*/*/*")

        assert len(list(read_records(path))) == 2


def test_a_record_that_does_not_fit_leaves_nothing_that_damages_the_next(tmp_path: Path) -> None:
    too_long = Random(1).randbytes(100_000)  # noqa: S311 - what does not compress, no secret
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with CrawlWriter.begin(tmp_path, HEADER) as writer:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, unlimited[1]))  # the file ends within the record
        try:
            with pytest.raises(OSError, match="File too large"):
                writer.write_site_file(capture(0, too_long))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        writer.write_capture(capture())
        writer.write_outcomes([outcome(capture().capture_id)], AT)
        path = writer.finish(summary(1))

    assert [stored.capture.body for stored in open_crawl(path, tmp_path).captures()] == [BODY]


@pytest.mark.parametrize("n_bytes", [1, 8, 200, 700])
def test_a_truncated_file_is_noticed(tmp_path: Path, crawl_file: Path, n_bytes: int) -> None:
    os.truncate(crawl_file, crawl_file.stat().st_size - n_bytes)

    with pytest.raises(ArchiveDamagedError, match=r"warc\.gz: damaged at byte \d+: the file ends within a record"):
        open_crawl(crawl_file, tmp_path)


def test_a_file_that_ends_between_records_is_noticed(tmp_path: Path, crawl_file: Path) -> None:
    last = list(read_records(crawl_file))[-1]
    os.truncate(crawl_file, last.offset)

    with pytest.raises(ArchiveDamagedError, match="no summary"):
        open_crawl(crawl_file, tmp_path)


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_flipped_bit_is_noticed(tmp_path: Path, crawl_file: Path, part: float) -> None:
    damaged = bytearray(crawl_file.read_bytes())
    damaged[int(len(damaged) * part)] ^= 4
    crawl_file.write_bytes(damaged)

    with pytest.raises(ArchiveDamagedError, match=str(crawl_file)):
        open_crawl(crawl_file, tmp_path)


def test_trailing_bytes_are_noticed(tmp_path: Path, crawl_file: Path) -> None:
    with crawl_file.open("ab") as file:
        file.write(b"more")

    with pytest.raises(ArchiveDamagedError):
        open_crawl(crawl_file, tmp_path)


def test_missing_outcomes_are_noticed(tmp_path: Path) -> None:
    with CrawlWriter.begin(tmp_path, HEADER) as writer:
        path = writer.finish(summary(1))

    with pytest.raises(ArchiveDamagedError, match="0 outcomes, the summary says 1"):
        open_crawl(path, tmp_path)


def test_crawls_are_listed_oldest_first(tmp_path: Path) -> None:
    ids = ["20261201T000000000000Z-b", "20261120T000000000000Z-b", "20261130T000000000000Z-a"]
    for crawl_id in ids:
        path = tmp_path / crawl_id[-1] / crawl_id[:4] / crawl_id[4:6] / f"{crawl_id}.warc.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    assert [path.name[:8] for path in list_crawls(tmp_path)] == ["20261120", "20261130", "20261201"]
    assert [path.name[:8] for path in list_crawls(tmp_path, "b")] == ["20261120", "20261201"]


def test_outcomes_and_discoveries_survive_their_json() -> None:
    found = StoredDiscovery(
        page_url="http://site.test/feed",
        discovery=Discovery(
            links=(DiscoveredUrl(url="http://site.test/a", hints=Hints(modified="m")),),
            next_pages=(DiscoveredUrl(url="http://site.test/feed?2"),),
            posts=("desk/1",),
            bad_links=("mailto:x",),
        ),
    )

    assert outcome_from_json(to_json(outcome(None))) == outcome(None)
    assert discovery_from_json(to_json(found)) == found
