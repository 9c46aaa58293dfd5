"""One crawl through a loopback internet in which nearly every host has a fault of its own; each ends as it must."""

import gzip
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scrapers.archive import ArchivedCrawl
from tests.scrapers.crawling import Done, end_of, last_crawl, start_crawl
from tests.scrapers.internet import Internet, Routes, drip, endless, http, redirect, reset, running, silent

NOTHING = http(b"", 404)
PAGE = http(b"<html><body><article><p>Some words.</p></article></body></html>", Content_Type="text/html")
BOMB = gzip.compress(bytes(32 * 2**20))
CHALLENGE = b"<html><head><title>Just a moment...</title></head><script>window._cf_chl_opt={}</script></html>"
DDOS_GUARD = b"<html><script src='/.well-known/ddos-guard/js-challenge/'></script>"
REFRESH = b"<meta http-equiv=refresh content='0;url=http://10.0.0.1/'>x"
LAUGHS = b'<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><rss version="2.0">&b;</rss>'
XXE = b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
OUR_DISALLOW = b"User-agent: *\nDisallow: /news/\n"
FIVE = {f"/r{n}": redirect(f"/r{n + 1}") for n in range(1, 5)} | {"/r5": http(OUR_DISALLOW)}
SIX = {f"/r{n}": redirect(f"/r{n + 1}") for n in range(1, 6)} | {"/r6": http(b"")}
LATE_RULE = b"User-agent: *\n" + b"# filler\n" * 57_000 + b"Disallow: /news/\n"
SPLIT_GROUPS = (
    b"User-agent: Kabarchy\nDisallow: /a\n\nUser-agent: *\nDisallow:\n\nUser-agent: kabarchy\nDisallow: /news/1\n"
)
BAD_LINES = b"nonsense\n\xff\xfe: x\nUser-agent *\nUser-agent: *\nCrawl-delay: abc\nDisallow: /news/\n"

AWAY, DISALLOWED, FETCHED = "failed robots_unreachable", "skipped robots", "fetched"


@dataclass(frozen=True)
class Fault:
    """What a host does, how its page must end, and how often that page may be asked for."""

    routes: Routes
    end: str
    n_asked: int


def robots(answer: object, end: str, **more: object) -> Fault:
    """A host whose robots.txt is special and whose page is not."""
    routes = {"/robots.txt": answer, "/news/1": PAGE, **more}
    return Fault({path: it for path, it in routes.items() if it is not None}, end, 1 if end == FETCHED else 0)  # type: ignore[misc]


def page(answer: object, end: str, n_asked: int = 1, **more: object) -> Fault:
    """A host whose page is special."""
    return Fault({"/robots.txt": NOTHING, "/news/1": answer, **more}, end, n_asked)  # type: ignore[dict-item]


PAGES = {
    "robots 404": robots(NOTHING, FETCHED),
    "robots 410": robots(http(b"", 410), FETCHED),
    "robots 401": robots(http(b"", 401), FETCHED),
    "robots 500": robots(http(b"", 500), AWAY),
    "robots 503 with a page": robots(http(b"<html>sorry</html>", 503), AWAY),
    "robots 429": robots(http(b"", 429), AWAY),
    "robots silent": robots(silent, AWAY),
    "robots dripping": robots(drip(b"HTTP/1.1 200 X\r\n\r\nUser-agent: *\n"), AWAY),
    "robots reset": robots(reset, AWAY),
    "robots refused": robots(None, AWAY),
    "robots endless": robots(endless(b"HTTP/1.1 200 X\r\n\r\n", b"# x\n" * 20_000), AWAY),
    "robots after five redirects": robots(redirect("/r1"), DISALLOWED, **FIVE),
    "robots after six redirects": robots(redirect("/r1"), AWAY, **SIX),
    "robots in a loop": robots(redirect("/robots.txt"), AWAY),
    "robots inward": robots(redirect("http://10.0.0.1/robots.txt"), AWAY),
    "robots a page": robots(http(b"<html><p>welcome</p></html>"), FETCHED),
    "robots UTF-16": robots(http(OUR_DISALLOW.decode().encode("utf-16")), DISALLOWED),
    "robots BOM CRLF": robots(http("\ufeffUser-agent: *\r\nDisallow: /news/\r\n".encode()), DISALLOWED),
    "robots CR": robots(http(b"User-agent: *\rDisallow: /news/\r"), DISALLOWED),
    "robots rule at 500 KiB": robots(http(LATE_RULE), DISALLOWED),
    "robots groups merged": robots(http(SPLIT_GROUPS), DISALLOWED),
    "robots our group": robots(http(b"User-agent: *\nDisallow: /\n\nUser-agent: KABARCHY\nAllow: /\n"), FETCHED),
    "robots longest match": robots(http(b"User-agent: *\nDisallow: /news/\nAllow: /news/1\n"), FETCHED),
    "robots bad lines": robots(http(BAD_LINES), DISALLOWED),
    "robots challenge": robots(http(CHALLENGE, 403, cf_mitigated="challenge"), "failed blocked"),
    "drip body": page(drip(b"HTTP/1.1 200 X\r\n\r\n<html>"), "failed timeout", 2),
    "drip headers": page(drip(b"HTTP/1.1 200 X\r\nX-A: "), "failed timeout", 2),
    "silence": page(silent, "failed timeout", 2),
    "endless body": page(endless(b"HTTP/1.1 200 X\r\n\r\n", b"x" * 65536), "failed too_big"),
    "endless headers": page(endless(b"HTTP/1.1 200 X\r\n", b"X-A: " + b"x" * 900 + b"\r\n"), "failed connection", 2),
    "endless 1xx": page(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), "failed connection", 2),
    "huge header line": page(endless(b"HTTP/1.1 200 X\r\nX-A: ", b"x" * 65536), "failed connection", 2),
    "100 GB claimed": page(http(b"x", Content_Length=str(10**11)), "failed too_big"),
    "length too long": page(http(b"<html>", Content_Length="5000"), "failed connection", 2),
    "reset": page(reset, "failed connection", 2),
    "broken chunk": page(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<html>", "failed connection", 2),
    "cut gzip": page(http(gzip.compress(b"<p>x</p>" * 9000)[:-20], Content_Encoding="gzip"), "failed bad_content"),
    "no gzip": page(http(b"<html></html>", Content_Encoding="gzip"), "failed bad_content"),
    "brotli unasked": page(http(b"\x8b\x02\x80", Content_Encoding="br"), "failed bad_content"),
    "bomb": page(http(BOMB, Content_Encoding="gzip"), "failed too_big"),
    "doubled bomb": page(http(gzip.compress(BOMB), Content_Encoding="gzip, gzip"), "failed too_big"),
    "members bomb": page(http(gzip.compress(b"") * 200_000, Content_Encoding="gzip"), "failed too_big"),
    "two members": page(http(gzip.compress(b"<p>one") + gzip.compress(b"two"), Content_Encoding="gzip"), FETCHED),
    "redirect to a file": page(redirect("file:///etc/passwd"), "failed redirect"),
    "redirect inward": page(redirect("http://10.0.0.1/"), "failed redirect"),
    "redirect to metadata": page(redirect("http://169.254.169.254/latest/"), "failed redirect"),
    "redirect outside": page(redirect("http://outside.example/news/1"), "failed redirect"),
    "redirect loop": page(redirect("/news/1"), "failed redirect", 6),
    "refresh inward": page(http(REFRESH, Refresh="0;url=/x"), FETCHED),
    "challenge 403": page(http(CHALLENGE, 403, Server="cloudflare"), "failed blocked"),
    "challenge 503": page(http(CHALLENGE, 503), "failed blocked", 2),
    "challenge 200": page(http(DDOS_GUARD), "failed blocked"),
    "403": page(http(b"<html>no</html>", 403), "failed forbidden"),
    "451": page(http(b"", 451), "failed forbidden"),
    "429 for two hours": page(http(b"", 429, Retry_After="7200"), "failed rate_limited"),
    "503 until 2099": page(http(b"", 503, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"), "failed server_error"),
    "503 garbage": page(http(b"", 503, Retry_After="soon"), "failed server_error", 2),
    "cookies": page(http(b"<html><p>x</p></html>", Set_Cookie="id=1; Path=/"), FETCHED),
    "attributes": page(http(b"<html><p " + b"a=1 " * 300_000 + b">x</p></html>"), FETCHED),
    "10,000 headers": page(http(b"<p>x", **{f"X-{n}": "x" * 20 for n in range(10_000)}), "failed connection", 2),
}  # fmt: skip
ENTRIES = {
    "feed of laughs": ("feed", http(LAUGHS)),
    "feed is a page": ("feed", http(b"<html><body>sign in</body></html>")),
    "sitemap with a file": ("sitemap", http(XXE)),
    "sitemap bomb": ("sitemap", http(gzip.compress(bytes(60 * 2**20)))),
    "sitemap cut": ("sitemap", http(b"<urlset><url><loc>http://x/</lo")),
    "listing of attributes": ("listing", http(b"<html><p " + b"a=1 " * 300_000 + b">x</p></html>")),
    "channel without messages' frame": ("telegram", http(b"<html></html>")),
}  # fmt: skip
GOOD = [f"good neighbour {n}" for n in range(5)]
HUB, INSIDE = "hub", "inside"
NAMES = [HUB, INSIDE, *PAGES, *ENTRIES, *GOOD]
CANARY = "kabarchy-canary-7f3a"

pytestmark = pytest.mark.xdist_group("internet")


@dataclass(frozen=True)
class Crawled:
    """The one crawl, and what is left of it."""

    internet: Internet
    home: Path
    done: Done
    peak_mb: float
    listening: list[str]
    took_s: float
    crawl: ArchivedCrawl

    def end(self, url: str) -> str:
        """How a URL ended."""
        (found,) = [it for it in self.crawl.outcomes if it.url == url]
        return f"{found.outcome} {found.reason or ''}".strip()


def write_source(home: Path, internet: Internet) -> None:
    entries = [("feed", f"{internet.base(HUB)}/feed.xml")]
    entries += [(kind, f"{internet.base(name)}/entry") for name, (kind, _) in ENTRIES.items()]
    lines = "\n".join(f'[[entries]]\nkind = "{kind}"\nurl = "{url}"\n' for kind, url in entries)
    hosts = [f"{address}:{internet.port}" for name, address in internet.addresses.items() if name != INSIDE]
    text = f"""name = "Site"
homepage = "{internet.base(HUB)}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = 0.02
[status]
state = "enabled"
since = 2026-11-20
reason = "test"
{lines}
[articles]
hosts = {hosts}
"""
    tomllib.loads(text)
    (home / "sources").mkdir()
    (home / "sources" / "site.toml").write_text(text, encoding="utf-8")


def feed(internet: Internet) -> bytes:
    links = [f"{internet.base(name)}/news/1" for name in PAGES]
    links += [f"{internet.base(name)}/news/{n}" for name in GOOD for n in range(3)]
    links += [f"{internet.base(HUB)}/news/{'x' * n}" for n in (2_100, 2**20)]
    links += ["file:///etc/passwd", "ftp://x/y", "gopher://x", f"{internet.base(INSIDE)}/news/1", "http://10.0.0.1/"]
    items = "".join(f"<item><title>t</title><link>{link}</link></item>" for link in links)
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def watch(pid: int) -> tuple[float, list[str]]:
    """Peak resident memory in MiB and listening sockets of a process until it ends."""
    peak_kb, listening = 0, set[str]()
    while True:
        try:
            status = Path(f"/proc/{pid}/status").read_text()
            links = [str(fd.readlink()) for fd in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            return peak_kb / 1024, sorted(listening)
        if "VmHWM" not in status:
            return peak_kb / 1024, sorted(listening)
        peak_kb = max(peak_kb, int(status.partition("VmHWM:")[2].split()[0]))
        rows = [
            line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
        ]
        inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
        listening |= {row[1] for row in rows if row[3] == "0A" and row[9] in inodes}
        time.sleep(0.2)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    home = tmp_path_factory.mktemp("internet")
    with running(NAMES, unheard=frozenset({"robots refused"})) as internet, pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_SECRET_ACCESS_KEY", "KABARCHY_SECRET", "TELEGRAM_TOKEN"):
            patch.setenv(name, CANARY)
        good = {f"/news/{n}": PAGE for n in range(3)}
        internet.routes |= {
            HUB: {"/feed.xml": http(feed(internet))},
            INSIDE: {},
            **{name: fault.routes for name, fault in PAGES.items()},
            **{name: {"/entry": answer} for name, (_, answer) in ENTRIES.items()},
            **dict.fromkeys(GOOD, good),
        }
        write_source(home, internet)
        started = time.monotonic()
        child = start_crawl(home, "--timeout-s", "1", "--max-rss-mb", "512")
        peak_mb, listening = watch(child.pid)
        done = end_of(child)
        yield Crawled(internet, home, done, peak_mb, listening, time.monotonic() - started, last_crawl(home))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_a_faulty_host_ends_as_it_must(crawled: Crawled, name: str) -> None:
    fault = PAGES[name]

    assert crawled.end(f"{crawled.internet.base(name)}/news/1") == fault.end
    assert crawled.internet.paths(name).count("/news/1") == fault.n_asked


@pytest.mark.parametrize("name", ENTRIES)
def test_a_faulty_entry_fails_for_its_content(crawled: Crawled, name: str) -> None:
    assert crawled.end(f"{crawled.internet.base(name)}/entry") == "failed bad_content"


@pytest.mark.parametrize("name", GOOD)
def test_good_neighbours_are_fetched_whole(crawled: Crawled, name: str) -> None:
    assert [crawled.end(f"{crawled.internet.base(name)}/news/{n}") for n in range(3)] == ["fetched"] * 3
    assert crawled.internet.paths(name) == ["/news/0", "/news/1", "/news/2"]


def test_the_books_balance(crawled: Crawled) -> None:
    summary = crawled.done.summary
    urls = [it.url for it in crawled.crawl.outcomes]

    assert summary["finish_reason"] == "finished"
    assert summary["n_discovered"] == len(urls) == len(set(urls)) == 1 + len(ENTRIES) + len(PAGES) + 3 * len(GOOD) + 7
    assert summary["n_fetched"] + summary["n_skipped"] + summary["n_failed"] == len(urls)
    assert summary["n_fetched"] == len(list(crawled.crawl.captures()))


def test_at_least_thirty_hosts_were_met_and_none_saw_two_requests_at_once(crawled: Crawled) -> None:
    internet = crawled.internet

    assert len(internet.addresses) >= 30
    assert max(internet.n_at_once.values()) == 1


def test_nothing_inside_was_asked_and_no_other_scheme_followed(crawled: Crawled) -> None:
    ends = {it.url: it.reason for it in crawled.crawl.outcomes}

    assert crawled.internet.seen[INSIDE] == []
    assert [reason for url, reason in ends.items() if not url.startswith("http")] == ["bad_url"] * 3
    assert [reason for url, reason in ends.items() if "xxx" in url] == ["bad_url"] * 2
    assert not any("xxx" in path for path in crawled.internet.paths(HUB))
    assert b"root:" not in b"".join(it.capture.body for it in crawled.crawl.captures())


def test_every_request_names_us_and_none_carries_a_cookie(crawled: Crawled) -> None:
    heads = [head.lower() for seen in crawled.internet.seen.values() for _, _, head in seen]

    assert all("user-agent: kabarchy/" in head for head in heads)
    assert not any("cookie:" in head or "referer:" in head for head in heads)


def test_memory_time_and_sockets_stay_within_their_bounds(crawled: Crawled) -> None:
    assert crawled.peak_mb < 300
    assert crawled.took_s < 90
    assert crawled.listening == []


def test_no_secret_of_the_environment_reaches_log_or_archive(crawled: Crawled) -> None:
    archived = gzip.decompress(crawled.crawl.path.read_bytes())

    assert CANARY not in crawled.done.log
    assert CANARY.encode() not in archived


def test_all_members_of_a_gzip_stream_are_one_page(crawled: Crawled) -> None:
    url = f"{crawled.internet.base('two members')}/news/1"

    assert [it.capture.body for it in crawled.crawl.captures() if it.capture.request_url == url] == [b"<p>onetwo"]
