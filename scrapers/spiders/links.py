"""Links as an entry writes them: resolved, normalised, each once; and how an entry says that it is none."""

import re
from collections.abc import Iterable
from hashlib import sha256

from scrapers.identity import BadUrlError, normalise_url
from scrapers.outcomes import DiscoveredUrl
from scrapers.records import Hints

BAD_LINK_MAX_CHARS = 1000
"""What is kept of a link that is no address: `data:` and `javascript:` links can be as large as the page."""

TAG_MAX_ATTRIBUTES = 2_000
"""Of one tag of a feed. feedparser is quadratic in them: 300,000 take more than ten minutes (measured 2026-11-22)."""

TAG_MAX_SPACES = 20_000
"""Of one tag of a feed, for attributes without a value; inline drawings have up to 11,000."""

_LONG_TAG_BYTES = 4 * TAG_MAX_ATTRIBUTES
_SPACES = bytes.maketrans(b"\t\n\f\r", b"    ")

_GLUED = re.compile(r"(?i)\s*https?://[^/?#]*https?:")
"""An address behind another one's host: seen in a real sitemap index, it would pass for a host of its own."""

_HEAD_BYTES = 1000
"""Enough to pass the blank lines that some servers begin with."""

HINT_MAX_CHARS = 1000
"""What is kept of an entry's words; the longest real headline met has 300 characters."""


class BadContentError(Exception):
    """The body of an entry is not what its kind promises; the message says how."""


def gather(found: Iterable[tuple[str, Hints]], base: str) -> tuple[tuple[DiscoveredUrl, ...], tuple[str, ...]]:
    """Return the addresses in order, the first mention of each, and apart from them the links that are none."""
    links: dict[str, DiscoveredUrl] = {}
    bad: dict[str, None] = {}
    for href, hints in found:
        try:
            url = normalise_url(_refuse_glued(href), base=base)
        except BadUrlError:
            bad[_kept(href)] = None
        else:
            links.setdefault(url, DiscoveredUrl(url=url, hints=hints))
    return tuple(links.values()), tuple(bad)


def _kept(href: str) -> str:
    """Return what is kept of a link that is none; of one that is cut its digest too, so that each is counted."""
    if len(href) <= BAD_LINK_MAX_CHARS:
        return href
    return f"{href[:BAD_LINK_MAX_CHARS]}... sha256 {sha256(href.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _refuse_glued(href: str) -> str:
    if _GLUED.match(href):
        raise BadUrlError(f"two addresses in one: {href[:200]!r}")
    return href


def refuse_overlong_tags(body: bytes) -> None:
    """Raise BadContentError when a tag has so many attributes that a parser would be stuck. Linear in the body."""
    for chunk in body.split(b">"):
        tag = chunk[chunk.find(b"<") :] if len(chunk) > _LONG_TAG_BYTES else b""
        if tag.count(b"=") > TAG_MAX_ATTRIBUTES or tag.translate(_SPACES).count(b" ") > TAG_MAX_SPACES:
            raise BadContentError("hostile markup: a tag with thousands of attributes")


def is_html(body: bytes) -> bool:
    """Whether a body is a web page: what a block, a consent wall or a missing page answers in place of data."""
    head = body[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def words(text: object) -> str | None:
    """Return an entry's words with white space folded; None when there are none."""
    folded = " ".join(text.split()) if isinstance(text, str) else ""
    return folded[:HINT_MAX_CHARS] or None
