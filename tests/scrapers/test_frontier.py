"""What is asked for, in which order, and how each URL ends; with real archive and visits, without a network."""

import json
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path

import pytest

from scrapers.records import Hints
from scrapers.revisits import SAME
from scrapers.visits import Visits, rebuild_visits, visits_path
from tests.scrapers.offline import DAY, HOST, KilledError, Offline, Web, index, offline, preview, rss, sitemap, story

CHANNEL = {"kind": "telegram", "url": HOST + "/s/desk", "max_pages": 3}
MAP = {"kind": "sitemap", "url": HOST + "/map.xml"}
LISTING = {
    "kind": "listing",
    "url": HOST + "/list",
    "link_selector": "a.n",
    "next_selector": "a.next",
    "max_pages": 2,
}


def test_all_entries_are_read_before_the_first_page(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "feed", "url": HOST + "/feed.xml"}, MAP)

    site.crawl({"/feed.xml": rss("/a"), "/map.xml": sitemap("/b"), "/a": b"A", "/b": b"B"})

    assert site.asked == ["/feed.xml", "/map.xml", "/a", "/b"]


def test_a_page_that_two_entries_name_is_met_once_and_belongs_to_the_first(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "feed", "url": HOST + "/feed.xml"}, MAP)

    site.crawl({"/feed.xml": rss("/a"), "/map.xml": sitemap("/a"), "/a": b"A"})
    (page,) = [it for it in site.last().outcomes if it.url == HOST + "/a"]

    assert site.asked.count("/a") == 1
    assert page.entry_url == HOST + "/feed.xml"


def test_a_capture_carries_what_the_entry_said(tmp_path: Path) -> None:
    site = offline(tmp_path)

    site.crawl({"/feed.xml": rss("/a"), "/a": b"A"})
    page = list(site.last().captures())[-1].capture

    assert page.hints == Hints(title="On /a", published="Fri, 20 Nov 2026 08:00:00 GMT")
    assert (page.entry_kind, page.role, page.capture_id[-5:]) == ("feed", "page", "00002")


def test_a_failed_entry_makes_a_crawl_incomplete_and_leaves_the_others_alone(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "feed", "url": HOST + "/feed.xml"}, MAP)

    summary = site.crawl({"/feed.xml": b"TIMEOUT", "/map.xml": sitemap("/b"), "/b": b"B"})

    assert not summary.is_complete
    assert site.ends() == {"/feed.xml": "failed timeout", "/map.xml": "fetched", "/b": "fetched"}


@pytest.mark.parametrize("missing", [404, 410])
def test_a_day_without_a_page_is_counted_and_makes_no_crawl_incomplete(tmp_path: Path, missing: int) -> None:
    site = offline(tmp_path, {"kind": "sitemap", "url": HOST + "/{YYYY}/{MM}/{DD}.xml", "days": 3})
    days = {"/2026/11/20.xml": sitemap("/a"), "/2026/11/18.xml": sitemap("/b"), "/a": b"A", "/b": b"B"}

    summary = site.crawl({**days, "/2026/11/19.xml": (missing, {}, b"")})

    assert summary.is_complete
    assert site.ends()["/2026/11/19.xml"] == "skipped no_such_day"


def test_a_day_that_its_server_fails_on_makes_a_crawl_incomplete(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "sitemap", "url": HOST + "/{YYYY}/{MM}/{DD}.xml"})

    assert not site.crawl({"/2026/11/20.xml": sitemap(), "/2026/11/19.xml": (503, {}, b"")}).is_complete


def test_an_index_is_followed_down_newest_child_first(tmp_path: Path) -> None:
    site = offline(tmp_path, MAP)

    site.crawl(
        {
            "/map.xml": index(old="2026-01-01", new="2026-11-20"),
            "/old.xml": sitemap("/a"),
            "/new.xml": sitemap("/b"),
            "/a": b"A",
            "/b": b"B",
        }
    )

    assert site.asked == ["/map.xml", "/new.xml", "/old.xml", "/b", "/a"]
    assert {it.entry_url for it in site.last().outcomes} == {None, HOST + "/map.xml"}


def test_a_settled_child_of_an_index_is_not_asked_for_again(tmp_path: Path) -> None:
    site = offline(tmp_path, MAP)
    web = {"/map.xml": index(old="2026-01-01", new="2026-11-20"), "/old.xml": sitemap(), "/new.xml": sitemap()}
    site.crawl(web)
    site.asked.clear()

    site.crawl(web, run_id="run2", as_of=DAY + timedelta(hours=2))

    assert site.asked == ["/map.xml", "/new.xml"]
    assert site.ends()["/old.xml"] == "skipped not_due"


def test_the_children_of_an_unchanged_index_are_read(tmp_path: Path) -> None:
    site = offline(tmp_path, MAP)
    unchanged = (200, {"ETag": '"1"'}, index(new="2026-11-20"))
    site.crawl({"/map.xml": unchanged, "/new.xml": (200, {"ETag": '"1"'}, sitemap())})

    site.crawl({"/map.xml": unchanged, "/new.xml": sitemap("/a"), "/a": b"A"}, run_id="run2")

    assert site.ends() == {"/map.xml": "skipped not_modified", "/new.xml": "fetched", "/a": "fetched"}


def test_an_index_of_itself_ends(tmp_path: Path) -> None:
    site = offline(tmp_path, MAP)

    site.crawl({"/map.xml": index(map="2026-11-20", deep="2026-11-20"), "/deep.xml": index(deeper="2026-11-20")})

    assert site.ends()["/deeper.xml"] == "failed not_found"
    assert site.asked.count("/map.xml") == 1


def test_a_listing_is_paged_to_its_limit(tmp_path: Path) -> None:
    site = offline(tmp_path, LISTING)

    def page(n: int) -> bytes:
        return f'<a class="n" href="/a{n}">x</a><a class="next" href="/list?page={n + 1}">more</a>'.encode()

    site.crawl({"/list": page(1), "/list?page=2": page(2), "/list?page=3": page(3), "/a1": b"A", "/a2": b"B"})

    assert site.asked == ["/list", "/list?page=2", "/a1", "/a2"]
    assert len(site.ends()) == 4


def test_a_channel_is_paged_back_until_all_messages_are_known(tmp_path: Path) -> None:
    site = offline(tmp_path, CHANNEL)
    web = {
        "/s/desk": preview(41, 42),
        "/s/desk?before=41": preview(21, 40),
        "/s/desk?before=21": preview(2, 20),
        "/s/desk?before=2": preview(1),
    }
    site.crawl(web)
    first, site.asked = site.asked, []
    web["/s/desk"], web["/s/desk?before=42"] = preview(42, 43), preview(22, 40, 41)

    site.crawl(web, run_id="run2", as_of=DAY + timedelta(minutes=30))

    assert first == ["/s/desk", "/s/desk?before=41", "/s/desk?before=21"]
    assert site.asked == ["/s/desk", "/s/desk?before=42", "/s/desk?before=22"]
    assert {it.role for it in site.last().outcomes} == {"both"}


def test_a_channel_with_nothing_new_is_read_on_one_page(tmp_path: Path) -> None:
    site = offline(tmp_path, CHANNEL)
    web = {"/s/desk": preview(41, 42), "/s/desk?before=41": preview(40)}
    site.crawl(web)
    site.asked.clear()

    site.crawl(web, run_id="run2")

    assert site.asked == ["/s/desk"]


def newest(*numbers: int, page: int = 20) -> Web:
    """The pages of a channel that has these messages: twenty a page, the newest first, blocks at their own address."""
    blocks = range(21, max(numbers) + 21, 20)
    shown = {f"/s/desk?before={it}": preview(*[n for n in numbers if n < it][-page:]) for it in blocks}
    older = min(numbers[-page:])
    return {"/s/desk": preview(*numbers[-page:]), f"/s/desk?before={older}": preview(1), **shown}


def looks(site: Offline, web: Web, *hours: float) -> list[list[str]]:
    """Crawl at these hours; return what was asked for at each, the newest page aside."""
    asked = []
    for hour in hours:
        site.asked.clear()
        site.crawl(web, run_id=f"at {hour}", as_of=DAY + timedelta(hours=hour))
        asked.append([path for path in site.asked if path != "/s/desk"])
    return asked


def test_messages_beyond_the_newest_page_are_looked_at_by_the_ladder_a_block_at_a_time(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 2})
    site.crawl({"/s/desk": preview(*range(21, 41)), "/s/desk?before=21": preview(*range(1, 21))})

    asked = looks(site, newest(*range(1, 41)), 0.5, 1, 2, 6, 7, 24, 72, 240, 241, 720, 721, 2000)

    block = ["/s/desk?before=21"]
    assert asked == [[], block, [], block, [], block, block, block, [], block, [], []]


def test_what_a_look_back_meets_for_the_first_time_is_not_followed_further(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 1})
    site.crawl({"/s/desk": preview(*range(50, 70))})
    gaps = {"/s/desk": preview(*range(75, 95)), "/s/desk?before=61": preview(*range(1, 61, 3))}

    looks(site, gaps, 1)

    assert looks(site, gaps, 6) == [["/s/desk?before=81", "/s/desk?before=61"]]


def test_a_message_that_its_neighbours_have_outlived_is_gone_and_that_is_told_once(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 2})
    site.crawl({"/s/desk": preview(*range(21, 41)), "/s/desk?before=21": preview(*range(1, 21))})
    numbers = [n for n in range(1, 41) if n not in (7, 30)]

    looks(site, newest(*numbers), 1)
    first = {path: end for path, end in site.ends().items() if end != "fetched"}
    looks(site, newest(*numbers), 6)

    assert first == {"/desk/7": "failed gone", "/desk/30": "failed gone"}
    assert set(site.ends().values()) == {"skipped not_modified"}
    assert site.last().summary.is_complete


@pytest.mark.parametrize("order", [1, -1], ids=["named first", "gone first"])
def test_a_message_that_is_gone_and_that_another_entry_still_names_ends_once(tmp_path: Path, order: int) -> None:
    site = offline(
        tmp_path, *[{"kind": "feed", "url": HOST + "/feed.xml"}, CHANNEL][::order], allow=["/news/", "/desk/7"]
    )
    site.crawl({"/feed.xml": rss("/news/1"), "/s/desk": preview(6, 7, 8, 9)})
    links = rss("/desk/7", "/desk/8")  # the first is asked for, the second is no article of the source

    site.crawl({"/feed.xml": links, "/s/desk": preview(6, 9)}, run_id="run2", as_of=DAY + timedelta(hours=2))

    urls = [it.url.removeprefix(HOST) for it in site.last().outcomes]
    assert sorted(urls) == ["/desk/7", "/desk/8", "/feed.xml", "/s/desk"]


@pytest.mark.parametrize("order", [1, -1], ids=["named first", "gone first"])
@pytest.mark.parametrize("dies_after", [None, 1, 2])
def test_a_message_that_another_entry_names_and_that_is_not_asked_for_is_told_as_gone(
    tmp_path: Path, order: int, dies_after: int | None
) -> None:
    feed = {"kind": "feed", "url": HOST + "/feed.xml"}
    site = offline(tmp_path, *[feed, {**CHANNEL, "max_pages": 2}][::order], allow=["/news/"])
    site.crawl({"/feed.xml": rss("/news/1"), "/s/desk": preview(6, 7, 8, 9)})
    web = {"/feed.xml": rss("/desk/7", "/desk/9"), "/s/desk": preview(6, 8, 9)}
    again = {"run_id": "run2", "as_of": DAY + timedelta(hours=2)}

    with pytest.raises(KilledError) if dies_after else nullcontext():
        site.crawl(web, **again, dies_after=dies_after)
    site.crawl(web, **again)
    ends = site.ends()
    site.crawl(web, run_id="run3", as_of=DAY + timedelta(hours=4))

    assert (ends["/desk/7"], ends["/desk/9"]) == ("failed gone", "skipped not_an_article_url")
    assert site.ends()["/desk/7"] == "skipped not_an_article_url"


def test_a_look_back_tells_of_a_message_that_another_entry_names_too(tmp_path: Path) -> None:
    feed = {"kind": "feed", "url": HOST + "/feed.xml"}
    site = offline(tmp_path, feed, {**CHANNEL, "max_pages": 1}, allow=["/news/"])
    site.crawl({"/feed.xml": rss("/news/1"), "/s/desk": preview(*range(1, 21))})
    web = {"/feed.xml": rss("/desk/7"), "/s/desk": preview(*range(21, 41))}
    old = {"/s/desk?before=21": preview(*[n for n in range(1, 21) if n != 7])}

    looks(site, web | old, 2)

    assert site.ends()["/desk/7"] == "failed gone"


def test_visits_made_anew_count_no_failure_where_nothing_was_asked(tmp_path: Path) -> None:
    site = offline(tmp_path, CHANNEL, {"kind": "feed", "url": HOST + "/feed.xml"})
    site.crawl({"/feed.xml": rss("/desk/7"), "/s/desk": preview(6, 7, 8)})  # the page under its own address is missing
    site.crawl({"/s/desk": preview(6, 8)}, run_id="run2", as_of=DAY + timedelta(hours=2))
    path = visits_path(tmp_path / "visits", "site")
    with Visits(path) as visits:
        grown = visits.get(f"{HOST}/desk/7")

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    assert site.ends()["/desk/7"] == "failed gone"
    with Visits(path) as visits:
        assert visits.get(f"{HOST}/desk/7") == grown


def test_a_message_that_is_back_may_go_again(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 1})
    ends = []
    for number, shown in enumerate([(1, 2, 3), (1, 3), (1, 2, 3), (1, 3)]):
        looks(site, {"/s/desk": preview(*shown)}, number * 3)
        ends.append(site.ends().get("/desk/2"))

    assert ends == [None, "failed gone", None, "failed gone"]


def test_a_page_of_a_channel_that_shows_nothing_says_of_no_message_that_it_is_gone(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 2})
    site.crawl({"/s/desk": preview(*range(21, 41)), "/s/desk?before=21": preview(*range(1, 21))})
    web = {"/s/desk": preview(*range(21, 41)), "/s/desk?before=21": preview()}

    assert looks(site, web, 1, 2) == [["/s/desk?before=21"], []]
    assert "failed gone" not in site.ends().values()


def test_a_killed_crawl_looks_back_at_no_page_twice_and_tells_of_each_message_that_is_gone(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 4})
    numbers = [*range(1, 81)]
    site.crawl(newest(*numbers) | {"/s/desk?before=61": preview(*range(41, 61))})
    left = newest(*[n for n in numbers if n not in (25, 45)])
    site.asked.clear()
    with pytest.raises(KilledError):
        site.crawl(left, run_id="run2", as_of=DAY + timedelta(hours=1), dies_after=2)

    site.crawl(left, run_id="run2", as_of=DAY + timedelta(hours=1))

    assert sorted(site.asked) == ["/s/desk", *(f"/s/desk?before={it}" for it in (21, 41, 61))]
    assert [path for path, end in site.ends().items() if end == "failed gone"] == ["/desk/45", "/desk/25"]


def test_what_is_known_of_messages_is_in_the_archive(tmp_path: Path) -> None:
    site = offline(tmp_path, {**CHANNEL, "max_pages": 2})
    site.crawl({"/s/desk": preview(*range(21, 41)), "/s/desk?before=21": preview(*range(1, 21))})
    looks(site, newest(*[n for n in range(1, 41) if n != 7]), 1, 6)
    path = visits_path(tmp_path / "visits", "site")
    with Visits(path) as visits:
        grown = list(visits._database.iterdump())

    rebuild_visits(tmp_path / "archive", tmp_path / "visits", site.source)

    with Visits(path) as visits:
        assert list(visits._database.iterdump()) == grown
    assert any('"post"' in line and "'desk',7," in line for line in grown)


BLOG = {"kind": "wordpress", "url": HOST + "/posts"}
QUERY = "/posts?_fields=date%2Cdate_gmt%2Clink%2Cmodified_gmt%2Ctitle&order=desc&orderby=date&per_page=20"
POSTS = json.dumps([{"link": f"{HOST}/{name}", "date": "2026-11-20T09:00:00"} for name in "ab"]).encode()


@pytest.mark.parametrize(
    ("entry", "entries"),
    [
        ({"kind": "feed", "url": HOST + "/feed.xml"}, {"/feed.xml": rss("/a", "/b")}),
        (MAP, {"/map.xml": index(now="2026-11-20"), "/now.xml": sitemap("/a", "/b")}),
        ({"kind": "listing", "url": HOST + "/list"}, {"/list": b"<a href='/a'>x</a><a href='/b'>y</a>"}),
        (BLOG, {QUERY: POSTS}),
        (CHANNEL, {"/s/desk": preview(*range(1, 19))}),
    ],
    ids=["feed", "sitemap", "listing", "wordpress", "telegram"],
)
def test_a_second_crawl_with_nothing_new_asks_for_its_entries_alone_whatever_their_kind(
    tmp_path: Path, entry: dict[str, object], entries: dict[str, bytes]
) -> None:
    site = offline(tmp_path, entry)
    web = {**entries, "/a": story("One."), "/b": story("Two.")}
    site.crawl(web)
    site.asked.clear()

    site.crawl(web, run_id="run2", as_of=DAY + timedelta(minutes=30))

    assert sorted(site.asked) == sorted(entries)
    assert {end for path, end in site.ends().items() if path in ("/a", "/b")} <= {"skipped not_due"}


def test_pages_that_are_not_due_are_not_asked_for(tmp_path: Path) -> None:
    site = offline(tmp_path)
    web = {"/feed.xml": rss("/a"), "/a": b"A"}
    site.crawl(web)

    site.crawl(web, run_id="run2", as_of=DAY + timedelta(minutes=20))

    assert site.ends() == {"/feed.xml": "skipped not_modified", "/a": "skipped not_due"}


def test_a_page_that_the_entry_says_is_modified_is_due_at_once(tmp_path: Path) -> None:
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/a", modified="2026-11-20T08:00:00Z"), "/a": b"A"})

    site.crawl(
        {"/feed.xml": rss("/a", modified="2026-11-20T12:10:00Z"), "/a": b"A2"},
        run_id="run2",
        as_of=DAY + timedelta(minutes=20),
    )

    assert site.ends()["/a"] == "fetched"


def test_known_pages_are_looked_at_again_although_no_entry_lists_them(tmp_path: Path) -> None:
    site = offline(tmp_path)
    site.crawl({"/feed.xml": rss("/a", "/b"), "/a": b"A", "/b": b"B"})

    site.crawl({"/feed.xml": rss("/c"), "/a": b"A2", "/c": b"C"}, run_id="run2", as_of=DAY + timedelta(days=1))
    revisited = next(it.capture for it in site.last().captures() if it.capture.request_url == HOST + "/a")

    assert site.ends() == {"/feed.xml": "fetched", "/c": "fetched", "/a": "fetched", "/b": "failed not_found"}
    assert revisited.hints.title == "On /a"
    assert revisited.entry_url == HOST + "/feed.xml"


def test_revisits_happen_although_the_entry_has_not_changed(tmp_path: Path) -> None:
    site = offline(tmp_path)
    web = {"/feed.xml": (200, {"ETag": '"1"'}, rss("/a")), "/a": b"A"}
    site.crawl(web)

    site.crawl(web, run_id="run2", as_of=DAY + timedelta(days=1))

    assert site.asked[2:] == ["/feed.xml", "/a"]


def test_a_page_that_has_not_changed_is_not_fetched_again(tmp_path: Path) -> None:
    site = offline(tmp_path)
    web = {"/feed.xml": rss("/a"), "/a": (200, {"ETag": '"1"'}, b"A")}
    site.crawl(web)

    site.crawl(web, run_id="run2", as_of=DAY + timedelta(days=1))

    assert site.ends()["/a"] == "skipped not_modified"


def test_pages_over_the_limit_get_their_turn_next_time_even_behind_an_unchanged_entry(tmp_path: Path) -> None:
    site = offline(tmp_path)
    web = {"/feed.xml": (200, {"ETag": '"1"'}, rss("/a", "/b")), "/a": b"A", "/b": b"B"}

    site.crawl(web, max_pages=1)
    put_off = site.ends()
    site.crawl(web, run_id="run2", as_of=DAY + timedelta(minutes=5))

    assert put_off["/b"] == "skipped over_page_limit"
    assert site.ends() == {"/feed.xml": "skipped not_modified", "/b": "fetched"}


def test_an_old_address_that_redirects_to_a_listed_page_is_skipped(tmp_path: Path) -> None:
    site = offline(tmp_path)
    moved = (301, {"Location": "/a"}, b"")

    site.crawl({"/feed.xml": rss("/old", "/a"), "/old": moved, "/a": b"A"})

    assert site.ends() == {"/feed.xml": "fetched", "/old": "skipped redirected_to_known", "/a": "fetched"}
    assert site.asked.count("/a") == 1


def test_two_addresses_that_redirect_to_one_page_fetch_it_once(tmp_path: Path) -> None:
    site = offline(tmp_path)
    moved = (301, {"Location": "/a"}, b"")

    site.crawl({"/feed.xml": rss("/old", "/older"), "/old": moved, "/older": moved, "/a": b"A"})

    assert site.ends() == {"/feed.xml": "fetched", "/old": "fetched", "/older": "skipped redirected_to_known"}


def test_a_redirect_to_what_is_no_article_is_not_followed(tmp_path: Path) -> None:
    site = offline(tmp_path, allow=["/a"])

    site.crawl({"/feed.xml": rss("/a"), "/a": (302, {"Location": "/"}, b"")})

    assert site.ends()["/a"] == "skipped not_an_article_url"
    assert site.asked == ["/feed.xml", "/a"]


def test_an_unasked_304_is_a_failure(tmp_path: Path) -> None:
    site = offline(tmp_path)

    site.crawl({"/feed.xml": rss("/a"), "/a": (304, {}, b"")})

    assert site.ends()["/a"] == "failed http_error"


def test_a_source_whose_rules_have_changed_lets_go_of_what_it_knew(tmp_path: Path) -> None:
    offline(tmp_path).crawl({"/feed.xml": rss("/a"), "/a": b"A"})
    site = offline(tmp_path, deny=["/a"])

    site.crawl({"/feed.xml": rss()}, run_id="run2", as_of=DAY + timedelta(days=1))
    site.crawl({"/feed.xml": rss()}, run_id="run3", as_of=DAY + timedelta(days=2))

    assert site.asked == ["/feed.xml", "/feed.xml"]
    assert site.ends() == {"/feed.xml": "skipped not_modified"}


def test_the_same_day_crawled_twice_gives_a_later_crawl(tmp_path: Path) -> None:
    site = offline(tmp_path)

    site.crawl({"/feed.xml": rss("/a"), "/a": b"A"})
    last_decided_at = site.last().outcomes[-1].decided_at
    second = site.crawl({"/feed.xml": rss("/b"), "/b": b"B"}, run_id="run2")
    earlier = site.crawl({"/feed.xml": rss()}, run_id="run0", as_of=DAY - timedelta(days=1))

    assert last_decided_at < second.started_at < DAY + timedelta(minutes=10)
    assert earlier.started_at < DAY - timedelta(hours=23)


def crawl_in_turn(site: Offline, *webs: Web, apart: timedelta) -> None:
    """Crawl each state of the web, one after the other; keep what was asked of the last."""
    for number, web in enumerate(webs):
        site.asked.clear()
        site.crawl(web, run_id=f"turn{number}", as_of=DAY + apart * number)


def test_an_entry_without_news_is_left_alone_for_a_while(tmp_path: Path) -> None:
    site, web = offline(tmp_path), {"/feed.xml": rss("/a"), "/a": b"A"}

    crawl_in_turn(site, web, web, web, apart=timedelta(minutes=5))

    assert site.asked == []
    assert site.ends() == {"/feed.xml": "skipped not_due"}
    assert site.last().summary.is_complete


def test_the_days_of_a_dated_entry_are_the_newsrooms_and_the_newest_may_be_missing(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "sitemap", "url": HOST + "/{YYYY}/{MM}/{DD}.xml"})
    site.source = site.source.model_copy(update={"timezone": "Asia/Bishkek"})

    site.crawl({"/2026/11/20.xml": sitemap("/a"), "/a": b"A"}, as_of=DAY + timedelta(hours=7))

    assert site.ends() == {
        "/2026/11/21.xml": "skipped no_such_day",
        "/2026/11/20.xml": "fetched",
        "/a": "fetched",
    }
    assert site.last().outcomes[-1].entry_url == HOST + "/{YYYY}/{MM}/{DD}.xml"


def test_a_dated_entry_that_has_none_of_its_days_makes_a_crawl_incomplete(tmp_path: Path) -> None:
    site = offline(tmp_path, {"kind": "listing", "url": HOST + "/?day={YYYY}-{MM}-{DD}", "link_selector": "a.n"})

    summary = site.crawl({"/?day=2026-11-20": b"<p>nothing yet</p>"})

    assert site.ends() == {"/?day=2026-11-20": "skipped no_such_day", "/?day=2026-11-19": "skipped no_such_day"}
    assert not summary.is_complete


def test_a_listing_is_not_paged_further_than_what_is_known(tmp_path: Path) -> None:
    site = offline(tmp_path, {**LISTING, "max_pages": 9})
    pages = {
        f"/list?page={n}".removesuffix("?page=1"): (
            f'<a class="n" href="/{n}">x</a><a class="next" href="/list?page={n + 1}">more</a>'.encode()
        )
        for n in range(1, 10)
    }
    web = {**pages, **{f"/{n}": b"A" for n in range(1, 10)}}

    crawl_in_turn(site, web, web, apart=timedelta(minutes=5))

    assert site.asked == ["/list"]


def test_a_page_under_another_address_is_asked_for_under_the_one_that_is_known(tmp_path: Path) -> None:
    site = offline(tmp_path)
    before = {"/feed.xml": rss("/a?id=5", "/b/"), "/a?id=5": b"A", "/b/": b"B"}
    after = {"/feed.xml": rss("/a/amp?id=5&sid=9x", "/b", "/b?print=1", "/c?ref=x", "/c"), "/c?ref=x": b"C"}

    crawl_in_turn(site, before, after, apart=timedelta(minutes=5))

    assert site.asked == ["/feed.xml", "/c?ref=x"]
    assert site.ends() == {
        "/feed.xml": "fetched",
        "/a?id=5": "skipped not_due",
        "/b/": "skipped not_due",
        "/c?ref=x": "fetched",
    }


def test_an_address_that_the_rules_refuse_does_not_stand_for_its_page(tmp_path: Path) -> None:
    site = offline(tmp_path, hosts=["site.test"])

    site.crawl({"/feed.xml": rss("http://m.site.test/a", "http://site.test/a")})

    assert site.ends()["http://m.site.test/a"] == "skipped other_host"
    assert site.asked == ["/feed.xml", "http://site.test/a"]


def test_a_calendar_a_growing_path_and_endless_parameters_are_ended_with_a_reason(tmp_path: Path) -> None:
    site = offline(tmp_path, max_variants=3)
    traps = ["/cal/2031/01/05/", "/cal?day=2027-02-01", "/x/y/x/y/x/y/x/y", *[f"/list?sort={n}" for n in "abcdef"]]

    site.crawl({"/feed.xml": rss(*traps, "/good", "/cal/2026/11/20/")})
    ends = list(site.ends().values())

    assert (ends.count("skipped trap"), ends.count("failed not_found")) == (6, 5)
    assert site.asked[-2:] == ["/good", "/cal/2026/11/20/"]
    assert site.last().summary.n_discovered == len(ends) == 12


LIAR = {"/feed.xml": (200, {"ETag": '"f"'}, rss("/a"))}


def test_a_server_that_gives_other_words_under_one_etag_is_not_asked_what_changed(tmp_path: Path) -> None:
    site = offline(tmp_path)
    first, second = (200, {"ETag": '"1"'}, story("One.")), (200, {"ETag": '"1"', "X-Plain": "1"}, story("Two."))

    crawl_in_turn(site, {**LIAR, "/a": first}, {**LIAR, "/a": second}, apart=timedelta(days=1))
    assert site.ends()["/a"] == "fetched"
    site.crawl({**LIAR, "/a": (200, {"ETag": '"1"'}, story("Two."))}, run_id="run9", as_of=DAY + timedelta(days=3))

    assert site.details() == {"/feed.xml": None, "/a": SAME}


def test_every_tenth_304_is_doubted_and_a_lie_is_found(tmp_path: Path) -> None:
    site = offline(tmp_path)
    web = {"/feed.xml": (200, {"ETag": '"f"'}, rss("/a")), "/a": b"A"}
    crawl_in_turn(site, *[web] * 10, apart=timedelta(hours=3))
    changed = {**web, "/feed.xml": (200, {"ETag": '"f"'}, rss("/a", "/b")), "/b": b"B"}

    site.asked.clear()
    site.crawl(changed, run_id="audit", as_of=DAY + timedelta(hours=30))
    audited, site.asked = site.asked, []
    site.crawl(changed, run_id="after", as_of=DAY + timedelta(hours=33))

    assert audited[:2] == ["/feed.xml", "/feed.xml"]
    assert "/b" in audited
    assert site.details()["/feed.xml"] == SAME


def test_a_304_that_was_true_ends_as_not_modified(tmp_path: Path) -> None:
    site = offline(tmp_path)
    web = {"/feed.xml": (200, {"ETag": '"f"'}, rss("/a")), "/a": b"A"}

    crawl_in_turn(site, *[web] * 11, apart=timedelta(hours=3))

    assert site.asked[:2] == ["/feed.xml", "/feed.xml"]
    assert site.ends()["/feed.xml"] == "skipped not_modified"
