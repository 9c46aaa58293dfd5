"""What extraction costs: CPU beside a peer, the memory of a worker over many pages."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

from benchmarks.extraction_scores import Extractor
from scrapers.records import Capture
from scrapers.registry import Source
from tests.replay import SavedPage

N_WARM = 10  # pages read before the clock counts: models, date parser and expressions are loaded by then
_MIB = 2**20


def cpu_ms(
    tools: Mapping[str, Extractor], pages: list[SavedPage], *, warm_up: list[SavedPage]
) -> dict[str, list[float]]:
    """CPU milliseconds of each page by tool, tools interleaved page by page, whoever was first being last next time.

    No page is read twice, as in earnest: at a second look trafilatura answers in part from caches of the first, and is
    a fifth faster (2026-11-25). `warm_up` are other pages.
    """
    for page in warm_up[:N_WARM]:
        for tool in tools.values():
            tool(page.body(), page.truth["url"])
    spent: dict[str, list[float]] = {name: [] for name in tools}
    for n, page in enumerate(pages):
        body = page.body()
        for name in list(tools)[:: 1 if n % 2 else -1]:
            spent[name].append(1000 * _cpu_s(tools[name], body, page.truth["url"]))
    return spent


def _cpu_s(tool: Callable[[bytes, str], Any], body: bytes, url: str) -> float:
    start = time.process_time()
    tool(body, url)
    return time.process_time() - start


def resident_mib(
    extract_one: Callable[[Capture, Source], Any], captures: list[Capture], source: Source, *, n_pages: int, every: int
) -> list[float]:
    """Resident memory in MiB of this process after each so many pages, the captures taken again and again."""
    sizes = []
    for n, capture in enumerate(islice(cycle(captures), n_pages), start=1):
        extract_one(replace(capture, capture_id=f"memory/{n:05d}"), source)
        if n % every == 0:
            sizes.append(_resident_bytes() / _MIB)
    return sizes


def _resident_bytes() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - a file of the kernel
        return int(file.read().split()[1]) * 4096
