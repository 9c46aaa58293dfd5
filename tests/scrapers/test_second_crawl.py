"""What a crawl with nothing new costs, for every kind of entry: counted in the server's own log and the staged rows.

Nothing here carries a validator but the second feed: that an answer is the old one is seen in what it says. Each answer
has something that differs all the same, as those of real sites do: the time of its making, a token, a counter.
"""

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest

from scrapers.archive import list_crawls
from scrapers.data_root import DataRoot
from scrapers.extraction.stage import ExtractJob, extract_crawls
from scrapers.registry_folder import load_registry
from scrapers.staging import Batch
from tests.scrapers.crawling import crawl, ends
from tests.scrapers.site import Reply, feed, served, write_source

ENTRIES = """[[entries]]
kind = "feed"
url = "{base}/feed.xml"
[[entries]]
kind = "feed"
url = "{base}/validated.xml"
[[entries]]
kind = "sitemap"
url = "{base}/index.xml"
[[entries]]
kind = "sitemap"
url = "{base}/{{YYYY}}/{{MM}}/{{DD}}.xml"
[[entries]]
kind = "listing"
url = "{base}/list"
link_selector = "a.n"
next_selector = "a.next"
max_pages = 3
[[entries]]
kind = "listing"
url = "{base}/archive/{{YYYY}}-{{MM}}-{{DD}}"
link_selector = "a.n"
[[entries]]
kind = "wordpress"
url = "{base}/wp-json/wp/v2/posts"
per_page = 2
[[entries]]
kind = "telegram"
url = "{base}/s/desk"
max_pages = 2
"""
WORDPRESS = (
    "/wp-json/wp/v2/posts?_fields=date%2Cdate_gmt%2Clink%2Cmodified_gmt%2Ctitle&order=desc&orderby=date&per_page=2"
)
OLDER = WORDPRESS.replace("&order=desc", "&before=2026-11-20T09%3A00%3A01&order=desc")
HEADS = frozenset(
    {"/feed.xml", "/validated.xml", "/index.xml", "/map.xml.gz", "/2026/11/19.xml", "/2026/11/20.xml", "/list"}
    | {"/archive/2026-11-19", "/archive/2026-11-20", WORDPRESS, "/s/desk"}
)
"""What is read in each crawl: of lists with further pages the first."""
FURTHER = frozenset({"/list?page=2", OLDER, "/s/desk?before=6"})
LOOK_BACK = "/s/desk?before=21"
"""The block of messages of which the newest page shows a part only."""
STORIES = frozenset(f"/news/{n}" for n in range(11))
LOOKS = ("12:00", "12:20", "14:00", "19:00")
"""The first; one before anything is due; one when all is due and nothing is other; one after edits and a deletion."""
ABOUT_THE_HOST = frozenset({"/robots.txt", "/.well-known/tdmrep.json"})

pytestmark = pytest.mark.xdist_group("second crawl")


@dataclass(frozen=True)
class Looks:
    """What was asked at each look, of the site and about the host, and the batch of each."""

    asked: tuple[Counter[str], ...]
    about_host: tuple[Counter[str], ...]
    ends: tuple[dict[str, str], ...]
    batches: tuple[Batch, ...]


def news(*numbers: int) -> list[str]:
    return [f"/news/{n}" for n in numbers]


def urlset(base: str, paths: list[str]) -> bytes:
    urls = "".join(f"<url><loc>{base}{path}</loc></url>" for path in paths)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>".encode()


def listing(paths: list[str], more: str = "") -> Reply:
    links = "".join(f'<a class="n" href="{path}">More</a>' for path in paths)
    return Reply(f"<html><body>{links}{more}</body></html>".encode())


def posts(base: str, *numbers: int) -> Reply:
    said = [{"link": f"{base}/news/{n}", "date": f"2026-11-20T{n:02}:00:00"} for n in numbers]
    return Reply(json.dumps(said).encode(), headers={"Content-Type": "application/json"})


def channel(look: int, numbers: range) -> Reply:
    """Messages with views that grow; at the last look one of them is edited and one is gone."""
    shown = [n for n in numbers if look < 3 or n != 9]
    messages = "".join(
        '<div class="tgme_widget_message_wrap">'
        f'<div class="tgme_widget_message" data-post="desk/{n}" data-view="t{look}">'
        f'<div class="tgme_widget_message_text js-message_text">Message {n} says what the desk has heard'
        f"{' and corrects it' if look == 3 and n == 7 else ''}.</div>"
        f'<span class="tgme_widget_message_views">{n + 100 * look}</span>'
        f'<a class="tgme_widget_message_date" href="/desk/{n}"><time datetime="2026-11-20T08:00:00+00:00"></time></a>'
        "</div></div>"
        for n in shown
    )
    return Reply(
        f'<html><body class="tgme_page">{look} subscribers<section>{messages}</section></body></html>'.encode()
    )


def story(path: str, look: int) -> Reply:
    words = "A long enough sentence about the lake, the road and the people who live between them. " * 5
    edit = "It was corrected later." if path == "/news/0" and look == 3 else ""
    body = f"<article><h1>{path}</h1><p>{path} {words} {edit}</p></article><script>seen({look})</script>"
    return Reply(f"<html><body>{body}<!-- made at {look} --></body></html>".encode())


def replies(base: str, look: int) -> Mapping[str, Reply]:
    """What the site answers at a look."""
    made = f"<!-- made at {look} -->".encode()
    child = f"<sitemap><loc>{base}/map.xml.gz</loc></sitemap>"
    index = f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{child}</sitemapindex>"
    feed_of_look = Reply(feed(base, news(0, 1)).body + made)
    return {
        "/feed.xml": feed_of_look,
        "/validated.xml": feed(base, news(2), ETag='"feed"'),
        "/index.xml": Reply(index.encode() + made),
        "/map.xml.gz": Reply(gzip.compress(urlset(base, news(3)), mtime=look)),
        **{f"/2026/11/{day}.xml": Reply(urlset(base, news(4)) + made) for day in (19, 20)},
        "/list": listing(news(5), f'<a class="next" href="/list?page=2">2</a><p>{look} visitors</p>'),
        "/list?page=2": listing(news(6)),
        **{f"/archive/2026-11-{day}": listing(news(7), f"<p>{look}</p>") for day in (19, 20)},
        WORDPRESS: posts(base, 10, 9),
        OLDER: posts(base, 8),
        "/s/desk": channel(look, range(6, 26)),
        "/s/desk?before=6": channel(look, range(1, 6)),
        LOOK_BACK: channel(look, range(1, 21)),
        **{path: story(path, look) for path in STORIES},
    }


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> Looks:
    home = tmp_path_factory.mktemp("second")
    asked, about_host, ended = [], [], []
    with served({}) as site:
        write_source(home, site.url, entries=ENTRIES.format(base=site.url))
        for look, time in enumerate(LOOKS):
            site.replies.update(replies(site.url, look))
            n_before = len(site.seen)
            crawl(home, run_id=time, as_of=f"2026-11-20T{time}:00+00:00")
            paths = Counter(seen.path for seen in site.seen[n_before:])
            about_host.append(Counter({path: n for path, n in paths.items() if path in ABOUT_THE_HOST}))
            asked.append(paths - about_host[-1])
            ended.append(ends(home))
        sources = load_registry(home / "sources")
    root = DataRoot(home)
    job = ExtractJob(archive=root.archive, staging=root.staging, sources=sources, takedowns=root.takedowns, n_workers=1)
    batches = [batch for batch in extract_crawls(list_crawls(home / "archive"), job) if isinstance(batch, Batch)]
    return Looks(tuple(asked), tuple(about_host), tuple(ended), tuple(batches))


def test_the_first_crawl_asks_for_everything_once(looks: Looks) -> None:
    assert looks.asked[0] == Counter([*HEADS, *FURTHER, *STORIES])


def test_a_second_crawl_with_nothing_new_asks_for_entries_only(looks: Looks) -> None:
    assert looks.asked[1] == Counter(HEADS)


def test_each_crawl_asks_once_what_the_host_allows(looks: Looks) -> None:
    assert [about_host["/robots.txt"] for about_host in looks.about_host] == [1] * len(LOOKS)


def test_a_later_one_asks_for_the_revisits_that_are_due_as_well_and_no_more(looks: Looks) -> None:
    assert looks.asked[2] == Counter([*HEADS, *STORIES, LOOK_BACK])


def test_crawls_with_nothing_new_stage_no_row_but_how_each_url_ended(looks: Looks) -> None:
    rows = [{name: file.n_rows for name, file in batch.info.files.items() if file.n_rows} for batch in looks.batches]

    assert looks.batches[0].info.n_pages == len(STORIES) + 2
    assert [set(of_batch) for of_batch in rows[1:3]] == [{"crawls", "outcomes"}] * 2


def test_an_edited_page_and_the_page_of_a_channel_with_an_edit_and_a_deletion_are_staged(looks: Looks) -> None:
    captures = pq.read_table(looks.batches[3].table_path("captures"))["request_url"].to_pylist()
    texts = pq.read_table(looks.batches[3].table_path("articles"))["text"].to_pylist()

    assert {url.split("/", 3)[-1] for url in captures} == {"news/0", "s/desk"}
    assert ["Message 7" in text for text in texts if "correct" in text] == [True, False]
    assert looks.ends[3]["desk/9"] == "failed gone"


def test_the_books_balance_in_each(looks: Looks) -> None:
    summaries = [pq.read_table(batch.table_path("crawls")).to_pylist()[0] for batch in looks.batches]
    counted = [row["n_fetched"] + row["n_skipped"] + row["n_failed"] for row in summaries]

    assert counted == [row["n_discovered"] for row in summaries] == [len(ended) for ended in looks.ends]
