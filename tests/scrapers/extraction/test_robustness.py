"""Whatever bytes a server sends, extraction gives a record of them, soon, and keeps nothing of it for the next page."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.extraction_cost import resident_mib
from benchmarks.extraction_fuzz import broken_page, fault_of
from scrapers.extraction.extract import extract
from tests.replay import CORPORA
from tests.scrapers.extraction.factories import PARAGRAPHS, capture, html, record, source

TEXT = f"<title>Терең</title><p>{'</p><p>'.join(PARAGRAPHS)}</p>".encode()

MAX_SECONDS = 15.0
"""The slowest takes 3 s alone; the machine of the tests runs other tests beside."""

HOSTILE = {
    "nothing": b"",
    "100,000 nested tags": b"<div>" * 100_000 + TEXT,
    "49,000 nested tags": b"<title>a</title>" + b"<div>" * 49_000 + TEXT,
    "nested inline tags": b"<span><b>" * 24_000 + TEXT,
    "nested lists": b"<ul><li>" * 24_000 + TEXT,
    "50 MB of text": b"<p>" + b"a " * 25_000_000,
    "nulls": b"\x00" * 1_000_000,
    "nulls between": TEXT.replace(b"<", b"\x00<\x00"),
    "a million attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(1_000_000)) + b">" + TEXT,
    "19,000 attributes": b"<p " + b" ".join(b"a%d=1" % n for n in range(19_000)) + b">" + TEXT,
    "broken entities": b"<title>a</title>" + b"&#xD800;&#x110000;&#0;&nosuch;&amp" * 5_000 + TEXT,
    "an attribute without end": TEXT + b'<a href="' + b"a" * 500_000,
    "open comments": b"<!--" * 40_000,
    "JSON-LD nested without end": b"<script type='application/ld+json'>" + b"[" * 400_000 + b"</script>" + TEXT,
    "one long line": b"<title>a</title><p>" + b"ab " * 500_000,
    "24,000 paragraphs": b"<title>a</title>" + b"<p>This sentence is long enough to be prose, or so it seems." * 24_000,
    "blocks in an open link": f"<title>a</title><a href=/1>{'<div>' * 240}{'<p>Бул сүйлөм бар. ' * 16_000}".encode(),
    "20,000 dates": b"<title>a</title><h1>a</h1>" + b"<p>12.03.2012 11:22 " * 20_000,
    "a surrogate in UTF-8": b"<title>a\xed\xa0\x80</title>" + TEXT,
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bytes_give_a_record_in_time(body: bytes) -> None:
    start = time.perf_counter()

    found = record(body)

    assert time.perf_counter() - start < MAX_SECONDS
    assert repr(found).encode("utf-8")


TAGS = st.sampled_from(["p", "div", "a", "table", "li", "br", "script", "h1", "time", "article", "plaintext", "svg"])
PIECES = st.one_of(
    st.builds("<{} class='{}'>".format, TAGS, st.text(max_size=8)),
    st.builds("</{}>".format, TAGS),
    st.text(max_size=30),
    st.sampled_from([*PARAGRAPHS, "&#xD800;", "&bogus", "<!--", "-->", "<![CDATA[", "<meta charset=koi8-r>", "\x00"]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=30))
def test_any_mixture_of_tags_and_texts_gives_a_record_that_can_be_stored(pieces: list[str]) -> None:
    found = record("".join(pieces).encode("utf-8", "surrogatepass"))

    assert repr(found).encode("utf-8")


def test_a_page_gives_the_same_record_whatever_was_read_before_it() -> None:
    page, alone = capture(html()), extract(capture(html()), source())
    between = [capture(body) for name, body in HOSTILE.items() if len(body) < 200_000 and name != "24,000 paragraphs"]

    found = [(extract(other, source()), extract(page, source()))[1] for other in between]

    assert set(map(repr, found)) == {repr(alone)}


def test_memory_does_not_grow_with_the_pages_read() -> None:
    pages = [capture(html(paragraphs=PARAGRAPHS * n)) for n in range(1, 9)]
    sizes = resident_mib(extract, pages, source(), n_pages=600, every=200)

    assert sizes[-1] - sizes[0] < 10


@pytest.mark.skipif(not CORPORA.is_dir(), reason=f"saved real pages are not here: {CORPORA}")
@pytest.mark.parametrize("hundred", range(2))
def test_broken_real_pages_give_records_that_can_be_stored(hundred: int) -> None:
    faults = {n: fault_of(broken_page(1, n))[1] for n in range(100 * hundred, 100 * hundred + 100)}

    assert {n: fault for n, fault in faults.items() if fault} == {}
