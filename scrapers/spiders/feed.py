"""Feeds: RSS, Atom and RDF, also sloppy ones, read from bytes alone."""

from collections.abc import Iterator
from io import BytesIO

import feedparser

from scrapers.outcomes import Discovery
from scrapers.records import Hints
from scrapers.registry import FeedEntry
from scrapers.spiders.links import BadContentError, gather, is_html, refuse_overlong_tags, words

FEED_MAX_ITEMS = 5_000
"""The longest real feed met has 1,000 items."""

FEED_MAX_TAGS = 100_000
"""Outside of quoted text. feedparser takes up to 25 microseconds for one (measured 2026-11-25), and a crawl waits."""

_STUMBLES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser 6.0 raises over a surrogate in a reference, or over an encoding with a NUL in its name, instead of
putting it into `bozo_exception`."""


def discover(body: bytes, url: str, entry: FeedEntry) -> Discovery:
    """Return the items' links with title, publication and change as the feed words them, in the feed's order.

    Raises BadContentError for what is no feed, and for what only attacks have: entity declarations, overlong tags,
    tags without number.
    """
    if b"<!ENTITY" in body:
        raise BadContentError("declares entities")
    if (n_tags := _count_tags(body)) > FEED_MAX_TAGS:
        raise BadContentError(f"hostile markup: {n_tags} tags")
    refuse_overlong_tags(body)
    if is_html(body):
        raise BadContentError("HTML instead of a feed")
    try:
        # A stream, because feedparser takes bytes that name a file for that file.
        parsed = feedparser.parse(BytesIO(body), resolve_relative_uris=False, sanitize_html=False)
    except _STUMBLES as error:
        raise BadContentError(f"no feed: {type(error).__name__}: {error}") from error
    if not parsed.get("version") and not parsed.entries:
        raise BadContentError(f"no feed: {words(str(parsed.get('bozo_exception', 'unknown root element')))}")
    links, bad = gather(_items(parsed.entries[:FEED_MAX_ITEMS]), url)
    return Discovery(links=links, bad_links=bad)


def _count_tags(body: bytes) -> int:
    """Count what may be a tag outside of CDATA sections; one that does not end quotes nothing. Linear in the body."""
    first, *sections = body.split(b"<![CDATA[")
    return first.count(b"<") + sum(it.count(b"<", it.find(b"]]>") + 1) for it in sections)


def _items(items: list[feedparser.FeedParserDict]) -> Iterator[tuple[str, Hints]]:
    for item in items:
        link = item.get("feedburner_origlink") or item.get("link")
        if link:
            # `in` first: reading a missing `updated` gives `published` and a warning.
            modified = words(item["updated"]) if "updated" in item else None
            hints = Hints(title=words(item.get("title")), published=words(item.get("published")), modified=modified)
            yield link, hints
