"""One crawl through a loopback internet in which nearly every host has a fault of its own; each ends as it must."""

import gzip
import time
import tomllib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from scrapers.archive import ArchivedCrawl
from scrapers.retries import BACKOFF_DELAYS
from tests.scrapers.crawling import Done, end_of, last_crawl, start_crawl
from tests.scrapers.internet import Internet, Routes, drip, endless, hang_up, http, redirect, reset, running, silent

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

WILDCARDS = b"User-agent: *\nDisallow: /" + b"*n" * 40 + b"*z\nDisallow: /" + b"n*" * 40 + b"z$\n"
MANY_RULES = b"User-agent: *\n" + b"".join(b"Disallow: /x%d\n" % n for n in range(100_000))
HOPS = {f"/h{n}": redirect(f"/h{n + 1}") for n in range(1, 5)} | {"/h5": PAGE}
MORE_HOPS = HOPS | {"/h5": redirect("/h6"), "/h6": PAGE}
ELSEWHERE = "robots at another host"

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
    "robots 403": robots(http(b"<html>no</html>", 403), FETCHED),
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
    ELSEWHERE: robots(NOTHING, DISALLOWED),
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
    "robots tie": robots(http(b"User-agent: *\nDisallow: /news/1\nAllow: /news/1\n"), FETCHED),
    "robots wildcards": robots(http(WILDCARDS), FETCHED),
    "robots many rules": robots(http(MANY_RULES), FETCHED),
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
    "length too short": page(http(b"<html><p>cut</p> and more", Content_Length="16"), FETCHED),
    "length negative": page(http(b"<html>", Content_Length="-5"), "failed connection", 2),
    "two lengths": page(http(b"<html>x", **{"Content-length": "6"}), "failed connection", 2),
    "closed early": page(b"HTTP/1.1 200 X\r\n\r\n<html><p>half", "failed bad_content"),
    "hung up": page(hang_up, "failed connection", 2),
    "no HTTP": page(b"SSH-2.0-OpenSSH_9.9\r\n", "failed connection", 2),
    "no status": page(b"HTTP/1.1 fine\r\n\r\n<html>", "failed connection", 2),
    "odd header": page(b"HTTP/1.1 200 X\r\nX-A: a\x00\x0b\x85b\r\nContent-Length: 6\r\n\r\n<html>", FETCHED),
    "reset": page(reset, "failed connection", 2),
    "broken chunk": page(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n<html>", "failed connection", 2),
    "cut gzip": page(http(gzip.compress(b"<p>x</p>" * 9000)[:-20], Content_Encoding="gzip"), "failed bad_content"),
    "no gzip": page(http(b"<html></html>", Content_Encoding="gzip"), "failed bad_content"),
    "brotli unasked": page(http(b"\x8b\x02\x80", Content_Encoding="br"), "failed bad_content"),
    "zstd unasked": page(http(b"(\xb5/\xfd", Content_Encoding="zstd"), "failed bad_content"),
    "deflate bomb": page(http(zlib.compress(bytes(32 * 2**20)), Content_Encoding="deflate"), "failed bad_content"),
    "unknown encoding": page(http(b"<html>", Content_Encoding="rot13"), "failed bad_content"),
    "doubled gzip": page(http(gzip.compress(gzip.compress(b"<p>x")), Content_Encoding="gzip, gzip"), FETCHED),
    "bomb": page(http(BOMB, Content_Encoding="gzip"), "failed too_big"),
    "doubled bomb": page(http(gzip.compress(BOMB), Content_Encoding="gzip, gzip"), "failed too_big"),
    "members bomb": page(http(gzip.compress(b"") * 200_000, Content_Encoding="gzip"), "failed too_big"),
    "two members": page(http(gzip.compress(b"<p>one") + gzip.compress(b"two"), Content_Encoding="gzip"), FETCHED),
    "redirect to a file": page(redirect("file:///etc/passwd"), "failed redirect"),
    "redirect inward": page(redirect("http://10.0.0.1/"), "failed redirect"),
    "redirect to metadata": page(redirect("http://169.254.169.254/latest/"), "failed redirect"),
    "redirect 307 inward": page(redirect("http://2130706434/", 307), "failed redirect"),
    "redirect 308 inward": page(redirect("http://0x7f000002/", 308), "failed redirect"),
    "redirect to IPv6": page(redirect("http://[::ffff:127.0.0.2]/"), "failed redirect"),
    "redirect to ftp": page(redirect("ftp://outside.example/"), "failed redirect"),
    "redirect to a script": page(redirect("javascript:alert(1)"), "failed redirect"),
    "redirect without a scheme": page(redirect("//outside.example/news/1"), "failed redirect"),
    "redirect to nowhere": page(http(status=302), "failed http_error"),
    "redirect relative": page(redirect("2"), FETCHED, **{"/news/2": PAGE}),
    "redirect to its fragment": page(redirect("#top"), "failed redirect", 6),
    "five redirects": page(redirect("/h1"), FETCHED, **HOPS),
    "six redirects": page(redirect("/h1"), "failed redirect", **MORE_HOPS),
    "cookie wall": page(redirect("/news/1", Set_Cookie="seen=1"), "failed redirect", 6),
    "redirect outside": page(redirect("http://outside.example/news/1"), "failed redirect"),
    "redirect loop": page(redirect("/news/1"), "failed redirect", 6),
    "refresh inward": page(http(REFRESH, Refresh="0;url=/x"), FETCHED),
    "challenge 403": page(http(CHALLENGE, 403, Server="cloudflare"), "failed blocked"),
    "challenge 503": page(http(CHALLENGE, 503), "failed blocked", 2),
    "challenge 200": page(http(DDOS_GUARD), "failed blocked"),
    "204": page(http(status=204), "failed http_error"),
    "304 unasked": page(http(status=304), "failed http_error"),
    "401": page(http(b"", 401, WWW_Authenticate="Basic"), "failed forbidden"),
    "404": page(NOTHING, "failed not_found"),
    "410": page(http(b"", 410), "failed gone"),
    "403": page(http(b"<html>no</html>", 403), "failed forbidden"),
    "451": page(http(b"", 451), "failed forbidden"),
    "429 for two hours": page(http(b"", 429, Retry_After="7200"), "failed rate_limited"),
    "503 until 2099": page(http(b"", 503, Retry_After="Thu, 01 Jan 2099 00:00:00 GMT"), "failed server_error"),
    "429 in the past": page(http(b"", 429, Retry_After="-5"), "failed rate_limited", 2),
    "503 for ages": page(http(b"", 503, Retry_After=str(10**9)), "failed server_error"),
    "500": page(http(b"<html>sorry</html>", 500), "failed server_error", 2),
    "503 garbage": page(http(b"", 503, Retry_After="soon"), "failed server_error", 2),
    "cookies": page(http(b"<html><p>x</p></html>", Set_Cookie="id=1; Path=/"), FETCHED),
    "referrer policy": page(http(b"<p>x", Referrer_Policy="sys.exit", Refresh="0;url=/x"), FETCHED),
    "PDF": page(http(b"%PDF-1.7 ...", Content_Type="text/html"), FETCHED),
    "HTML as bytes": page(http(b"<html><p>x</p></html>", Content_Type="application/octet-stream"), FETCHED),
    "empty page": page(http(b""), FETCHED),
    "nested": page(http(b"<div>" * 900_000), FETCHED),
    "one long text": page(http(b"<p>" + b"x" * 4_900_000), FETCHED),
    "attributes": page(http(b"<html><p " + b"a=1 " * 300_000 + b">x</p></html>"), FETCHED),
    "10,000 headers": page(http(b"<p>x", **{f"X-{n}": "x" * 20 for n in range(10_000)}), "failed connection", 2),
}  # fmt: skip
ENTRIES = {
    "feed of laughs": ("feed", http(LAUGHS)),
    "feed is a page": ("feed", http(b"<html><body>sign in</body></html>")),
    "sitemap with a file": ("sitemap", http(XXE)),
    "feed of nested tags": ("feed", http(b"<rss version='2.0'><channel>" + b"<a>" * 400_000)),
    "feed is nothing": ("feed", http(b"")),
    "feed bomb": ("feed", http(BOMB)),
    "sitemap nested": ("sitemap", http(b"<urlset>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</urlset>")),
    "sitemap bomb": ("sitemap", http(gzip.compress(bytes(60 * 2**20)))),
    "sitemap cut": ("sitemap", http(b"<urlset><url><loc>http://x/</lo")),
    "listing of attributes": ("listing", http(b"<html><p " + b"a=1 " * 300_000 + b">x</p></html>")),
    "channel without messages' frame": ("telegram", http(b"<html></html>")),
}  # fmt: skip
STRANGE = {
    "file:///etc/hostname": "skipped bad_url",
    "gopher://y": "skipped bad_url",
    "data:text/html,x": "skipped bad_url",
    "http://outside.example/news/1": "skipped other_host",
    "http://169.254.169.254/latest/": "skipped other_host",
    "http://0x7f000002/x": "skipped other_host",
    "http://name:password@127.0.1.1/x": "skipped bad_url",
}
"""Addresses that a sitemap names, and how they must end."""
GOOD = [f"good neighbour {n}" for n in range(5)]
HUB, INSIDE = "hub", "inside"
NAMES = [HUB, INSIDE, *PAGES, *ENTRIES, *GOOD]
DELAY_S = 0.02
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
    entries = [("feed", f"{internet.base(HUB)}/feed.xml"), ("sitemap", f"{internet.base(HUB)}/sitemap.xml")]
    entries += [(kind, f"{internet.base(name)}/entry") for name, (kind, _) in ENTRIES.items()]
    lines = "\n".join(f'[[entries]]\nkind = "{kind}"\nurl = "{url}"\n' for kind, url in entries)
    hosts = [f"{address}:{internet.port}" for name, address in internet.addresses.items() if name != INSIDE]
    text = f"""name = "Site"
homepage = "{internet.base(HUB)}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = {DELAY_S}
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


def sitemap(internet: Internet) -> bytes:
    locs = [*STRANGE, f"{internet.base(HUB)}/news/of-tomorrow"]
    urls = "".join(f"<url><loc>{loc}</loc><lastmod>2099-01-01</lastmod></url>" for loc in locs)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>".encode()


def good_page(internet: Internet) -> bytes:
    """A page that names what must not be asked for in every way but as an entry."""
    inside = internet.base(INSIDE)
    head = f"<link rel=canonical href='{inside}/c'><meta property='og:image' content='{inside}/i.jpg'>"
    body = f"<p>Words.</p><img src='{inside}/i.jpg'><iframe src='{inside}/f'></iframe><a href='{inside}/a'>x</a>"
    return f"<html><head>{head}</head><body>{body}<script src='{inside}/s.js'></script></body></html>".encode()


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
        patch.setenv("http_proxy", f"http://user:{CANARY}@127.0.0.1:9/")
        good = {f"/news/{n}": http(good_page(internet)) for n in range(3)}
        internet.routes |= {
            HUB: {
                "/feed.xml": http(feed(internet)),
                "/sitemap.xml": http(sitemap(internet)),
                "/news/of-tomorrow": PAGE,
                "/rules.txt": http(OUR_DISALLOW),
            },
            INSIDE: {},
            **{name: fault.routes for name, fault in PAGES.items()},
            **{name: {"/entry": answer} for name, (_, answer) in ENTRIES.items()},
            **dict.fromkeys(GOOD, good),
        }
        internet.routes[ELSEWHERE] = {"/robots.txt": redirect(f"{internet.base(HUB)}/rules.txt"), "/news/1": PAGE}
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
    n_named = len(ENTRIES) + len(PAGES) + 3 * len(GOOD) + len(STRANGE)
    assert summary["n_discovered"] == len(urls) == len(set(urls)) == n_named + 10
    assert summary["n_fetched"] + summary["n_skipped"] + summary["n_failed"] == len(urls)
    assert summary["n_fetched"] == len(list(crawled.crawl.captures()))


def test_at_least_thirty_hosts_were_met_and_none_saw_two_requests_at_once(crawled: Crawled) -> None:
    internet = crawled.internet

    assert len(internet.addresses) >= 30
    assert max(internet.n_at_once.values()) == 1


def test_nothing_inside_was_asked_and_no_other_scheme_followed(crawled: Crawled) -> None:
    ends = {it.url: it.reason for it in crawled.crawl.outcomes}

    assert crawled.internet.seen[INSIDE] == []
    assert [reason for url, reason in ends.items() if not url.startswith("http")] == ["bad_url"] * 6
    assert [reason for url, reason in ends.items() if "xxx" in url] == ["bad_url"] * 2
    assert not any("xxx" in path for path in crawled.internet.paths(HUB))
    assert b"root:" not in b"".join(it.capture.body for it in crawled.crawl.captures())


@pytest.mark.parametrize("url", STRANGE)
def test_a_sitemap_leads_nowhere_but_to_the_hosts_of_its_source(crawled: Crawled, url: str) -> None:
    assert crawled.end(url) == STRANGE[url]


def test_a_page_that_claims_to_be_of_the_future_is_asked_for_once(crawled: Crawled) -> None:
    assert crawled.internet.paths(HUB) == ["/feed.xml", "/sitemap.xml", "/rules.txt", "/news/of-tomorrow"]


@pytest.mark.parametrize("name", [name for name, fault in PAGES.items() if fault.n_asked == 2])
def test_nothing_is_asked_for_again_at_once(crawled: Crawled, name: str) -> None:
    first, second = [at for at, path, _ in crawled.internet.seen[name] if path == "/news/1"]

    assert second - first >= BACKOFF_DELAYS * DELAY_S


def test_what_is_stored_of_a_page_is_what_its_length_promised(crawled: Crawled) -> None:
    url = f"{crawled.internet.base('length too short')}/news/1"

    assert [it.capture.body for it in crawled.crawl.captures() if it.capture.request_url == url] == [
        b"<html><p>cut</p>"
    ]


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
