"""Where entries lead: small documents of each kind, sloppy and hostile ones too."""

import contextlib
import gzip
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.outcomes import DiscoveredUrl, Discovery, StoredDiscovery, to_json
from scrapers.records import Hints
from scrapers.registry import Entry, FeedEntry, ListingEntry, SitemapEntry, TelegramEntry, WordPressEntry
from scrapers.spiders.discovery import discover
from scrapers.spiders.links import BadContentError

URL = "https://site.test/in"
FEED = FeedEntry(kind="feed", url=URL)
MAP = SitemapEntry(kind="sitemap", url=URL)
LIST = ListingEntry(kind="listing", url=URL, link_selector="article h2 a", next_selector="a[rel=next]", max_pages=3)
CHANNEL = TelegramEntry(kind="telegram", url="https://t.me/s/Desk_kg")
BLOG = WordPressEntry(kind="wordpress", url=URL, per_page=2)
SITEMAP_NS = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'"

RSS = """<?xml version="1.0" encoding="windows-1251"?>
<rss version="2.0"><channel><title>Вечерняя</title>
<item><title>"Тополь" &amp; &lt;script&gt;
 и снег</title><link>/news/1?utm_source=rss</link><pubDate>Пт, 20 ноя 2026 12:00</pubDate></item>
<item><title/><guid isPermaLink="true">https://site.test/news/2</guid></item>
<item><title>x</title><link>mailto:desk@site.test</link></item>
<item><title>again</title><link>https://site.test/news/1</link></item>
</channel></rss>""".encode("windows-1251")

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>
<entry><title type="html">A &amp;amp; B</title><link rel="alternate" href="https://site.test/a"/>
<published>2026-11-20T08:00:00+06:00</published><updated>2026-11-20T09:00:00+06:00</updated></entry></feed>"""

RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>t</title></channel>
<item rdf:about="y"><title>T</title><link>https://site.test/r</link><dc:date>2026-11-20</dc:date></item></rdf:RDF>"""

NEWS = f"""<urlset {SITEMAP_NS} xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://site.test/old</loc><news:news><news:publication_date>2026-11-18</news:publication_date>
<news:title>Old</news:title></news:news></url>
<url><image:image><image:loc>https://site.test/p.jpg</image:loc><image:title>Photo</image:title></image:image>
<loc>https://site.test/new</loc><lastmod>2026-11-20T10:00:00Z</lastmod></url></urlset>""".encode()


def link(url: str, **hints: str) -> DiscoveredUrl:
    return DiscoveredUrl(url=url, hints=Hints(**hints))


def test_an_rss_feed_gives_normalised_links_with_its_own_words() -> None:
    found = discover(RSS, URL, FEED)

    assert found.links == (
        link("https://site.test/news/1", title='"Тополь" & <script> и снег', published="Пт, 20 ноя 2026 12:00"),
        link("https://site.test/news/2"),
    )
    assert found.bad_links == ("mailto:desk@site.test",)


def test_an_atom_entry_gives_both_its_times() -> None:
    published, updated = "2026-11-20T08:00:00+06:00", "2026-11-20T09:00:00+06:00"

    (found,) = discover(ATOM, URL, FEED).links

    assert found == link("https://site.test/a", title="A &amp; B", published=published, modified=updated)


def test_an_rdf_feed_is_read() -> None:
    (found,) = discover(RDF, URL, FEED).links

    assert (found.url, found.hints.title) == ("https://site.test/r", "T")


def test_a_feed_with_a_stray_ampersand_is_still_read() -> None:
    sloppy = b"<rss version='2.0'><channel><item><title>A & B</title><link>https://site.test/s</link></item></channel>"

    assert [it.url for it in discover(sloppy, URL, FEED).links] == ["https://site.test/s"]


def test_an_empty_feed_leads_nowhere_and_is_no_failure() -> None:
    assert discover(b"<rss version='2.0'><channel><title>t</title></channel></rss>", URL, FEED).links == ()


def test_a_body_that_names_a_file_is_not_opened() -> None:
    with pytest.raises(BadContentError):
        discover(b"/etc/hostname", URL, FEED)


def test_a_news_sitemap_gives_titles_and_times_newest_first() -> None:
    assert discover(NEWS, URL, MAP).links == (
        link("https://site.test/new", modified="2026-11-20T10:00:00Z"),
        link("https://site.test/old", published="2026-11-18", title="Old"),
    )


def test_a_gzipped_sitemap_is_read_and_a_cut_one_is_not() -> None:
    zipped = gzip.compress(NEWS)

    assert len(discover(zipped, URL, MAP).links) == 2
    with pytest.raises(BadContentError, match="gzip"):
        discover(zipped[:-20], URL, MAP)


TEXT_MAP = "\ufeffhttps://site.test/новости/1\r\n\r\n  https://site.test/2 \r\nftp://site.test/3\r\n".encode()


@pytest.mark.parametrize("body", [TEXT_MAP, gzip.compress(TEXT_MAP)], ids=["plain", "gzipped"])
def test_a_sitemap_of_text_has_an_address_a_line(body: bytes) -> None:
    found = discover(body, URL, MAP)

    assert [it.url for it in found.links] == [
        "https://site.test/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1",
        "https://site.test/2",
    ]
    assert found.bad_links == ("ftp://site.test/3",)


def test_a_sitemap_of_text_is_read_up_to_the_limit_of_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.spiders.sitemap.SITEMAP_MAX_URLS", 500)
    lines = "".join(f"https://site.test/{n}\n" for n in range(600))

    assert len(discover(lines.encode(), URL, MAP).links) == 500


@pytest.mark.parametrize("body", [b"Not Found", b"", b"see https://site.test/1", b"\n\n"])
def test_text_that_does_not_begin_with_an_address_is_no_sitemap(body: bytes) -> None:
    with pytest.raises(BadContentError, match="no well-formed XML"):
        discover(body, URL, MAP)


def test_an_overlong_address_is_refused_whole_and_each_one_counts() -> None:
    start = "https://site.test/" + "x" * 2100
    body = f"<urlset {SITEMAP_NS}><url><loc>{start}/1</loc></url><url><loc>{start}/2</loc></url></urlset>".encode()

    found = discover(body, URL, MAP)

    assert found.links == ()
    assert len(found.bad_links) == 2
    assert all(len(it) < 1100 for it in found.bad_links)


def test_an_index_gives_its_children_as_further_pages() -> None:
    body = f"<sitemapindex {SITEMAP_NS}><sitemap><loc>/2.xml</loc></sitemap></sitemapindex>".encode()

    found = discover(body, URL, MAP)

    assert found.next_pages == (link("https://site.test/2.xml"),)
    assert found.links == ()


def test_a_listing_gives_the_chosen_links_and_the_next_page() -> None:
    body = b"""<html><head><base href="/ru/"></head><body><a href="/other">x</a>
    <article><h2><a href="1.html">One</a></h2></article><article><h2><a href="2.html#c">Two</a></h2></article>
    <article><h2><a href="javascript:open()">x</a></h2></article><a rel="next" href="?page=2">more</a></body></html>"""

    found = discover(body, URL, LIST)

    assert [it.url for it in found.links] == ["https://site.test/ru/1.html", "https://site.test/ru/2.html"]
    assert [it.url for it in found.next_pages] == ["https://site.test/ru/?page=2"]
    assert found.bad_links == ("javascript:open()",)


def test_a_listing_whose_layout_has_changed_is_not_a_day_without_news() -> None:
    with pytest.raises(BadContentError, match="finds no link"):
        discover(b"<html><body><p><a href='/1'>new layout</a></p></body></html>", URL, LIST)


def test_a_next_page_that_is_the_same_page_is_not_followed() -> None:
    body = b"<article><h2><a href='/1'>x</a></h2></article><a rel='next' href='/in'>more</a>"

    assert discover(body, URL, LIST).next_pages == ()


def test_a_channel_page_gives_its_messages_and_the_page_before() -> None:
    body = b"""<div class="tgme_x" data-post="desk_kg/41"></div><div class="tgme_x" data-post="Desk_kg/43"></div>
    <a href="https://t.me/other/9" data-post="other/9"></a>"""

    found = discover(body, "https://t.me/s/Desk_kg?before=50", CHANNEL)

    assert found.posts == ("desk_kg/41", "desk_kg/43")
    assert [it.url for it in found.next_pages] == ["https://t.me/s/Desk_kg?before=41"]


@pytest.mark.parametrize("body", [b"<html class='tgme_page'></html>", b'<i class="tgme_" data-post="desk_kg/1"></i>'])
def test_a_channel_ends_with_an_empty_page_or_its_first_message(body: bytes) -> None:
    assert discover(body, CHANNEL.url + "?before=2", CHANNEL).next_pages == ()


def test_a_channel_that_shows_nothing_is_unknown_and_not_empty() -> None:
    with pytest.raises(BadContentError, match="unknown, not empty"):
        discover(b"<html class='tgme_page'></html>", CHANNEL.url, CHANNEL)


@pytest.mark.parametrize("version", ["0.91", "0.92", "2.0"])
def test_every_rss_of_the_last_century_is_read(version: str) -> None:
    items = "<channel><title>t</title><item><title>T</title><link>/o</link></item></channel>"

    assert discover(f"<rss version='{version}'>{items}</rss>".encode(), URL, FEED).links == (
        link("https://site.test/o", title="T"),
    )


RSS_090 = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>t</title></channel><item><title>T</title><link>https://site.test/o</link></item></rdf:RDF>"""


def test_the_first_rss_is_read() -> None:
    assert discover(RSS_090, URL, FEED).links == (link("https://site.test/o", title="T"),)


@pytest.mark.parametrize("entry", [FEED, MAP, BLOG], ids=["feed", "sitemap", "wordpress"])
def test_a_web_page_in_place_of_data_is_a_failure_that_says_so(
    entry: FeedEntry | SitemapEntry | WordPressEntry,
) -> None:
    with pytest.raises(BadContentError, match="HTML instead of"):
        discover(b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>Welcome</body></html>", URL, entry)


def test_a_sitemap_with_a_bare_ampersand_is_read_but_a_cut_one_is_not() -> None:
    sloppy = f"<urlset {SITEMAP_NS}><url><loc>https://site.test/a?x=1&y=2</loc></url><url><loc>/b</loc></url></urlset>"

    assert len(discover(sloppy.encode(), URL, MAP).links) == 2
    with pytest.raises(BadContentError, match="no well-formed XML"):
        discover(sloppy[:-9].encode(), URL, MAP)


def test_two_addresses_written_as_one_lead_to_no_other_host() -> None:
    glued = "https://site.testhttps://other.test/"
    body = f"<sitemapindex {SITEMAP_NS}><sitemap><loc>{glued}</loc></sitemap></sitemapindex>".encode()

    found = discover(body, URL, MAP)

    assert (found.next_pages, found.bad_links) == ((), (glued,))


def test_a_numbered_listing_goes_on_by_its_template() -> None:
    numbered = ListingEntry(kind="listing", url=URL, link_selector="a", next_template="https://site.test/page/{n}/?s=a")
    body = b"<a href='/1'>x</a>"

    assert [it.url for it in discover(body, URL, numbered).next_pages] == ["https://site.test/page/2/?s=a"]
    following = discover(body, "https://site.test/page/2/?s=a", numbered).next_pages
    assert [it.url for it in following] == ["https://site.test/page/3/?s=a"]


POSTS = b"""[{"link":"https://site.test/1/","date":"2026-11-20T14:00:05","date_gmt":"2026-11-20T08:00:05",
"modified_gmt":"2026-11-20T09:00:00","title":{"rendered":"A &#8212; B"},"id":7},
{"link":"https://site.test/2/","date":"2026-11-20T13:00:00","title":{"rendered":"C"}}]"""


def test_a_wordpress_list_gives_links_with_both_times_and_the_older_posts() -> None:
    found = discover(POSTS, "https://site.test/in?before=2026-11-21T00%3A00%3A00", BLOG)

    assert found.links == (
        link(
            "https://site.test/1/",
            title="A \u2014 B",
            published="2026-11-20T08:00:05+00:00",
            modified="2026-11-20T09:00:00+00:00",
        ),
        link("https://site.test/2/", title="C"),
    )
    assert [it.url for it in found.next_pages] == ["https://site.test/in?before=2026-11-20T13%3A00%3A01"]


@pytest.mark.parametrize(
    ("dates", "before"),
    [
        (("2026-11-20T13:00:00Z", "2026-11-20T14:00:00"), "2026-11-20T13%3A00%3A01"),
        (("0001-01-01T00:00:00", "2026-11-20T14:00:00"), "0001-01-01T00%3A00%3A01"),
        (("9999-12-31T23:59:59", "9999-12-31T23:59:59"), "9999-01-01T00%3A00%3A01"),
    ],
)
def test_posts_of_odd_dates_cost_nothing_else(dates: tuple[str, str], before: str) -> None:
    posts = json.dumps([{"link": f"/{n}", "date": date} for n, date in enumerate(dates)]).encode()

    found = discover(posts, URL, BLOG)

    assert len(found.links) == 2
    assert [it.url for it in found.next_pages] == [f"https://site.test/in?before={before}"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"<rss version='2.0'><item><title>&#xD800;",
        b"<?xml version='1.0' encoding='x\x00'?><rss version='2.0'/>",
    ],
)
def test_over_what_a_parser_stumbles_is_a_failure_of_the_entry(body: bytes) -> None:
    with pytest.raises(BadContentError, match="no feed"):
        discover(body, URL, FEED)


def test_a_wordpress_list_that_is_not_full_is_the_last() -> None:
    assert discover(POSTS, URL, BLOG.model_copy(update={"per_page": 3})).next_pages == ()
    assert discover(b"[]", URL, BLOG).links == ()


def test_a_wordpress_error_is_a_failure() -> None:
    with pytest.raises(BadContentError, match="no list of posts"):
        discover(b'{"code":"rest_no_route","message":"No route"}', URL, BLOG)
    with pytest.raises(BadContentError, match="no list of posts"):
        discover(b"[" * 2_000_000, URL, BLOG)


BOMB = b"<article " + b" ".join(b"a%d=1" % n for n in range(160_000)) + b"><h2><a href='/1'>x</a></h2></article>"
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
XXE = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>"""


@pytest.mark.parametrize(
    ("body", "entry"),
    [
        (BOMB, LIST),
        (b"", LIST),
        (b"%PDF-1.7 x", LIST),
        (LAUGHS + f"<urlset {SITEMAP_NS}><url><loc>&b;</loc></url></urlset>".encode(), MAP),
        (XXE + f"<urlset {SITEMAP_NS}><url><loc>&f;</loc></url></urlset>".encode(), MAP),
        (LAUGHS + b"<rss version='2.0'><channel><item><link>&b;</link></item></channel></rss>", FEED),
        (b"<html><body>Please enable JavaScript</body></html>", FEED),
        (b"<html><body>Please enable JavaScript</body></html>", MAP),
        (b"<html><body>Please enable JavaScript</body></html>", CHANNEL),
        (f"<urlset {SITEMAP_NS}><url><loc>https://site.test/1</loc>".encode(), MAP),
        (gzip.compress(b"x" * (50 * 2**20 + 1)), MAP),
        (b"\x00" * 1000, FEED),
        (b"<rss version='2.0'><channel>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</channel></rss>", FEED),
        (b"<rss version='2.0'><channel><![CDATA[" + b"<a>x</a>" * 200_000, FEED),
        (b"<urlset>" + b"<a>" * 200_000 + b"</a>" * 200_000 + b"</urlset>", MAP),
        (b"<html>" + b"<a href='/1'>x</a>" * 200_000, LIST),
        (b"<html>" + b"<div>" * 1_000_000, LIST),
        (b"<rss version='2.0'><channel><item " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>", FEED),
        (b"<rss version='2.0'><channel><item " + b" ".join(b"a%d" % n for n in range(100_000)) + b">&", FEED),
    ],
    ids=range(19),
)
def test_what_is_hostile_or_something_else_is_refused_at_once(body: bytes, entry: FeedEntry) -> None:
    started = time.monotonic()

    with pytest.raises(BadContentError):
        discover(body, URL, entry)

    assert time.monotonic() - started < 2


@pytest.mark.parametrize("joint", [b"", b"]]]]><![CDATA[>"], ids=["one section", "an end of a section is quoted"])
def test_tags_within_the_quoted_text_of_a_feed_are_no_attack(joint: bytes) -> None:
    quoted = b"<![CDATA[" + b"<p>a</p>" * 100_000 + joint + b"]]>"
    item = b"<item><title>T</title><link>/1</link><description>" + quoted + b"</description></item>"

    assert len(discover(b"<rss version='2.0'><channel>" + item + b"</channel></rss>", URL, FEED).links) == 1


def test_a_feed_of_ten_thousand_items_is_read_up_to_its_limit_in_no_time() -> None:
    items = b"".join(b"<item><title>t</title><link>/%d</link></item>" % n for n in range(10_000))
    started_s = time.process_time()

    assert len(discover(b"<rss version='2.0'><channel>" + items + b"</channel></rss>", URL, FEED).links) == 5_000
    assert time.process_time() - started_s < 3


@pytest.mark.parametrize("loc", ["file:///etc/passwd", "ftp://a.example/x", "javascript:alert(1)", "data:text/html,x"])
def test_a_sitemap_leads_to_web_addresses_only(loc: str) -> None:
    found = discover(f"<urlset {SITEMAP_NS}><url><loc>{loc}</loc></url></urlset>".encode(), URL, MAP)

    assert (found.links, found.bad_links) == ((), (loc,))


@pytest.mark.parametrize("entry", [FEED, MAP], ids=["feed", "sitemap"])
def test_a_document_type_of_elsewhere_is_not_fetched(entry: FeedEntry | SitemapEntry) -> None:
    away = b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'
    body = {"feed": b"<rss version='2.0'><channel><item><link>/1</link></item></channel></rss>"}
    body["sitemap"] = f"<urlset {SITEMAP_NS}><url><loc>/1</loc></url></urlset>".encode()

    assert [it.url for it in discover(away + body[entry.kind], URL, entry).links] == ["https://site.test/1"]


def test_a_sitemap_is_read_up_to_the_limit_of_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scrapers.spiders.sitemap.SITEMAP_MAX_URLS", 500)  # 50,000 would take seconds here
    urls = "".join(f"<url><loc>https://site.test/{n}</loc></url>" for n in range(600))

    assert len(discover(f"<urlset {SITEMAP_NS}>{urls}</urlset>".encode(), URL, MAP).links) == 500


PIECES = [
    *(b"<rss version='2.0'><channel>", b"<item>", b"<link>", b"</link>", b"</item>", b"<title>", b"<![CDATA[", b"]]>"),
    *(b"<?xml version='1.0' encoding='", b"'?>", b"utf-16", b"&#xD800;", b"&#99999999;", b"&x;", b"\x00", b"\xff\xfe"),
    *(b"<urlset>", b"<url><loc>", b"</loc></url>", b"</urlset>", b"<sitemapindex>", b"http://[", b"http://a.kg:x/"),
    *(b'[{"link":"', b'/1","date":"', b"9999-12-31T23:59:59", b"2026-11-20T12:00:00Z"),
    *(b"0001-01-01T00:00:00", b'"}', b"]", b',{"link":"', b"tgme_", b'data-post="desk_kg/', b"0", b'"', b"<html>"),
    *(b"<article><h2>", b"<a href='", b"'>", b"<base href='"),
]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=25),
    st.sampled_from([FEED, MAP, LIST, CHANNEL, BLOG]),
)
def test_any_bytes_lead_somewhere_that_can_be_archived_or_are_refused(pieces: list[bytes], entry: Entry) -> None:
    found = Discovery()
    with contextlib.suppress(BadContentError):
        found = discover(b"".join(pieces), URL, entry)

    assert json.dumps(to_json(StoredDiscovery(page_url=URL, discovery=found)), ensure_ascii=False).encode()
