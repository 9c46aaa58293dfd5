"""What a second extraction worker gives: a crawl of saved real pages, staged by one and by two workers in turn.

    .venv/bin/python -m benchmarks.extraction_workers [--pages 400] [--rounds 5]

The whole step is timed: reading the archive, handing pages out, writing the batch. The pool is warm by then, as it is
for all crawls of a day but the first. Wall time needs a machine with nothing else to do. CPU time does not: where the
parent takes P and the workers W seconds a page, one worker has a core of its own and two share theirs with the parent,
so on two cores the gain is at most 2 W / (W + P).
"""

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from benchmarks.extraction import FETCHED_AT, NAMES, capture_of, generic_source
from scrapers.archive import CrawlHeader, CrawlSummary, CrawlWriter, UrlOutcome
from scrapers.extraction.stage import ExtractFailure, ExtractJob, extract_crawls
from scrapers.outcomes import crawl_id
from scrapers.records import CaptureRole, Outcome
from scrapers.registry import Source
from tests.replay import CORPORA, SavedPage, saved_pages

N_PAGES = 400  # fewer than a worker reads before it is replaced, so that neither side pays for a new one
N_WARM = 40  # pages of the crawl before: each worker has met all of its code by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What staging one crawl took, in milliseconds a page."""

    wall_ms: float
    parent_ms: float
    """CPU of the process that reads the archive and writes the batch."""
    workers_ms: float
    """CPU of all workers."""


def archive_pages(archive: Path, pages: list[SavedPage], *, minute: int) -> Path:
    """Archive pages as one finished crawl, begun in that minute of the hour; returns its path."""
    started_at = FETCHED_AT.replace(minute=minute)
    crawl = crawl_id("benchmark", started_at)
    said = {"source_id": "benchmark", "run_id": "benchmark", "started_at": started_at, "code_version": "0"}
    urls = [f"http://example.com/{n}" for n in range(len(pages))]
    with CrawlWriter.begin(archive, CrawlHeader(crawl_id=crawl, **said)) as writer:
        for n, (url, page) in enumerate(zip(urls, pages, strict=True)):
            capture = capture_of(page.body(), url)
            writer.write_capture(replace(capture, capture_id=f"{crawl}/{n:05d}", crawl_id=crawl))
        writer.write_outcomes([_fetched(url, f"{crawl}/{n:05d}") for n, url in enumerate(urls)], FETCHED_AT)
        counts = {"n_discovered": len(pages), "n_fetched": len(pages), "n_skipped": 0, "n_failed": 0}
        ended = {"finished_at": FETCHED_AT, "finish_reason": "finished", "is_complete": True}
        return writer.finish(CrawlSummary(crawl_id=crawl, **said, **ended, **counts))


def _fetched(url: str, capture_id: str) -> UrlOutcome:
    return UrlOutcome(
        url=url,
        role=CaptureRole.PAGE,
        entry_url=None,
        outcome=Outcome.FETCHED,
        capture_id=capture_id,
        decided_at=FETCHED_AT,
    )


def stage(archive: Path, crawls: list[Path], source: Source, *, n_workers: int) -> Cost:
    """Stage crawls into a folder of their own; the cost of the last one. Raises RuntimeError when one fails."""
    with tempfile.TemporaryDirectory() as staging:
        sources = {"benchmark": source}
        home = Path(staging)
        job = ExtractJob(
            archive=archive,
            staging=home,
            sources=sources,
            takedowns=home / "takedown" / "register.json",
            n_workers=n_workers,
        )
        results = extract_crawls(crawls, job)
        for _ in crawls[:-1]:
            next(results)
        before = (time.perf_counter(), time.process_time(), _children_cpu_s())
        batch = next(results)
        after = (time.perf_counter(), time.process_time(), _children_cpu_s())
        results.close()
    if isinstance(batch, ExtractFailure):
        raise RuntimeError(batch.error)
    wall, parent, workers = (
        1000 * (end - start) / batch.info.n_pages for start, end in zip(before, after, strict=True)
    )
    return Cost(wall_ms=wall, parent_ms=parent, workers_ms=workers)


def _children_cpu_s() -> float:
    return sum(_cpu_s(child.pid) for child in multiprocessing.active_children() if child.pid)


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user and system time: proc(5)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line a run and the gain in the median round. Exit code 2 when the pages are not here."""
    options = _parse(arguments)
    if not CORPORA.is_dir():
        print(f"saved real pages are not here: {CORPORA}", file=sys.stderr)
        return 2
    pages = [page for name in NAMES for page in saved_pages(name, None)]
    timed = pages[:: max(1, len(pages) // options.pages)][: options.pages]
    costs: dict[int, list[Cost]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as folder:
        crawls = [archive_pages(Path(folder), some, minute=n) for n, some in enumerate((pages[:N_WARM], timed))]
        for _ in range(options.rounds):
            for n_workers, of_side in costs.items():
                cost = stage(Path(folder), crawls, generic_source("example.com"), n_workers=n_workers)
                of_side.append(cost)
                print(
                    f"{n_workers} worker(s): {cost.wall_ms:.1f} ms a page; "
                    f"CPU of the parent {cost.parent_ms:.2f}, of workers {cost.workers_ms:.2f}"
                )
    print(_verdict(costs))
    return 0


def _verdict(costs: dict[int, list[Cost]]) -> str:
    """Say the gain in the median round: what disturbs one side of a round disturbs the other, too."""
    gains = [one.wall_ms / two.wall_ms for one, two in zip(costs[1], costs[2], strict=True)]
    parent, workers = median(cost.parent_ms for cost in costs[2]), median(cost.workers_ms for cost in costs[2])
    limit = 2 * workers / (workers + parent)
    return (
        f"two workers are {median(gains):.2f} x as fast as one (rounds: {min(gains):.2f} to {max(gains):.2f}); by CPU "
        f"time at most {limit:.2f} x on two cores, since the parent takes {parent / (parent + workers):.1%} of it"
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=N_PAGES, help="pages of the crawl that is timed")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each side, one and two workers in turn")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
