"""How fast a crawl fetches and archives, beside bare Scrapy with bare warcio; and whether twenty crawls wait for one.

    .venv/bin/python -m benchmarks.crawl [ROUNDS]
    .venv/bin/python -m benchmarks.crawl polite [PAGES DELAY_S]

First: one fast local site, politeness off, from the first page asked for to the last, pages a second by the site's own
clock and processor time of the crawling process, which other load on the machine does not change. Everybody has one
connection, takes the same 80 kB pages and syncs none of them to disk. We are compared with three spiders
(`benchmarks.bare_spider`): `plain` is Scrapy and warcio as they come, but packs at level 9; `packed` packs at our
level; `stripped` has no middlewares at all either, and does not start Scrapy's hundred tasks for items after each page.
What is claimed is held against `packed`: a bare spider as anybody has it, for whom packing is as cheap as for us.
`plain` would flatter us by the price of level 9. `stripped` is no crawler any more (no timeout, no user agent, no
retry, no redirect); it shows what our own work at each page costs: robots.txt, the pace of the host, the books of each
URL, three hashes, and a database that survives a kill. In turns, A B C D A B C D; medians of the rounds' own ratios.

Second: twenty polite sources in one `kabarchy crawl`, wall time beside the slowest of them.
"""

import contextlib
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.bare_spider import Form
from benchmarks.fast_site import FastSite, serving
from scrapers.archive import list_crawls, open_crawl

ROOT = Path(__file__).parent.parent
N_PAGES = 1500
"""Some four seconds of each contender."""

ROUNDS = 5
FLOOR = 0.9
AGAINST = f"bare, {Form.PACKED}"
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


@dataclass(frozen=True, slots=True)
class Run:
    """One contender, once."""

    pages_per_s: float
    cpu_ms: float
    """Milliseconds of processor time for a page."""


def ours(site: FastSite) -> Run:
    """Measure a crawl."""
    with tempfile.TemporaryDirectory() as folder:
        write_source(Path(folder), "site", site.url, 0.0)
        return _timed(site, [sys.executable, "-m", "scrapers", "crawl", "site", "--home", folder])


def bare(form: Form, site: FastSite) -> Run:
    """Measure a bare spider."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.bare_spider", form.value, site.url, str(N_PAGES)]
        return _timed(site, [*command, f"{folder}/bare.warc.gz"])


def _timed(site: FastSite, command: list[str]) -> Run:
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        site.expect(process.pid)
        _, complaints = process.communicate()
    if process.returncode or site.n_pages != N_PAGES:
        raise SystemExit(f"{command}: {site.n_pages} of {N_PAGES} pages\n{complaints[-2000:]}")
    return Run(N_PAGES / site.took_s, 1000 * site.cpu_s / N_PAGES)


def race(n_rounds: int) -> float:
    """Print what each contender does; return the median ratio to the one that counts."""
    contenders: dict[str, Callable[[FastSite], Run]] = {
        "kabarchy": ours,
        **{f"bare, {form}": partial(bare, form) for form in Form},
    }
    with serving(N_PAGES) as site:
        rounds = [{name: run(site) for name, run in contenders.items()} for _ in range(n_rounds)]
    table = Table(
        "contender", "pages a second", "our ratio to it", "CPU ms a page", "our ratio to it, by CPU", "each round"
    )
    for name in contenders:
        speeds = [it[name].pages_per_s for it in rounds]
        cost = median(it[name].cpu_ms for it in rounds)
        by_time = median(it["kabarchy"].pages_per_s / it[name].pages_per_s for it in rounds)
        by_cpu = median(it[name].cpu_ms / it["kabarchy"].cpu_ms for it in rounds)
        each = ", ".join(f"{it:.0f}" for it in speeds)
        table.add_row(name, f"{median(speeds):.0f}", f"{by_time:.2f}", f"{cost:.2f}", f"{by_cpu:.2f}", each)
    Console(width=140).print(table)
    return median(it["kabarchy"].pages_per_s / it[AGAINST].pages_per_s for it in rounds)


def polite_run(n_pages: int, delay_s: float) -> float:
    """Run over twenty polite sources; print, and return how many times the slowest crawl, by its own clock, it took."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        home = Path(folder)
        for n in range(N_POLITE):
            site = stack.enter_context(serving(n_pages))
            write_source(home, f"site{n:02d}", site.url, delay_s)
        started, used_s = time.monotonic(), _cpu_of_children()
        command = [str(Path(sys.executable).with_name("kabarchy")), "crawl", "--home", folder]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        took_s, cpu_s = time.monotonic() - started, _cpu_of_children() - used_s
        crawls = [open_crawl(path, home / "archive").summary for path in list_crawls(home / "archive")]
        if done.returncode or len(crawls) != N_POLITE:
            raise SystemExit(f"{len(crawls)} crawls\n{done.stderr[-2000:]}")
    slowest_s = max((it.finished_at - it.started_at).total_seconds() for it in crawls)
    print(f"{N_POLITE} polite sources, {n_pages} pages each, {delay_s:g} s between them: {took_s:.1f} s,", end=" ")
    print(f"slowest {slowest_s:.1f} s, {took_s / slowest_s:.3f} times; {cpu_s / N_POLITE:.2f} s of CPU a source")
    return took_s / slowest_s


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(words: list[str]) -> int:
    """Print what was measured; exit code 1 when a bound is missed."""
    if words[:1] == ["polite"]:
        n_pages, delay_s = (int(words[1]), float(words[2])) if words[1:] else (POLITE_PAGES, POLITE_DELAY_S)
        return 0 if polite_run(n_pages, delay_s) <= SLOWEST_FACTOR else 1
    ratio = race(int(words[0]) if words else ROUNDS)
    print(f"ratio to {AGAINST} {ratio:.2f}, wanted {FLOOR}")
    return 0 if polite_run(POLITE_PAGES, POLITE_DELAY_S) <= SLOWEST_FACTOR and ratio >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
