"""One trial: a real crawl gets SIGKILL at a random moment, the next one ends its work, and the books are compared.

The data is both what the archive holds and what analysts read once the crawls are extracted and loaded.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scrapers.archive import list_crawls, open_crawl, read_parts
from scrapers.records import Outcome
from tests.pipeline import Pipeline, new_pipeline
from tests.scrapers.crawling import crawl, start_crawl
from tests.scrapers.site import Reply, Site, served, write_source

N_PAGES = 24
PAGES = [f"/news/{n}" for n in range(N_PAGES)]
LISTING = """[[entries]]
kind = "listing"
url = "{base}/list"
link_selector = "a.n"
next_selector = "a.next"
max_pages = 3
"""
START_S = 120.0
"""A machine with much else to do takes its time to start a process."""

WITHIN_S = 0.03
"""After an answer: time in which the next record is being written, or the next request is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a kill and the crawl after it went."""

    killed_after: int
    """Requests answered before the kill."""
    is_same_run: bool
    """Whether the next crawl was of the same run, and so went on; else it closed the file and began anew."""
    n_captured: int
    """Whole pages in the archive when it was killed."""
    lost: set[str]
    """Pages that were captured before the kill and are not in the data after it."""
    twice: set[str]
    """Pages that are in the archive, or among the observations, more than once."""
    missing: set[str]
    """Pages of the site that are not in the data at the end."""
    imbalance: int
    """Outcomes that the summaries do not account for, and URLs with more than one outcome in a crawl."""
    n_asked_again: int
    """Requests for a page beyond the first."""

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost or doubled, and at most the page on its way was asked for again."""
        return not (self.lost or self.twice or self.missing or self.imbalance) and self.n_asked_again <= 1


def run_trial(home: Path, seed: int) -> Trial:
    """Crawl a site of its own into `home`, kill, crawl again, compare."""
    chance = random.Random(seed)  # noqa: S311 - a moment, not a secret
    killed_after, is_same_run = chance.randint(1, N_PAGES + 3), chance.random() < 0.5
    pipeline = new_pipeline(home)
    with served(_replies()) as site:
        write_source(home, site.url, entries=LISTING.format(base=site.url))
        child = start_crawl(home)
        site.wait_for(killed_after, timeout_s=START_S)
        time.sleep(chance.random() * WITHIN_S)
        child.kill()
        child.communicate()
        captured = set(_captured(home))
        crawl(home, run_id="run1" if is_same_run else "run2")
        pipeline.extract()
        pipeline.load()
        return _compare(pipeline, site, captured, killed_after=killed_after, is_same_run=is_same_run)


def _compare(pipeline: Pipeline, site: Site, captured: set[str], *, killed_after: int, is_same_run: bool) -> Trial:
    archive = pipeline.root.archive
    crawls = [open_crawl(path, archive) for path in list_crawls(archive)]
    archived = Counter(_path(it.capture.request_url) for crawled in crawls for it in crawled.captures())
    observations = pipeline.table("select url from observation join article using (article_id)")
    observed = Counter(map(_path, observations["url"].to_pylist()))
    asked = Counter(path for path in site.paths() if path in PAGES)
    summed = [it.summary.n_fetched + it.summary.n_skipped + it.summary.n_failed for it in crawls]
    met = [len({outcome.url for outcome in it.outcomes}) for it in crawls]
    return Trial(
        killed_after=killed_after,
        is_same_run=is_same_run,
        n_captured=len(captured),
        lost=(captured - set(archived)) | (captured.intersection(PAGES) - set(observed)),
        twice={path for path in PAGES if max(archived[path], observed[path]) > 1},
        missing=set(PAGES) - set(observed),
        imbalance=sum(abs(n - len(it.outcomes)) + abs(n - m) for n, m, it in zip(summed, met, crawls, strict=True)),
        n_asked_again=sum(asked.values()) - len(asked),
    )


def _captured(home: Path) -> Iterator[str]:
    """Yield the pages that stand whole in the file that was left behind, named by an outcome or not."""
    for path in (home / "archive").rglob("*.open"):
        parts = read_parts(path, is_torn_allowed=True)
        decided = {outcome.url for outcome in parts.outcomes if outcome.outcome is Outcome.FETCHED}
        yield from map(_path, decided | {stored.capture.request_url for stored in parts.captures})


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[-1]


def _replies() -> dict[str, Reply]:
    half = N_PAGES // 2
    lists = ["".join(f'<a class="n" href="{path}">x</a>' for path in part) for part in (PAGES[:half], PAGES[half:])]
    return {
        "/list": Reply(f"<html>{lists[0]}<a class='next' href='/list?page=2'>more</a></html>".encode()),
        "/list?page=2": Reply(f"<html>{lists[1]}</html>".encode()),
        **{path: _article(path) for path in PAGES},
    }


def _article(path: str) -> Reply:
    """A page that extraction takes, long enough to be cut by a kill."""
    lines = [f"<p>Library number {n} was opened at {path}, as the town was told this morning.</p>" for n in range(200)]
    head = f"<html><head><title>{path}</title></head><body><article><h1>Libraries of {path}</h1>"
    return Reply(f"{head}{''.join(lines)}</article></body></html>".encode())
