"""What a crawl with nothing new costs: counted in the server's own log and in the staged rows."""

from collections import Counter
from dataclasses import dataclass

import pyarrow.parquet as pq
import pytest

from scrapers.archive import list_crawls
from scrapers.extraction.stage import ExtractJob, extract_crawls
from scrapers.registry_folder import load_registry
from scrapers.staging import Batch
from tests.scrapers.crawling import crawl, ends
from tests.scrapers.site import Reply, feed, page, served, write_source

STORIES = [f"/news/{n}" for n in range(6)]
ENTRIES = """[[entries]]
kind = "feed"
url = "{base}/feed.xml"

[[entries]]
kind = "sitemap"
url = "{base}/{{YYYY}}/{{MM}}/{{DD}}.xml"
"""
LOOKS = ("12:00", "12:20", "14:00")
"""The first, one before anything is due, and one when each page is due for its first other look."""
ABOUT_THE_HOST = frozenset({"/robots.txt", "/.well-known/tdmrep.json"})

pytestmark = pytest.mark.xdist_group("second crawl")


@dataclass(frozen=True)
class Looks:
    """What was asked at each look, and the batch of each."""

    asked: tuple[Counter[str], ...]
    ends: tuple[dict[str, str], ...]
    batches: tuple[Batch, ...]


def urlset(base: str, paths: list[str]) -> Reply:
    urls = "".join(f"<url><loc>{base}{path}</loc></url>" for path in paths)
    body = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>"
    return Reply(body.encode(), headers={"ETag": '"map"'})


@pytest.fixture(scope="module")
def looks(tmp_path_factory: pytest.TempPathFactory) -> Looks:
    home = tmp_path_factory.mktemp("second")
    words = "A long enough sentence about the lake, the road and the people who live between them. " * 5
    pages = {path: Reply(page(f"{path} {words}").body, headers={"ETag": f'"{path}"'}) for path in STORIES}

    def replies(base: str) -> dict[str, Reply]:
        days = {f"/2026/11/{day}.xml": urlset(base, STORIES[3:]) for day in (19, 20)}
        return {"/feed.xml": feed(base, STORIES[:4], ETag='"feed"'), **days, **pages}

    asked, ended = [], []
    with served(replies) as site:
        write_source(home, site.url, entries=ENTRIES.format(base=site.url))
        for look in LOOKS:
            n_before = len(site.seen)
            crawl(home, run_id=look, as_of=f"2026-11-20T{look}:00+00:00")
            asked.append(Counter(seen.path for seen in site.seen[n_before:]))
            ended.append(ends(home))
        sources = load_registry(home / "sources")
    job = ExtractJob(archive=home / "archive", staging=home / "staging", sources=sources, n_workers=1)
    batches = [batch for batch in extract_crawls(list_crawls(home / "archive"), job) if isinstance(batch, Batch)]
    return Looks(tuple(asked), tuple(ended), tuple(batches))


def test_the_first_crawl_asks_for_everything_once(looks: Looks) -> None:
    assert set(looks.asked[0]) - ABOUT_THE_HOST == {"/feed.xml", "/2026/11/19.xml", "/2026/11/20.xml", *STORIES}
    assert set(looks.asked[0].values()) == {1}


def test_a_second_crawl_with_nothing_new_asks_for_robots_and_entries_only(looks: Looks) -> None:
    assert set(looks.asked[1]) - ABOUT_THE_HOST == {"/feed.xml", "/2026/11/19.xml", "/2026/11/20.xml"}
    assert set(looks.asked[1].values()) == {1}


def test_a_later_one_asks_for_the_revisits_that_are_due_as_well_and_no_more(looks: Looks) -> None:
    assert set(looks.asked[2]) - ABOUT_THE_HOST == {"/feed.xml", "/2026/11/19.xml", "/2026/11/20.xml", *STORIES}
    assert set(looks.asked[2].values()) == {1}


def test_a_crawl_with_nothing_new_stages_no_row_but_how_each_url_ended(looks: Looks) -> None:
    rows = [{name: file.n_rows for name, file in batch.info.files.items() if file.n_rows} for batch in looks.batches]

    assert looks.batches[0].info.n_pages == len(STORIES)
    assert [set(of_batch) for of_batch in rows[1:]] == [{"crawls", "outcomes"}] * 2


def test_the_books_balance_in_each(looks: Looks) -> None:
    summaries = [pq.read_table(batch.table_path("crawls")).to_pylist()[0] for batch in looks.batches]
    counted = [row["n_fetched"] + row["n_skipped"] + row["n_failed"] for row in summaries]

    assert counted == [row["n_discovered"] for row in summaries] == [len(ended) for ended in looks.ends]
