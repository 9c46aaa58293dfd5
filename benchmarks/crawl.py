"""How fast a crawl fetches and archives, beside bare Scrapy with bare warcio; and whether twenty crawls wait for one.

    .venv/bin/python -m benchmarks.crawl

First: one fast local site, politeness off, pages a second from the first page asked for to the last, by the site's own
clock; the bare spider has one connection like ours, checks nothing and writes the same bodies. All else is as Scrapy
and warcio have it: it packs with level 9, ours with 6, and starts 100 tasks for items after every page, ours one.
Neither syncs each page to disk. Best of three each, in turns. Second: twenty polite sources in one `kabarchy crawl`,
wall time beside the slowest of them.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.fast_site import FastSite, serving
from scrapers.archive import list_crawls, open_crawl

ROOT = Path(__file__).parent.parent
N_PAGES = 1500
"""Some four seconds of each contender."""

ROUNDS = 3
FLOOR = 0.9
SLOWEST_FACTOR = 1.2
N_POLITE = 20
POLITE_PAGES, POLITE_DELAY_S = 40, 5.0
"""The usual delay and an hour's news of a large outlet: nearly four minutes, most of them waiting. Twenty processes
that start on two cores take some twenty seconds in all, which are no part of a crawl by its own clock."""


def write_source(home: Path, source_id: str, base: str, delay_s: float) -> None:
    """Write the registry file of a source with one feed."""
    (home / "sources").mkdir(parents=True, exist_ok=True)
    text = f"""name = "{source_id}"
homepage = "{base}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = {delay_s}
max_requests_per_day = 1000000
[status]
state = "enabled"
since = 2026-11-20
reason = "benchmark"
[[entries]]
kind = "feed"
url = "{base}/feed.xml"
"""
    (home / "sources" / f"{source_id}.toml").write_text(text, encoding="utf-8")


def ours(site: FastSite) -> float:
    """Pages a second of a crawl."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        write_source(home, "site", site.url, 0.0)
        return _timed(site, [sys.executable, "-m", "scrapers", "crawl", "site", "--home", folder])


def bare(site: FastSite) -> float:
    """Pages a second of the bare spider."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.bare_spider", site.url, str(N_PAGES), f"{folder}/bare.warc.gz"]
        return _timed(site, command)


def _timed(site: FastSite, command: list[str]) -> float:
    site.forget()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode or site.n_pages != N_PAGES:
        raise SystemExit(f"{command}: {site.n_pages} of {N_PAGES} pages\n{done.stderr[-2000:]}")
    return N_PAGES / (site.last_at - site.first_at)


def polite_run() -> tuple[float, float]:
    """Wall time of a run over twenty polite sources, and of the slowest crawl by its own clock, in seconds."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        home = Path(folder)
        for n in range(N_POLITE):
            site = stack.enter_context(serving(POLITE_PAGES))
            write_source(home, f"site{n:02d}", site.url, POLITE_DELAY_S)
        started = time.monotonic()
        command = [str(Path(sys.executable).with_name("kabarchy")), "crawl", "--home", folder]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        took_s = time.monotonic() - started
        crawls = [open_crawl(path, home / "archive").summary for path in list_crawls(home / "archive")]
        if done.returncode or len(crawls) != N_POLITE:
            raise SystemExit(f"{len(crawls)} crawls\n{done.stderr[-2000:]}")
        return took_s, max((it.finished_at - it.started_at).total_seconds() for it in crawls)


def main() -> int:
    """Print both tables; exit code 1 when a bound is missed."""
    with serving(N_PAGES) as site:
        rounds = [(ours(site), bare(site)) for _ in range(ROUNDS)]
    best_ours, best_bare = (max(of) for of in zip(*rounds, strict=True))
    table = Table("contender", "pages a second, best", "each round")
    table.add_row("kabarchy", f"{best_ours:.0f}", ", ".join(f"{it[0]:.0f}" for it in rounds))
    table.add_row("bare Scrapy and warcio", f"{best_bare:.0f}", ", ".join(f"{it[1]:.0f}" for it in rounds))
    Console().print(table)
    ratio = best_ours / best_bare
    print(f"ratio {ratio:.2f}, wanted {FLOOR}")
    took_s, slowest_s = polite_run()
    print(f"{N_POLITE} polite sources: {took_s:.1f} s, slowest {slowest_s:.1f} s, {took_s / slowest_s:.2f} times")
    return 0 if ratio >= FLOOR and took_s <= SLOWEST_FACTOR * slowest_s else 1


if __name__ == "__main__":
    sys.exit(main())
