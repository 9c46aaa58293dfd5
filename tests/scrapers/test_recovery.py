"""A crawl that dies anywhere is gone on with, or saved; nothing whole is lost and nothing is fetched twice."""

import itertools
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from scrapers.archive import CrawlWriter, list_crawls, open_crawl, read_parts
from scrapers.recovery import CrawlRunningError, locked_source
from scrapers.warc import read_records
from tests.scrapers.offline import DAY, HOST, KilledError, Offline, index, offline, preview, rss, sitemap

WEB = {
    "/feed.xml": rss("/a", "/old", "/gone", "http://other.test/x", "/b"),
    "/a": b"A",
    "/old": (301, {"Location": "/new"}, b""),
    "/new": b"NEW",
    "/b": b"B",
    "/map.xml": index(one="2026-11-20", two="2026-11-19"),
    "/one.xml": sitemap("/c", "/d"),
    "/two.xml": sitemap("/a", "/e", "/f", "/g"),
    "/c": b"C",
    "/d": b"D",
    "/s/desk": preview(41, 42),
    "/s/desk?before=41": preview(1, 40),
    "/known": b"KNOWN, since edited",
}
N_ANSWERS = 17
"""Requests of an undisturbed crawl of day 2."""
TIGHT = 7
"""A page limit that is met."""


def site(home: Path) -> Offline:
    made = offline(
        home,
        {"kind": "feed", "url": HOST + "/feed.xml"},
        {"kind": "sitemap", "url": HOST + "/map.xml"},
        {"kind": "telegram", "url": HOST + "/s/desk"},
    )
    made.crawl({"/feed.xml": rss("/known"), "/known": b"KNOWN"}, run_id="run0", as_of=DAY - timedelta(days=1))
    made.asked.clear()
    return made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Offline:
    made = site(tmp_path_factory.mktemp("undisturbed"))
    made.crawl(WEB)
    return made


@pytest.fixture(scope="module")
def undisturbed_within_limit(tmp_path_factory: pytest.TempPathFactory) -> Offline:
    made = site(tmp_path_factory.mktemp("limited"))
    made.crawl(WEB, max_pages=TIGHT)
    return made


def died(home: Path, dies_after: int, *, max_pages: int = 100) -> Offline:
    made = site(home)
    with pytest.raises(KilledError):
        made.crawl(WEB, max_pages=max_pages, dies_after=dies_after)
    return made


def test_the_undisturbed_crawl_has_something_of_everything(
    undisturbed: Offline, undisturbed_within_limit: Offline
) -> None:
    assert len(undisturbed.asked) == N_ANSWERS
    assert {"fetched", "failed not_found", "skipped other_host"} <= set(undisturbed.ends().values())
    assert undisturbed.ends()["/known"] == "fetched"
    assert "skipped over_page_limit" in undisturbed_within_limit.ends().values()


@pytest.mark.parametrize("dies_after", range(N_ANSWERS))
def test_a_crawl_that_dies_goes_on_to_what_an_undisturbed_one_gives(
    tmp_path: Path, undisturbed: Offline, dies_after: int
) -> None:
    made = died(tmp_path, dies_after)
    crawl_id = made.left_behind().name.partition(".")[0]

    summary = made.crawl(WEB)

    assert summary.crawl_id == crawl_id
    assert made.content() == undisturbed.content()
    assert len(made.asked) <= N_ANSWERS + 1  # a redirect on its way is asked for again
    assert len({it.capture.capture_id for it in made.last().captures()}) == summary.n_fetched


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_torn_tail_is_dropped_and_its_pages_are_fetched_again(
    tmp_path: Path, undisturbed_within_limit: Offline, cut: int
) -> None:
    made = died(tmp_path, 13, max_pages=TIGHT)
    left = made.left_behind()
    ends = [record.offset + record.length for record in read_records(left)]
    os.truncate(left, ends[cut] - 1 - cut % 7)

    made.crawl(WEB, max_pages=TIGHT)

    assert made.content() == undisturbed_within_limit.content()


def test_what_died_long_ago_is_closed_and_the_crawl_begins_anew(tmp_path: Path) -> None:
    made = died(tmp_path, 8)

    summary = made.crawl(WEB, as_of=DAY + timedelta(hours=2))
    _, closed, _ = [open_crawl(path, tmp_path / "archive") for path in list_crawls(tmp_path / "archive")]

    assert (closed.summary.finish_reason, closed.summary.is_complete) == ("interrupted", False)
    assert closed.summary.n_fetched == len(list(closed.captures()))
    assert {it.reason for it in closed.outcomes if it.outcome == "failed"} >= {"interrupted"}
    assert summary.crawl_id != closed.summary.crawl_id


def test_what_another_run_left_behind_is_closed(tmp_path: Path) -> None:
    made = died(tmp_path, 8)

    made.crawl(WEB, run_id="run2", as_of=DAY + timedelta(minutes=1))

    assert [open_crawl(p, tmp_path / "archive").summary.run_id for p in list_crawls(tmp_path / "archive")] == [
        "run0",
        "run1",
        "run2",
    ]


def test_a_copy_that_was_cut_short_yields_to_the_torn_file(tmp_path: Path, undisturbed: Offline) -> None:
    made = died(tmp_path, 9)
    left = made.left_behind()
    shutil.copy(left, left.with_name(left.name.replace(".open", ".torn")))
    os.truncate(left, 100)

    made.crawl(WEB)

    assert made.content() == undisturbed.content()
    assert len(list(tmp_path.glob("archive/site/*/*/*"))) == 2


@pytest.mark.parametrize("n_steps", range(12))
def test_a_kill_at_any_step_of_saving_a_torn_file_changes_nothing(
    tmp_path: Path, undisturbed: Offline, monkeypatch: pytest.MonkeyPatch, n_steps: int
) -> None:
    made, steps = died(tmp_path, 9), itertools.count()

    def dying(step: Callable[..., object]) -> Callable[..., object]:
        def take(*args: object, **kwargs: object) -> object:
            if next(steps) == n_steps:
                raise KilledError
            return step(*args, **kwargs)

        return take

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", dying(Path.rename))
        patch.setattr(Path, "unlink", dying(Path.unlink))
        patch.setattr(os, "fsync", dying(os.fsync))
        patch.setattr(CrawlWriter, "_write_bytes", dying(CrawlWriter._write_bytes))
        with pytest.raises(KilledError):
            made.crawl(WEB)
    made.crawl(WEB)

    assert made.content() == undisturbed.content()
    assert len(list(tmp_path.glob("archive/site/*/*/*"))) == 2


def test_a_file_that_only_lacked_its_rename_is_renamed(tmp_path: Path) -> None:
    made = site(tmp_path)
    summary = made.crawl(WEB)
    path = list_crawls(tmp_path / "archive")[-1]
    path.rename(path.with_name(path.name + ".open"))

    again = made.crawl(WEB)

    assert again == summary
    assert path.exists()


def test_what_lies_behind_the_summary_of_such_a_file_is_cut_off(tmp_path: Path) -> None:
    made = site(tmp_path)
    summary = made.crawl(WEB)
    path = list_crawls(tmp_path / "archive")[-1]
    left = path.rename(path.with_name(path.name + ".open"))
    left.write_bytes(left.read_bytes() + bytes(4096))

    assert made.crawl(WEB) == summary
    assert made.last().summary == summary


def test_a_page_of_an_entry_that_can_no_longer_be_read_as_it_was_is_asked_for_again(tmp_path: Path) -> None:
    listing = {"kind": "listing", "url": HOST + "/list"}
    web = {"/list": b"<p><a class=old href='/a'>A</a></p>", "/a": b"A"}
    made = offline(tmp_path, {**listing, "link_selector": "a.old"})
    with pytest.raises(KilledError):
        made.crawl(web, dies_after=1)
    _, capture, *_ = read_records(made.left_behind())
    os.truncate(made.left_behind(), capture.offset + capture.length)  # killed before its outcome was written

    changed = offline(tmp_path, {**listing, "link_selector": "a.new"})
    changed.crawl({**web, "/list": b"<p><a class=new href='/a'>A</a></p>"})

    assert changed.ends() == {"/list": "fetched", "/a": "fetched"}
    assert len(list(changed.last().captures())) == 2


def test_a_finished_crawl_that_was_damaged_keeps_nobody_from_crawling_again(tmp_path: Path) -> None:
    made = site(tmp_path)
    first = made.crawl(WEB)
    damaged = list_crawls(tmp_path / "archive")[-1]
    damaged.write_bytes(damaged.read_bytes()[:-100])

    second = made.crawl(WEB)

    assert second.crawl_id > first.crawl_id
    assert second.is_complete


def test_a_file_without_a_whole_record_is_dropped(tmp_path: Path) -> None:
    made = died(tmp_path, 0)
    os.truncate(made.left_behind(), 20)

    summary = made.crawl(WEB)

    assert summary.n_fetched > 10
    assert len(list_crawls(tmp_path / "archive")) == 2


def test_a_torn_file_is_read_up_to_its_last_whole_record(tmp_path: Path) -> None:
    made = died(tmp_path, 9)
    left = made.left_behind()
    whole = read_parts(left)
    os.truncate(left, left.stat().st_size - 5)

    torn = read_parts(left, is_torn_allowed=True)

    assert torn.n_bytes < left.stat().st_size
    assert len(whole.outcomes) > len(torn.outcomes) > 0


def test_a_source_is_crawled_by_one_process_at_a_time(tmp_path: Path) -> None:
    with (
        locked_source(tmp_path, "site"),
        pytest.raises(CrawlRunningError, match=f"site: is being crawled by process {os.getpid()}"),
        locked_source(tmp_path, "site"),
    ):
        pass
