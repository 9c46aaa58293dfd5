"""Whole crawls as child processes against sites on loopback."""

import gzip
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scrapers.archive import list_crawls
from tests.scrapers.crawling import ROOT, Done, content, crawl, end_of, ends, last_crawl, outcomes, start_crawl
from tests.scrapers.site import Reply, Site, endless_headers, feed, page, served, write_source

PAGES = [f"/news/{n}" for n in range(10)]
LONG = b"<html>" + b"long " * 1_200_000 + b"</html>"
FAULTY = {
    "plain": page("plain"),
    "zipped": Reply(gzip.compress(page("zipped").body), headers={"Content-Encoding": "gzip"}),
    "missing": Reply(status=404),
    "plain2": page(),
    "gone": Reply(status=410),
    "forbidden": Reply(status=403),
    "teapot": Reply(status=418),
    "healing": Reply(page("healed").body, first=Reply(status=500)),
    "broken": Reply(status=500),
    "plain3": page(),
    "old": Reply(status=301, headers={"Location": "/news/moved"}),
    "moved": page("moved"),
    "older": Reply(status=301, headers={"Location": "/news/plain?utm_source=x"}),
    "away": Reply(status=302, headers={"Location": "http://10.0.0.1/x"}),
    "loop": Reply(status=302, headers={"Location": "/news/loop"}),
    "long": Reply(LONG),
    "bomb": Reply(gzip.compress(LONG), headers={"Content-Encoding": "gzip"}),
    "cut": Reply(gzip.compress(LONG[:100_000])[:-30], headers={"Content-Encoding": "gzip"}),
    "brotli": Reply(b"??", headers={"Content-Encoding": "br"}),
    "unended": Reply(b"<html><p>half a pa", headers={"X-No-Length": "1"}),
    "ended": Reply(b"<html><p>whole</p></html>", headers={"X-No-Length": "1"}),
    "secret/1": page("secret"),
}
LINKED = [name for name in FAULTY if name != "moved"]


one_worker = pytest.mark.xdist_group("faulty crawl")
"""Its tests share one crawl."""


@pytest.fixture(scope="module")
def faulty_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Done, Site]]:
    home = tmp_path_factory.mktemp("faulty")
    extra = ["http://other.test/news/1", "mailto:desk@site.test", "/about", "/news/plain?utm_source=rss"]

    def replies(base: str) -> dict[str, Reply]:
        return {
            "/robots.txt": Reply(b"User-agent: *\nDisallow: /news/secret\n"),
            "/feed.xml": feed(base, [f"/news/{name}" for name in LINKED] + extra),
            **{f"/news/{name}": reply for name, reply in FAULTY.items()},
        }

    with served(replies) as site:
        write_source(home, site.url, rules="[articles]\nallow = ['/news/']")
        yield home, crawl(home), site


@one_worker
@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("feed.xml", "fetched"),
        ("news/plain", "fetched"),
        ("news/zipped", "fetched"),
        ("news/missing", "failed not_found"),
        ("news/gone", "failed gone"),
        ("news/forbidden", "failed forbidden"),
        ("news/teapot", "failed http_error"),
        ("news/healing", "fetched"),
        ("news/broken", "failed server_error"),
        ("news/old", "fetched"),
        ("news/older", "skipped redirected_to_known"),
        ("news/away", "failed redirect"),
        ("news/loop", "failed redirect"),
        ("news/long", "failed too_big"),
        ("news/bomb", "failed too_big"),
        ("news/cut", "failed bad_content"),
        ("news/brotli", "failed bad_content"),
        ("news/unended", "failed bad_content"),
        ("news/ended", "fetched"),
        ("news/secret/1", "skipped robots"),
        ("news/1", "skipped other_host"),
        ("about", "skipped not_an_article_url"),
        ("mailto:desk@site.test", "skipped bad_url"),
    ],
)
def test_each_url_met_ends_once_and_says_why(faulty_home: tuple[Path, Done, Site], path: str, end: str) -> None:
    home, _, _ = faulty_home

    assert ends(home)[path] == end
    assert len(ends(home)) == 25


@one_worker
def test_the_counts_of_a_crawl_add_up(faulty_home: tuple[Path, Done, Site]) -> None:
    home, done, _ = faulty_home
    summary = done.summary

    assert summary["n_discovered"] == len(last_crawl(home).outcomes) == 25
    assert summary["n_fetched"] + summary["n_skipped"] + summary["n_failed"] == 25
    assert summary["n_fetched"] == len(list(last_crawl(home).captures())) == 8


@one_worker
def test_failed_pages_leave_a_crawl_complete(faulty_home: tuple[Path, Done, Site]) -> None:
    _, done, _ = faulty_home

    assert (done.code, done.summary["finish_reason"], done.summary["is_complete"]) == (0, "finished", True)


@one_worker
def test_every_request_says_who_asks_and_takes_gzip_only(faulty_home: tuple[Path, Done, Site]) -> None:
    _, _, site = faulty_home

    assert {seen.headers["User-Agent"].partition("/")[0] for seen in site.seen} == {"Kabarchy"}
    assert all(seen.headers["User-Agent"].endswith("(loopback)") for seen in site.seen)
    assert {seen.headers["Accept-Encoding"] for seen in site.seen} == {"gzip"}
    assert not any({"Cookie", "Referer"} & set(seen.headers) for seen in site.seen)


@one_worker
def test_a_url_is_asked_at_most_twice_and_what_is_disallowed_never(faulty_home: tuple[Path, Done, Site]) -> None:
    _, _, site = faulty_home
    paths = site.paths()

    assert paths.count("/news/healing") == paths.count("/news/broken") == 2
    assert paths.count("/news/missing") == paths.count("/news/plain") == 1
    assert "/news/secret/1" not in paths


@one_worker
def test_bodies_are_stored_decoded_with_headers_that_agree(faulty_home: tuple[Path, Done, Site]) -> None:
    home, _, _ = faulty_home
    zipped = next(it.capture for it in last_crawl(home).captures() if it.capture.request_url.endswith("zipped"))
    headers = {name.lower(): value for name, value in zipped.headers}

    assert zipped.body == page("zipped").body
    assert headers["content-length"] == str(len(zipped.body))
    assert headers["x-kabarchy-content-encoding"] == "gzip"
    assert "content-encoding" not in headers


@one_worker
def test_a_redirected_page_belongs_to_the_address_asked_for(faulty_home: tuple[Path, Done, Site]) -> None:
    home, _, site = faulty_home
    moved = next(it.capture for it in last_crawl(home).captures() if it.capture.request_url.endswith("old"))

    assert moved.request_url == f"{site.url}/news/old"
    assert moved.final_url == f"{site.url}/news/moved"
    assert moved.entry_url == f"{site.url}/feed.xml"
    assert moved.hints.title == "/news/old"


def test_nothing_is_fetched_where_robots_txt_cannot_be_had(tmp_path: Path) -> None:
    with served(lambda base: {"/robots.txt": Reply(status=503), "/feed.xml": feed(base, PAGES)}) as site:
        write_source(tmp_path, site.url)
        done = crawl(tmp_path)

    assert site.paths() == []
    assert ends(tmp_path) == {"feed.xml": "failed robots_unreachable"}
    assert (done.code, done.summary["is_complete"]) == (1, False)


def test_robots_txt_is_archived_but_is_no_capture(tmp_path: Path) -> None:
    robots = Reply(status=301, headers={"Location": "/other-robots.txt"})
    rules = Reply(b"User-agent: Kabarchy\nDisallow: /news/\n\nUser-agent: *\nDisallow:\n")
    replies = {"/robots.txt": robots, "/other-robots.txt": rules, "/news/1": page()}
    with served(lambda base: {**replies, "/feed.xml": feed(base, ["/news/1"])}) as site:
        write_source(tmp_path, site.url)
        crawl(tmp_path)

    assert ends(tmp_path) == {"feed.xml": "fetched", "news/1": "skipped robots"}
    assert b"other-robots.txt" in gzip.decompress(list_crawls(tmp_path / "archive")[0].read_bytes())
    assert [it.capture.request_url for it in last_crawl(tmp_path).captures()] == [f"{site.url}/feed.xml"]


def test_a_crawl_delay_and_a_retry_after_are_kept(tmp_path: Path) -> None:
    busy = Reply(page().body, first=Reply(status=429, headers={"Retry-After": "1"}))
    replies = {"/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 0.5\n"), "/news/0": busy, "/news/1": page()}
    with served(lambda base: {**replies, "/feed.xml": feed(base, ["/news/0", "/news/1"])}) as site:
        write_source(tmp_path, site.url)
        crawl(tmp_path)

    assert site.paths() == ["/feed.xml", "/news/0", "/news/1", "/news/0"]
    assert [gap > wanted for gap, wanted in zip(site.gaps(), (0.45, 0.45, 0.95, 0.45), strict=True)] == [True] * 4
    assert ends(tmp_path)["news/0"] == "fetched"


def test_a_host_in_trouble_is_left_alone_for_the_rest_of_the_crawl(tmp_path: Path) -> None:
    with served(lambda base: {"/feed.xml": feed(base, PAGES)} | {p: Reply(status=500) for p in PAGES}) as site:
        write_source(tmp_path, site.url)
        crawl(tmp_path)

    assert len(site.paths()) <= 7
    assert list(ends(tmp_path).values()).count("failed host_closed") >= 4


def test_only_public_addresses_are_connected_to_for_a_public_source(tmp_path: Path) -> None:
    with served({}) as site:
        port = site.url.rpartition(":")[2]
        spellings = ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "0.0.0.0", "localhost.localdomain"]  # noqa: S104 - asked for, not bound
        hosts = [*spellings, "10.0.0.1", "169.254.169.254", "[::1]"]
        entries = [f'[[entries]]\nkind = "feed"\nurl = "http://{host}:{port}/feed.xml"\n' for host in hosts]
        write_source(tmp_path, "http://2130706433", entries="\n".join(entries))
        done = crawl(tmp_path, "--contact-url", "https://example.org/bot")
    found = {it.url.split("/")[2].rpartition(":")[0]: it.reason for it in last_crawl(tmp_path).outcomes}
    unresolved = found.pop("localhost.localdomain", "forbidden_address")

    assert site.seen == []
    assert set(found.values()) == {"forbidden_address"}
    assert unresolved in ("forbidden_address", "dns")  # whether that name is known differs by machine
    assert done.code == 1


def test_endless_headers_are_cut(tmp_path: Path) -> None:
    with endless_headers() as base:
        write_source(tmp_path, base)
        started = time.monotonic()
        crawl(tmp_path)

    assert ends(tmp_path) == {"feed.xml": "failed connection"}
    assert time.monotonic() - started < 15


def test_a_second_look_asks_what_changed_and_finds_the_vanished_page(tmp_path: Path) -> None:
    tagged = Reply(page().body, headers={"ETag": '"1"'})
    replies = {"/news/0": tagged, "/news/1": page("old"), "/news/2": page(), "/news/3": page("new")}
    with served(lambda base: {**replies, "/feed.xml": feed(base, ["/news/0", "/news/1", "/news/2"])}) as site:
        write_source(tmp_path, site.url)
        crawl(tmp_path)
        site.replies.update({"/feed.xml": feed(site.url, ["/news/0", "/news/3"]), "/news/1": page("edited")})
        del site.replies["/news/2"]
        crawl(tmp_path, run_id="run2", as_of="2026-11-21T12:00:00+00:00")

    assert ends(tmp_path) == {
        "feed.xml": "fetched",
        "news/0": "skipped not_modified",
        "news/3": "fetched",
        "news/1": "fetched",
        "news/2": "failed not_found",
    }
    assert last_crawl(tmp_path).summary.started_at.isoformat().startswith("2026-11-21T12:00:00")


@pytest.fixture
def slow_site() -> Iterator[Site]:
    def replies(base: str) -> dict[str, Reply]:
        listing = "".join(f'<a class="n" href="{path}">x</a>' for path in PAGES[:5])
        more = "".join(f'<a class="n" href="{path}">x</a>' for path in PAGES[5:])
        return {
            "/list": Reply(f"<html>{listing}<a class='next' href='/list?page=2'>more</a></html>".encode()),
            "/list?page=2": Reply(f"<html>{more}</html>".encode()),
            **{path: Reply(page(path).body, pause_s=0.1) for path in PAGES},
        }

    with served(replies) as site:
        yield site


LISTING = """[[entries]]
kind = "listing"
url = "{base}/list"
link_selector = "a.n"
next_selector = "a.next"
max_pages = 3
"""


def test_a_killed_crawl_goes_on_to_what_an_undisturbed_one_gives(tmp_path: Path, slow_site: Site) -> None:
    disturbed, undisturbed = tmp_path / "disturbed", tmp_path / "undisturbed"
    for home in (disturbed, undisturbed):
        write_source(home, slow_site.url, entries=LISTING.format(base=slow_site.url))
    crawl(undisturbed)
    n_undisturbed = len(slow_site.seen)

    child = start_crawl(disturbed)
    slow_site.wait_for(n_undisturbed + 8)
    child.kill()
    child.communicate()
    (left,) = disturbed.glob("archive/site/*/*/*.warc.gz.open")
    done = crawl(disturbed)

    assert done.summary["crawl_id"] == left.name.partition(".")[0]
    assert content(disturbed) == content(undisturbed)
    assert done.summary["is_complete"]
    assert len(slow_site.seen) - n_undisturbed <= n_undisturbed + 2  # robots.txt, the page on its way
    assert len(list(disturbed.glob("archive/site/*/*/*"))) == 1


def test_a_crawl_that_is_finished_in_this_run_is_not_made_again(tmp_path: Path) -> None:
    with served({"/feed.xml": feed("http://127.0.0.1", [])}) as site:
        write_source(tmp_path, site.url)
        first, second = crawl(tmp_path), crawl(tmp_path)

    assert second.summary == first.summary
    assert site.paths() == ["/feed.xml"]


def listening_sockets(pid: int) -> list[str]:
    links = [str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()]
    inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in inodes]


def test_a_crawl_listens_on_nothing_and_ends_in_time_when_told_to(tmp_path: Path) -> None:
    replies = {"/news/0": page(), "/news/1": Reply(page().body, pause_s=25.0), "/news/2": page()}
    with served(lambda base: {**replies, "/feed.xml": feed(base, list(replies))}) as site:
        write_source(tmp_path, site.url)
        child = start_crawl(tmp_path)
        site.wait_for(4)
        listening = listening_sockets(child.pid)
        child.send_signal(signal.SIGTERM)
        told_at = time.monotonic()
        done = end_of(child)

    assert listening == []
    assert time.monotonic() - told_at < 10
    assert (done.code, done.summary["finish_reason"]) == (1, "shutdown")
    assert ends(tmp_path) == {
        "feed.xml": "fetched",
        "news/0": "fetched",
        "news/1": "failed interrupted",
        "news/2": "failed interrupted",
    }


def test_the_time_limit_ends_a_crawl_that_waits(tmp_path: Path) -> None:
    replies = {"/robots.txt": Reply(b"User-agent: *\nCrawl-delay: 60\n"), "/news/1": page()}
    with served(lambda base: {**replies, "/feed.xml": feed(base, ["/news/1"])}) as site:
        write_source(tmp_path, site.url)
        done = crawl(tmp_path, "--max-seconds", "1.5")

    assert (done.code, done.summary["finish_reason"]) == (1, "time_limit")
    assert outcomes(tmp_path)["feed.xml"].detail == "time_limit"


def test_the_memory_limit_ends_a_crawl_and_keeps_what_it_has(tmp_path: Path) -> None:
    with served(lambda base: {"/feed.xml": feed(base, PAGES)} | {path: page() for path in PAGES}) as site:
        write_source(tmp_path, site.url, delay_s=1.0)
        done = crawl(tmp_path, "--max-rss-mb", "20")

    assert (done.code, done.summary["finish_reason"]) == (1, "memory_limit")
    assert done.summary["n_discovered"] == len(last_crawl(tmp_path).outcomes)


def test_a_crawl_that_cannot_write_says_so_and_leaves_nothing_visible(tmp_path: Path) -> None:
    replies = {path: page("words " * 100_000) for path in PAGES}
    with served(lambda base: {**replies, "/feed.xml": feed(base, PAGES)}) as site:
        write_source(tmp_path, site.url)
        command = [sys.executable, "-m", "scrapers", "crawl", "site", "--home", str(tmp_path), "--run-id", "run1"]
        limited = ["prlimit", "--fsize=3000", *command]
        done = subprocess.run(limited, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "error: " in done.stderr
    assert done.stdout == ""
    assert list_crawls(tmp_path / "archive") == []


def test_an_entry_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path) -> None:
    with served({"/robots.txt": Reply(status=503)}) as site:
        write_source(tmp_path, site.url)
        done = crawl(tmp_path)

    said = f"source=site entry={site.url}/feed.xml not read: robots_unreachable (status 503)"
    assert [it["message"] for it in done.records if it["level"] == "ERROR"] == [said]
