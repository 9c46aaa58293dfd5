"""Saved real pages, broken at random: each must still give a record that can be stored, within the time limit.

    .venv/bin/python -m benchmarks.extraction_fuzz [--mutations 5000] [--seed 1]

The same seed breaks the same pages in the same way. What raises, takes long or cannot be stored is printed with its
number, by which `broken_page` makes it again.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache

from benchmarks.extraction import NAMES, capture_of, generic_source
from scrapers.extraction.extract import extract
from scrapers.records import Article
from tests.replay import CORPORA, SavedPage, saved_pages

MAX_SECONDS = 30.0
"""Time that a worker gives a page, as in the shipped settings' order of size; beyond it the page is TIMED_OUT."""

_NASTY = (
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"&#xD800;",
    b"&#x110000;",
    b"&bogus;",
    b"<!--",
    b"]]>",
    b"<![CDATA[",
    b"</html>",
    b"<script>",
    b"<plaintext>",
    b"<svg><style>",
    b"<table><tr><div>",
    b'<meta charset="utf-7">',
    b"<p" * 99,
    b"<div>" * 2_000,
    b"</div>" * 2_000,
    b' a="1"' * 5_000,
    b"\xe2\x80\xae\xcc\x88" * 50,
    b'{"@type":"Article","author":[[[',
)


@cache
def _pages() -> list[SavedPage]:
    return [page for name in NAMES for page in saved_pages(name, None)]


def broken_page(seed: int, number: int) -> bytes:
    """Return the page that this number of this seed breaks, broken in one to four ways."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, not secret
    body = chance.choice(_pages()).body()
    for _ in range(chance.randint(1, 4)):
        body = chance.choice(_WAYS)(body, chance)
    return body


def _cut_short(body: bytes, chance: random.Random) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def _flip_bytes(body: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(body)
    for _ in range(chance.randint(1, 50) if body else 0):
        flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    return bytes(flipped)


def _drop_slice(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.randint(1, 5_000) :]


def _repeat_slice(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    part = body[start : start + chance.randint(1, 2_000)]
    return body[:start] + part * chance.randint(2, 20) + body[start:]


def _insert(body: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + chance.choice(_NASTY) + body[start:]


def _splice(body: bytes, chance: random.Random) -> bytes:
    other = chance.choice(_pages()).body()
    return body[: chance.randrange(len(body) + 1)] + other[chance.randrange(len(other) + 1) :]


_WAYS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut_short,
    _flip_bytes,
    _drop_slice,
    _repeat_slice,
    _insert,
    _splice,
)


def fault_of(body: bytes) -> tuple[str, str | None]:
    """Extract one page; return what it gave (`article` or the rejection's reason) and what is wrong with that."""
    start = time.perf_counter()
    (record,) = extract(capture_of(body, "https://example.com/news/1"), generic_source("example.com")).records
    seconds = time.perf_counter() - start
    outcome = "article" if isinstance(record, Article) else str(record.reason)
    try:
        stored = repr(record).encode("utf-8")
    except UnicodeEncodeError as error:
        return outcome, str(error)
    if isinstance(record, Article) and "\x00" in record.text + (record.title or ""):
        return outcome, "a null in a text"
    if not stored or seconds > MAX_SECONDS:
        return outcome, f"took {seconds:.1f} s"
    return outcome, None


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the outcomes; exit code 1 when a page was at fault, 2 when the pages are not here."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    if not CORPORA.is_dir():
        print(f"saved real pages are not here: {CORPORA}", file=sys.stderr)
        return 2
    outcomes: Counter[str] = Counter()
    n_faults, slowest = 0, 0.0
    for number in range(options.mutations):
        start = time.perf_counter()
        try:
            outcome, fault = fault_of(broken_page(options.seed, number))
        except Exception as error:  # what this looks for
            outcome, fault = "raised", f"{type(error).__name__}: {error}"
        slowest = max(slowest, time.perf_counter() - start)
        outcomes[outcome] += 1
        n_faults += fault is not None
        if fault:
            print(f"seed {options.seed}, number {number}: {fault[:200]}")
    print(f"{options.mutations} broken pages, {n_faults} at fault, slowest {slowest:.2f} s; {dict(outcomes)}")
    return 1 if n_faults else 0


if __name__ == "__main__":
    sys.exit(main())
