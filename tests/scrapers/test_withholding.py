"""A takedown that is killed, or meets somebody at work, in what the scrapers keep."""

import contextlib
import fcntl
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers import crawl
from scrapers.archive import list_crawls, open_crawl
from scrapers.identity import article_id
from scrapers.recovery import CrawlRunningError, locked_source
from scrapers.redaction import redact_crawl
from scrapers.takedowns import OptOut, Register, Takedown, TakedownError, TakedownReason, add_to_register
from scrapers.visits import visits_path
from scrapers.withholding import withhold_checks, withhold_source
from tests.scrapers.crawling import ROOT
from tests.scrapers.offline import HOST, offline, rss

AT = datetime(2026, 11, 21, tzinfo=UTC)
WITHHELD = Takedown(
    article_id=article_id("site", f"{HOST}/a"), source_id="site", reason=TakedownReason.ERASURE, taken_down_at=AT
)
REGISTER = Register(takedowns=(WITHHELD,))
DIES = """
import os, sys
from pathlib import Path
import scrapers.redaction
from scrapers.takedowns import Register
scrapers.redaction.fsync_folder = os.fsync = lambda _: os._exit(9)  # as a kill: nothing is cleaned up
archive = Path(sys.argv[1])
(crawl,) = archive.glob("*/*/*/*.warc.gz")
scrapers.redaction.redact_crawl(crawl, Register.model_validate_json(sys.argv[2]))
"""


def test_a_takedown_that_was_killed_leaves_the_archive_readable_and_is_completed(tmp_path: Path) -> None:
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/a"), "/a": b"<p>what was said of somebody</p>"})
    archive = tmp_path / "archive"
    killed = subprocess.run(
        [sys.executable, "-c", DIES, str(archive), REGISTER.model_dump_json()], cwd=ROOT, check=False
    )

    assert killed.returncode == 9
    assert [open_crawl(path, archive).summary.n_fetched for path in list_crawls(archive)] == [2]

    withhold_source(archive, tmp_path / "staging", tmp_path / "visits", "site", REGISTER)

    (left,) = [path for path in archive.rglob("*") if path.is_file() and path.name != ".lock"]
    assert [it.capture.withheld is not None for it in open_crawl(left, archive).captures()] == [True, True]


def test_a_file_that_another_writes_anew_is_waited_for(tmp_path: Path) -> None:
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/a"), "/a": b"<p>what was said of somebody</p>"})
    (path,) = list_crawls(tmp_path / "archive")
    aside = path.with_name("aside")
    shutil.copy(path, aside)
    waiting = threading.Thread(target=redact_crawl, args=(path, REGISTER))

    with path.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waiting.start()
        waiting.join(0.2)
        aside.replace(path)
        before = path.read_bytes()
        is_waiting = waiting.is_alive()
    waiting.join()

    assert is_waiting
    assert path.read_bytes() != before
    assert all(it.capture.withheld for it in open_crawl(path, tmp_path / "archive").captures())


def test_what_a_killed_look_left_of_a_source_goes_and_that_of_others_stays(tmp_path: Path) -> None:
    for name in ("site", "other"):
        with locked_source(tmp_path / f".probe-{name}", name):
            (tmp_path / f".probe-{name}" / "archive" / name).mkdir(parents=True)

    withhold_checks(tmp_path, "site", REGISTER)

    assert [path.name for path in tmp_path.iterdir()] == [".probe-other"]


@pytest.mark.parametrize("register", [REGISTER, Register(opt_outs=(OptOut(source_id="site", taken_down_at=AT),))])
def test_a_look_that_is_under_way_is_not_pulled_from_under_its_feet(tmp_path: Path, register: Register) -> None:
    with locked_source(tmp_path / ".probe-1", "site"), pytest.raises(CrawlRunningError, match="site"):
        withhold_checks(tmp_path, "site", register)

    assert (tmp_path / ".probe-1" / "site").is_dir()


def test_a_takedown_and_looks_that_clean_up_after_themselves_do_not_disturb_each_other(tmp_path: Path) -> None:
    looks = [tempfile.TemporaryDirectory(dir=tmp_path, prefix=".probe-") for _ in range(200)]
    for look in looks:
        with locked_source(Path(look.name), "site"):
            (Path(look.name) / "archive" / "site" / "2026").mkdir(parents=True)

    with ThreadPoolExecutor(1) as pool:
        ending = pool.submit(lambda: [look.cleanup() for look in looks])
        while not ending.done():
            withhold_checks(tmp_path, "site", REGISTER)

    ending.result()
    assert list(tmp_path.iterdir()) == []


def test_what_a_takedown_cannot_remove_of_a_look_is_told(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "site").mkdir(parents=True)
    (tmp_path / ".probe-1").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        withhold_checks(tmp_path, "site", REGISTER)


def test_a_takedown_that_was_carried_out_before_a_crawl_held_its_source_is_heeded_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lock_late(archive: Path, source_id: str) -> contextlib.AbstractContextManager[None]:
        add_to_register(tmp_path / "takedown" / "register.json", [WITHHELD])
        return locked_source(archive, source_id)

    monkeypatch.setattr(crawl, "locked_source", lock_late)
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/a", "/b"), "/a": b"<p>what was said of somebody</p>", "/b": b"B"})

    assert site.ends() == {"/feed.xml": "fetched", "/a": "skipped withheld", "/b": "fetched"}


def test_what_killed_writers_left_beside_visits_and_reports_goes_with_the_takedown(tmp_path: Path) -> None:
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/a"), "/a": b"<p>what was said of somebody</p>"})
    visits = visits_path(tmp_path / "visits", "site")
    left = [visits.with_suffix(".rebuilding"), visits.with_suffix(".rebuilding-wal")]
    left.append(tmp_path / "checks" / "site" / ".20261120T120000Z.json.k1ll3d")
    left[-1].parent.mkdir(parents=True)
    for path in left:
        shutil.copy(visits, path)

    withhold_source(tmp_path / "archive", tmp_path / "staging", tmp_path / "visits", "site", REGISTER)
    withhold_checks(tmp_path / "checks", "site", REGISTER)

    assert [path for path in left if path.exists()] == []
    assert visits.exists()


def test_a_source_that_opted_out_is_not_crawled(tmp_path: Path) -> None:
    add_to_register(tmp_path / "takedown" / "register.json", [], [OptOut(source_id="site", taken_down_at=AT)])
    site = offline(tmp_path)

    with pytest.raises(TakedownError, match="site: opted out"):
        site.crawl({"/feed.xml": rss("/a")})

    assert site.asked == []


OTHERS_PAGE = b"""<p>See <A class="more" HREF='/a' id=x><b>what was said of
somebody</b></A> and <a href=/c>what was said of others</a>, <a title="1 < 2 > 1" href="/a">at length</a >.</p>"""


@pytest.mark.parametrize(
    "tail", [b"", b"<a href=/x>" * 60_000, b"<a " * 60_000], ids=["plain", "open links", "open tags"]
)
def test_links_to_a_withheld_article_lose_their_words_and_nothing_else_does_in_no_time(
    tmp_path: Path, tail: bytes
) -> None:
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/b"), "/b": OTHERS_PAGE + tail})
    (path,) = list_crawls(tmp_path / "archive")
    began_s = time.process_time()

    redact_crawl(path, REGISTER)

    assert time.process_time() - began_s < 2
    *_, page = open_crawl(path, tmp_path / "archive").captures()
    assert page.capture.body == (
        b"<p>See <a href='/a'></A> and <a href=/c>what was said of others</a>, <a href=\"/a\"></a >.</p>" + tail
    )
