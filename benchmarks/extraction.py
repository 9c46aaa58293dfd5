"""What extraction finds on pages with ground truth, beside its peers on the same pages in the same run.

    .venv/bin/python -m benchmarks.extraction [--corpus fundus] [--sample 60] [--peers] [--memory 5000]

Pages and truth lie outside the project, in `../shared/corpora`; scores, and peers behind one interface, are those of
the harness in `../shared/bench`. trafilatura always runs; with `--peers` every other peer that is installed does.
`extract_page` is the whole pipeline behind the same interface: no source file, no response headers, no feed hints.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from statistics import mean, median
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from benchmarks.extraction_cost import cpu_ms, resident_mib
from benchmarks.extraction_floors import digest_of, load_floors, shortfalls
from benchmarks.extraction_scores import Answer, ask, installed_peers, quality_table, rejected, share_within, summarise
from scrapers.extraction.date_text import read_date
from scrapers.extraction.extract import extract
from scrapers.records import Article, Capture, CaptureRole, Precision
from scrapers.registry import FeedEntry, Source, State, Status
from tests.replay import CORPORA, SavedPage, adapters, saved_pages

NAMES = ("fundus", "daniel_s", "cyr_dates", "postlight", "trafilatura")

FETCHED_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""Taken as the instant of every capture: after all pages of the corpora, and the same in every run."""

SPEED_SAMPLE = 40  # pages of a corpus timed; 200 in all give a ratio that moves by less than .03 between runs

_ZONES = {
    "kg": "Asia/Bishkek", "kz": "Asia/Almaty", "uz": "Asia/Tashkent", "tj": "Asia/Dushanbe", "tm": "Asia/Ashgabat",
    "ru": "Europe/Moscow", "su": "Europe/Moscow", "by": "Europe/Minsk", "ua": "Europe/Kyiv", "pl": "Europe/Warsaw",
    "de": "Europe/Berlin", "at": "Europe/Vienna", "ch": "Europe/Zurich", "fr": "Europe/Paris",
    "es": "Europe/Madrid", "it": "Europe/Rome", "uk": "Europe/London", "ie": "Europe/Dublin", "no": "Europe/Oslo",
    "se": "Europe/Stockholm", "dk": "Europe/Copenhagen", "fi": "Europe/Helsinki", "cz": "Europe/Prague",
    "gr": "Europe/Athens", "tr": "Europe/Istanbul", "il": "Asia/Jerusalem", "ee": "Europe/Tallinn",
    "lv": "Europe/Riga", "lt": "Europe/Vilnius", "jp": "Asia/Tokyo", "kr": "Asia/Seoul", "cn": "Asia/Shanghai",
    "in": "Asia/Kolkata", "vn": "Asia/Ho_Chi_Minh", "is": "Atlantic/Reykjavik", "mn": "Asia/Ulaanbaatar",
    "ge": "Asia/Tbilisi", "am": "Asia/Yerevan", "az": "Asia/Baku", "com": "America/New_York",
}  # fmt: skip
"""Zone of a capital by top-level domain: what one knows of an address without a source file. Under .com that is only
where most of its newsrooms are."""


def extract_page(html: bytes, url: str) -> dict[str, Any]:
    """Extract one page through the pipeline; `{"rejected": reason}` where it gives no article.

    `date` is ISO 8601 with the page's own offset, the newsroom's where it tells none or UTC; a bare day where it tells
    no time.
    """
    source = generic_source(urlsplit(url).netloc.lower() or "unknown.invalid")
    (record,) = extract(capture_of(html, url), source).records
    if not isinstance(record, Article):
        return {"rejected": str(record.reason), "detail": record.detail}
    return {
        "text": record.text,
        "title": record.title,
        "authors": record.authors.split(" | ") if record.authors else [],
        "date": _written(record, source),
        "language": record.language,
        "origin": record.text_origin,
    }


def _written(record: Article, source: Source) -> str | None:
    if record.published_at is None:
        return None
    if record.published_precision is Precision.DAY:
        return record.published_at.astimezone(source.zone).date().isoformat()
    written = read_date(record.published_raw or "", fetched_at=FETCHED_AT, zone=source.zone)
    has_offset = written is not None and written.zone is not None and written.zone.utcoffset(written.wall)
    return record.published_at.astimezone(written.zone if written and has_offset else source.zone).isoformat()


def capture_of(body: bytes, url: str) -> Capture:
    """Return a page as if it had just been fetched, without headers and hints."""
    return Capture(
        capture_id="benchmark/00001",
        crawl_id="benchmark",
        source_id="benchmark",
        role=CaptureRole.PAGE,
        request_url=url,
        final_url=url,
        fetched_at=FETCHED_AT,
        status=200,
        headers=(),
        body=body,
    )


@cache
def generic_source(host: str) -> Source:
    """Return a source that knows nothing but its host."""
    homepage = f"http://{host}/"
    return Source(
        id="benchmark",
        name=host,
        homepage=homepage,
        country="KG",
        languages=("und",),
        timezone=_ZONES.get(host.partition(":")[0].rpartition(".")[2], "UTC"),
        status=Status(state=State.ENABLED, since=date(2026, 11, 22), reason="benchmark"),
        entries=(FeedEntry(kind="feed", url=homepage),),
    )


Answers = dict[str, list[Answer]]


def figures_of(pages: list[SavedPage], ours: list[Answer]) -> dict[str, float]:
    """Scores, and the share of false rejections."""
    return {**summarise(pages, ours), "rejected": round(sum(rejected(ours).values()) / len(pages), 4)}


def measure_quality(console: Console, corpora: dict[str, list[SavedPage]], *, with_peers: bool) -> dict[str, Answers]:
    """Ask all tools for all pages and print what they score; answers by corpus and tool, in the order of the pages."""
    tools = {"kabarchy": extract_page, "trafilatura": adapters().traf, **(installed_peers() if with_peers else {})}
    answers = {
        corpus: {name: [ask(tool, page) for page in pages] for name, tool in tools.items()}
        for corpus, pages in corpora.items()
    }
    console.print(quality_table(corpora, answers))
    for corpus, pages in corpora.items():
        ours, reasons = answers[corpus]["kabarchy"], rejected(answers[corpus]["kabarchy"])
        share = share_within(ours, answers[corpus]["trafilatura"])
        origins = Counter(a.fields.get("origin", "rejected") for a in ours)
        console.print(f"{corpus}: {sum(reasons.values())} of {len(pages)} pages falsely rejected {dict(reasons)}")
        console.print(f"{corpus}: {share:.1%} of the text stands in trafilatura's own output; paths {dict(origins)}")
    return answers


def measure_speed(console: Console, corpora: dict[str, list[SavedPage]]) -> None:
    """Print CPU time beside trafilatura's defaults; what a second worker gives, `extraction_workers` tells."""
    tools = {"kabarchy": extract_page, "trafilatura": adapters().traf}
    ours: list[float] = []
    theirs: list[float] = []
    for corpus, pages in corpora.items():
        step = max(2, len(pages) // SPEED_SAMPLE)
        cost = cpu_ms(tools, pages[::step][:SPEED_SAMPLE], warm_up=pages[1::step])
        console.print(f"{corpus}: {_beside(cost['kabarchy'], cost['trafilatura'])}")
        ours, theirs = ours + cost["kabarchy"], theirs + cost["trafilatura"]
    console.print(f"all: {_beside(ours, theirs)}; slowest page {max(ours) / 1000:.2f} s")


def _beside(ours: list[float], theirs: list[float]) -> str:
    """Say how two costs of the same pages compare, over all and in the median page."""
    middle = median(their / our for our, their in zip(ours, theirs, strict=True))
    return (
        f"{mean(ours):.1f} ms of CPU a page, trafilatura's defaults {mean(theirs):.1f}: "
        f"{sum(theirs) / sum(ours):.2f} x as fast, in the median page {middle:.2f} x"
    )


def measure_memory(console: Console, corpora: dict[str, list[SavedPage]], n_pages: int) -> None:
    """Print the resident memory of one process over many pages."""
    captures = [capture_of(page.body(), page.truth["url"]) for pages in corpora.values() for page in pages]
    sizes = resident_mib(extract, captures, generic_source("example.com"), n_pages=n_pages, every=max(1, n_pages // 10))
    console.print(f"memory over {n_pages} pages, MiB: {' '.join(f'{size:.0f}' for size in sizes)}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables. Exit code 1 when figures of whole corpora fall below a floor, 2 when the pages are not here."""
    options = _parse(arguments)
    if not CORPORA.is_dir():
        print(f"saved real pages are not here: {CORPORA}", file=sys.stderr)
        return 2
    console = Console(width=150)
    corpora = {name: saved_pages(name, options.sample) for name in options.corpus or NAMES}
    answers = measure_quality(console, corpora, with_peers=options.peers)
    if not options.no_speed:
        measure_speed(console, corpora)
    if options.memory:
        measure_memory(console, corpora, options.memory)
    if options.sample:
        return 0
    wrong = _below(corpora, answers)
    console.print("\n".join(wrong) or "every figure reaches its floor")
    return 1 if wrong else 0


def _below(corpora: dict[str, list[SavedPage]], answers: dict[str, Answers]) -> list[str]:
    pinned, _ = load_floors()
    if digest_of() != pinned:
        return [f"the floors were measured on other pages: digest {digest_of()}"]
    found = {
        corpus: {
            **figures_of(pages, answers[corpus]["kabarchy"]),
            "of_trafilatura": round(share_within(answers[corpus]["kabarchy"], answers[corpus]["trafilatura"]), 4),
        }
        for corpus, pages in corpora.items()
    }
    return shortfalls(found)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", action="append", choices=NAMES, help="only this one; repeatable")
    parser.add_argument("--sample", type=int, help="only so many pages of each corpus; no floors then")
    parser.add_argument("--peers", action="store_true", help="also every other peer that is installed")
    parser.add_argument("--no-speed", action="store_true", help="leave out the timings")
    parser.add_argument("--memory", type=int, metavar="PAGES", help="also the memory of a process over so many pages")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
