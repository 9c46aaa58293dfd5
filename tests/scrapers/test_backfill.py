"""Walking back in time: which days are read, and that what one crawl leaves the next one takes up."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from scrapers.admission import WALK_MAX_PAGES
from scrapers.archive import list_crawls, open_crawl
from scrapers.backfills import Left, left_of_backfills
from scrapers.days import DayRange
from scrapers.outcomes import DiscoveredUrl
from scrapers.visits import Visits, rebuild_visits, visits_path
from tests.scrapers.offline import DAY, HOST, KilledError, Offline, Web, index, offline, rss, sitemap

DATED = {"kind": "sitemap", "url": HOST + "/map-{YYYY}-{MM}-{DD}.xml"}
BLOG = {"kind": "wordpress", "url": HOST + "/wp-json/wp/v2/posts", "per_page": 2}
CHANNEL = {"kind": "telegram", "url": HOST + "/s/desk"}
MINUTES = timedelta(minutes=5)
WEEK = DayRange(date(2026, 11, 2), date(2026, 11, 8))
DAYS = {f"/map-2026-11-{day:02}.xml": sitemap(f"/{day}/a", f"/{day}/b") for day in (1, 2, 4, 5, 6, 7, 8, 9)}
PAGES = {f"/{day}/{name}": b"A" for day in range(1, 10) for name in "ab"}
ARCHIVE = {**DAYS, **PAGES}


def until_done(site: Offline, web: Web, days: DayRange, *, max_pages: int) -> list[int]:
    """Crawl again and again; return how many pages each crawl fetched, up to the first that had nothing to ask."""
    counts: list[int] = []
    while not counts or counts[-1]:
        at = DAY + timedelta(minutes=5 * len(counts))
        site.crawl(web, run_id=f"run{len(counts)}", as_of=at, days=days, max_pages=max_pages)
        counts.append(sum(it.role == "page" and it.outcome == "fetched" for it in site.last().outcomes))
    return counts


def fetched_pages(site: Offline) -> list[str]:
    """Pages that all crawls together have fetched, each as often as it was."""
    crawls = [open_crawl(path, site.home / "archive") for path in list_crawls(site.home / "archive")]
    ends = [it for crawl in crawls for it in crawl.outcomes if (it.role, it.outcome) == ("page", "fetched")]
    return sorted(it.url.removeprefix(HOST) for it in ends)


def test_the_days_are_walked_from_the_last_to_the_first_and_no_other(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED, {"kind": "feed", "url": HOST + "/feed.xml"})

    site.crawl({**ARCHIVE, "/feed.xml": rss("/new")}, days=WEEK)

    assert [path[-9:-4] for path in site.asked if "map" in path] == [f"11-{day:02}" for day in (8, 7, 6, 5, 4, 3, 2)]
    assert site.ends()["/map-2026-11-03.xml"] == "skipped no_such_day"
    assert fetched_pages(site) == sorted(f"/{day}/{name}" for day in (2, 4, 5, 6, 7, 8) for name in "ab")
    assert site.last().summary.is_complete


def test_a_day_that_its_server_fails_on_leaves_the_backfill_incomplete_and_is_asked_again(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)

    site.crawl({**ARCHIVE, "/map-2026-11-05.xml": (503, {}, b"")}, days=WEEK)
    first = site.ends()["/map-2026-11-05.xml"], site.last().summary.is_complete
    site.crawl(ARCHIVE, days=WEEK, run_id="run2", as_of=DAY + timedelta(hours=1))

    assert first == ("failed server_error", False)
    assert {path for path, end in site.ends().items() if end == "fetched"} == {"/map-2026-11-05.xml", "/5/a", "/5/b"}


def test_what_was_found_is_fetched_before_the_next_day_is_read(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)

    site.crawl(ARCHIVE, days=WEEK)

    assert site.asked[:4] == ["/map-2026-11-08.xml", "/8/a", "/8/b", "/map-2026-11-07.xml"]


def test_each_crawl_keeps_to_its_budget_and_the_next_goes_on(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)

    counts = until_done(site, ARCHIVE, WEEK, max_pages=5)

    assert counts == [5, 5, 2, 0]
    assert len(set(fetched_pages(site))) == len(fetched_pages(site)) == 12
    assert len([path for path in site.asked if "map" in path]) == 7


def test_a_backfill_of_more_days_than_one_crawl_may_read_is_taken_up_again(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)
    year = DayRange(date(2026, 7, 1), date(2026, 11, 8))

    site.crawl(ARCHIVE, days=year)
    n_first, site.asked = len([path for path in site.asked if "map" in path]), []
    site.crawl(ARCHIVE, days=year, run_id="run2", as_of=DAY + timedelta(hours=1))

    assert n_first == WALK_MAX_PAGES
    assert len(site.asked) == 131 - WALK_MAX_PAGES


def test_it_is_known_what_a_backfill_has_left_until_it_is_finished(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)
    year = DayRange(date(2026, 7, 1), date(2026, 11, 8))

    left = []
    for number in range(4):
        summary = site.crawl(ARCHIVE, run_id=f"run{number}", as_of=DAY + number * MINUTES, days=year, max_pages=5)
        left.append(left_of_backfills(tmp_path / "visits", "site", summary.finished_at)[year])

    assert [(it.n_entry_pages, it.n_pages) for it in left] == [(31, 9), (0, 4), (0, 0), (0, 0)]
    assert [it.is_nothing for it in left] == [False, False, True, True]
    assert sorted(path.name for path in (tmp_path / "visits").iterdir()) == ["site.sqlite"]


def test_a_day_that_failed_is_left_and_other_days_are_not_mixed_up(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)
    site.crawl({**ARCHIVE, "/map-2026-11-05.xml": (503, {}, b"")}, days=WEEK)
    day = DayRange(date(2026, 11, 9), date(2026, 11, 9))
    site.crawl(ARCHIVE, days=day, run_id="run2", as_of=DAY + MINUTES)

    left = left_of_backfills(tmp_path / "visits", "site", DAY + MINUTES)

    assert left == {WEEK: Left(n_entry_pages=1, n_pages=0), day: Left(n_entry_pages=0, n_pages=0)}


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"damaged" * 1000)])
def test_visits_that_cannot_be_read_tell_nothing_of_backfills(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    offline(tmp_path, DATED).crawl(ARCHIVE, days=WEEK, max_pages=5)
    spoil(visits_path(tmp_path / "visits", "site"))

    assert left_of_backfills(tmp_path / "visits", "site", DAY) == {}


@pytest.mark.parametrize("dies_after", [0, 1, 2, 5, 9, 12])
def test_a_backfill_that_dies_comes_to_the_same(tmp_path: Path, dies_after: int) -> None:
    site = offline(tmp_path, DATED)
    with pytest.raises(KilledError):
        site.crawl(ARCHIVE, days=WEEK, run_id="run0", max_pages=5, dies_after=dies_after)

    counts = until_done(site, ARCHIVE, WEEK, max_pages=5)

    assert counts == [5, 5, 2, 0]
    assert len(set(fetched_pages(site))) == len(fetched_pages(site)) == 12


def test_the_progress_of_a_backfill_is_in_the_archive(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)
    site.crawl(ARCHIVE, days=WEEK, max_pages=5)
    path = visits_path(tmp_path / "visits", "site")
    with Visits(path) as visits:
        grown = list(visits._database.iterdump())

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    with Visits(path) as visits:
        assert list(visits._database.iterdump()) == grown
    assert any("2026-11-02/2026-11-08" in line for line in grown)


def test_other_days_are_a_backfill_of_their_own(tmp_path: Path) -> None:
    site = offline(tmp_path, DATED)
    site.crawl(ARCHIVE, days=WEEK)
    site.asked.clear()

    site.crawl(ARCHIVE, days=DayRange(date(2026, 11, 8), date(2026, 11, 9)), run_id="run2", as_of=DAY)

    assert site.asked == ["/map-2026-11-09.xml", "/9/a", "/9/b", "/map-2026-11-08.xml"]


def test_an_index_is_read_back_to_the_first_day_and_pages_outside_are_left(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "sitemap", "url": HOST + "/map.xml"})
    web = {
        "/map.xml": index(october="2026-10-31", november="2026-11-30"),
        "/november.xml": sitemap("/a", modified="2026-11-05").replace(
            b"</urlset>", f"<url><loc>{HOST}/b</loc><lastmod>2026-10-20</lastmod></url></urlset>".encode()
        ),
        "/a": b"A",
    }

    site.crawl(web, days=WEEK)

    assert site.ends() == {
        "/map.xml": "fetched",
        "/november.xml": "fetched",
        "/october.xml": "skipped out_of_range",
        "/a": "fetched",
        "/b": "skipped out_of_range",
    }


def posts(*days: int) -> bytes:
    """A WordPress list of posts of nine o'clock on these days of November, by the clock of the site."""
    said = [{"link": f"{HOST}/{it}", "date": f"2026-11-{it:02}T09:00:00", "title": {"rendered": "T"}} for it in days]
    return json.dumps(said).encode()


def test_wordpress_is_asked_for_the_days_and_paged_by_date(tmp_path: Path) -> None:
    site = offline(tmp_path, BLOG)
    query = "/wp-json/wp/v2/posts?_fields=date%2Cdate_gmt%2Clink%2Cmodified_gmt%2Ctitle&after=2026-11-02T00%3A00%3A00"
    rest = "&order=desc&orderby=date&per_page=2"
    first = f"{query}&before=2026-11-09T00%3A00%3A00{rest}"
    second = f"{query}&before=2026-11-05T09%3A00%3A01{rest}"

    site.crawl(
        {
            first: posts(7, 5),
            second: posts(5),
            "/7": b"A",
            "/5": b"B",
        },
        days=WEEK,
    )

    assert [path for path in site.asked if "wp-json" in path] == [first, second]
    assert fetched_pages(site) == ["/5", "/7"]


def shown(*numbers: int, day: int) -> bytes:
    """A page of the channel whose messages are all of one day of November."""
    messages = "".join(
        f'<div class="tgme_widget_message" data-post="desk/{n}"><time datetime="2026-11-{day:02}T08:00:00+00:00">'
        f"</time>Post {n}</div>"
        for n in numbers
    )
    return f'<html><body class="tgme_page">{messages}</body></html>'.encode()


def test_a_channel_is_paged_back_to_the_first_day_although_its_last_messages_are_known(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 1})
    web = {
        "/s/desk": shown(40, 41, day=20),
        "/s/desk?before=40": shown(30, 31, day=6),
        "/s/desk?before=30": shown(20, 21, day=1),
        "/s/desk?before=20": shown(10, 11, day=1),
    }
    site.crawl(web)
    site.asked.clear()

    site.crawl(web, days=DayRange(date(2026, 11, 3), date(2026, 11, 8)), run_id="run2", as_of=DAY)

    assert site.asked == ["/s/desk", "/s/desk?before=40", "/s/desk?before=30"]
    assert site.ends()["/s/desk?before=20"] == "skipped out_of_range"


def test_a_listing_is_paged_beyond_its_usual_limit_until_all_is_older(tmp_path: Path) -> None:
    site = offline(
        tmp_path, {"kind": "listing", "url": HOST + "/list", "next_template": HOST + "/list/{n}", "max_pages": 1}
    )
    days = {"/list": "11/20", "/list/2": "11/07", "/list/3": "10/30", "/list/4": "10/29"}
    lists = {path: f'<a href="/2026/{day}/a">x</a>'.encode() for path, day in days.items()}

    site.crawl({**lists, "/2026/11/07/a": b"A"}, days=WEEK)

    assert [path for path in site.asked if "list" in path] == ["/list", "/list/2", "/list/3"]
    assert fetched_pages(site) == ["/2026/11/07/a"]


def test_a_range_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="no day from 2026-11-08 to 2026-11-02"):
        DayRange.parse("2026-11-08/2026-11-02")


def test_a_number_that_is_no_day_says_nothing_of_when_a_page_was_published() -> None:
    assert not WEEK.excludes(DiscoveredUrl(url="https://outlet.kg/news/20123456/"))
