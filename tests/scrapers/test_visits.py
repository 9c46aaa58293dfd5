"""What is remembered of a source's URLs, and that the archive alone suffices to remember it."""

from datetime import timedelta
from pathlib import Path

import pytest

from scrapers.archive import list_crawls
from scrapers.channel_posts import Shown
from scrapers.recovery import CrawlRunningError, locked_source
from scrapers.visits import Visits, rebuild_visits, visits_path
from tests.scrapers.offline import DAY, HOST, Offline, index, offline, preview, rss, sitemap

WEB = {
    "/feed.xml": (200, {"ETag": '"f"'}, rss("/a", "/old", "/gone", "http://other.test/x", modified="Monday")),
    "/a": (200, {"ETag": '"a"', "Last-Modified": "Fri, 20 Nov 2026 08:00:00 GMT"}, b"A"),
    "/old": (301, {"Location": "/new"}, b""),
    "/new": b"NEW",
    "/map.xml": index(one="2026-11-20"),
    "/one.xml": sitemap("/c", "/d", "/e"),
    "/c": b"C",
    "/d": b"TIMEOUT",
    "/s/desk": preview(1, 2),
}


def crawled_for_three_days(home: Path) -> Offline:
    site = offline(
        home,
        {"kind": "feed", "url": HOST + "/feed.xml"},
        {"kind": "sitemap", "url": HOST + "/map.xml"},
        {"kind": "telegram", "url": HOST + "/s/desk"},
    )
    site.crawl(WEB, max_pages=5)
    site.crawl({**WEB, "/a": b"A2"}, run_id="run2", as_of=DAY + timedelta(days=1))
    site.crawl({**WEB, "/feed.xml": rss("/f"), "/f": b"F"}, run_id="run3", as_of=DAY + timedelta(days=2))
    return site


def rows(path: Path) -> list[str]:
    with Visits(path) as visits:
        return list(visits._database.iterdump())


def test_visits_made_from_the_archive_equal_those_that_grew(tmp_path: Path) -> None:
    site = crawled_for_three_days(tmp_path)
    path = visits_path(tmp_path / "visits", "site")
    grown = rows(path)

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    assert rows(path) == grown
    assert len(grown) > 15


def test_of_a_damaged_crawl_visits_learn_what_stands_before_the_damage(tmp_path: Path) -> None:
    site = crawled_for_three_days(tmp_path)
    path = visits_path(tmp_path / "visits", "site")
    grown = rows(path)
    first, second, _ = list_crawls(tmp_path / "archive")
    first.write_bytes(b"x" + first.read_bytes()[1:])
    second.write_bytes(second.read_bytes()[: second.stat().st_size // 2])

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    assert 0 < len(rows(path)) <= len(grown)


def test_visits_are_not_made_anew_under_a_running_crawl(tmp_path: Path) -> None:
    site = offline(tmp_path)

    with locked_source(tmp_path / "archive", "site"), pytest.raises(CrawlRunningError):
        rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)


def test_lost_visits_are_made_anew_by_the_next_crawl(tmp_path: Path) -> None:
    site = crawled_for_three_days(tmp_path)
    visits_path(tmp_path / "visits", "site").unlink()
    site.asked.clear()

    site.crawl(WEB, run_id="run4", as_of=DAY + timedelta(days=2, minutes=10))

    assert "/a" not in site.asked
    assert site.ends()["/a"] == "skipped not_due"


@pytest.mark.parametrize("damage", ["emptied", "no database", "a page of garbage"])
def test_damaged_visits_are_made_anew_by_the_next_crawl(tmp_path: Path, damage: str) -> None:
    site = crawled_for_three_days(tmp_path)
    path = visits_path(tmp_path / "visits", "site")
    said = path.read_bytes()
    damaged = {
        "emptied": b"",
        "no database": b"#" * 5000,
        "a page of garbage": said[:8192] + b"\xff" * 4096 + said[12288:],
    }
    path.write_bytes(damaged[damage])
    site.asked.clear()

    site.crawl(WEB, run_id="run4", as_of=DAY + timedelta(days=2, minutes=10))

    assert "/a" not in site.asked
    assert site.ends()["/a"] == "skipped not_due"


def test_a_visit_keeps_what_a_conditional_request_needs(tmp_path: Path) -> None:
    crawled_for_three_days(tmp_path)

    with Visits(visits_path(tmp_path / "visits", "site")) as visits:
        visit = visits.get(HOST + "/one.xml")
        page = visits.get(HOST + "/c")

    assert visit is not None
    assert page is not None
    assert (visit.entry_kind, visit.hints.modified, visit.role) == ("sitemap", "2026-11-20", "entry")
    assert (page.entry_url, page.shown_sha256 is not None) == (HOST + "/map.xml", True)


def test_a_url_of_another_host_is_not_remembered(tmp_path: Path) -> None:
    crawled_for_three_days(tmp_path)

    with Visits(visits_path(tmp_path / "visits", "site")) as visits:
        assert visits.get("http://other.test/x") is None


def test_messages_are_known_once_learnt(tmp_path: Path) -> None:
    with Visits(tmp_path / "site.sqlite") as visits:
        shown = Shown(page_url=HOST + "/s/desk", posts=("desk/1", "desk/2"))
        visits.posts.learn(shown, DAY, is_new=True)

        assert visits.posts.count_new(["desk/1", "desk/2"]) == 0
        assert visits.posts.count_new(["desk/1", "desk/3"]) == 1
