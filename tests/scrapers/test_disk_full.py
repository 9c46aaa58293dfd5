"""A disk that fills up during a crawl costs the page that did not fit, and nothing that stood there before."""

import random
from collections import Counter
from pathlib import Path

from scrapers.archive import list_crawls
from tests.scrapers.crawling import crawl, last_crawl
from tests.scrapers.site import Reply, feed, served, write_source
from tests.small_disk import small_disk

PAGES = [f"/news/{n}" for n in range(8)]


def test_a_crawl_on_a_full_disk_says_so_and_is_gone_on_with_when_there_is_room(tmp_path: Path) -> None:
    noise = random.Random(1)  # noqa: S311 - what does not compress, no secret
    pages = {path: Reply(b"<html>" + noise.randbytes(400_000).hex().encode() + b"</html>") for path in PAGES}
    with (
        small_disk(tmp_path / "disk", "2m") as disk,
        served(lambda base: {**pages, "/feed.xml": feed(base, PAGES)}) as site,
    ):
        write_source(disk.path, site.url)
        failed = crawl(disk.path)
        visible = list_crawls(disk.path / "archive")
        disk.grow("40m")
        done = crawl(disk.path)
        captured = [it.capture.request_url.removeprefix(site.url) for it in last_crawl(disk.path).captures()]
    asked = Counter(path for path in site.paths() if path in PAGES)

    assert failed.code == 1
    assert "No space left on device" in failed.log
    assert visible == []
    assert (done.code, done.summary["n_fetched"], done.summary["n_discovered"]) == (0, 9, 9)
    assert captured == ["/feed.xml", *PAGES]
    assert asked.total() <= len(PAGES) + 2  # what did not fit, and what was on its way
