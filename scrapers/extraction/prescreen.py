"""Linear screen of a body before any parser sees it: what it is, and whether parsing it would cost too much.

A saving, not the guarantee: the guarantee is a worker process that can be killed (`workers`).
"""

import re
from collections.abc import Iterator

from scrapers.records import Rejection, RejectionReason

MAX_BODY_BYTES = 5 * 2**20
"""Largest real page met has 2.2 MB; time and memory of the parsers grow faster than the size (10 MB: 5 s)."""

MAX_TAGS = 50_000
"""Busiest of 865 real pages has 13,423 tags; 200,000 links take trafilatura 10 s."""

MAX_SEPARATORS = 20_000
"""Attribute separators in one tag: libxml2 is quadratic in them. Worst of 879 real pages has 11,186."""

_LONG_TAG_BYTES = 4096  # no shorter tag can hold MAX_SEPARATORS
_INLINE_DATA = re.compile(rb"data:[a-z/+.-]+;base64,[A-Za-z0-9+/=]+")
_SPACES = bytes.maketrans(b"\t\n\f\r", b"    ")

_MAGIC = (
    (b"%PDF-", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"RIFF", "RIFF media"),
    (b"PK\x03\x04", "ZIP or office document"),
    (b"\x1f\x8b", "gzip"),
    (b"Rar!", "RAR"),
    (b"\xd0\xcf\x11\xe0", "old office document"),
    (b"ID3", "MP3"),
    (b"OggS", "Ogg"),
    (b"\x00\x00\x00", "MP4 or other binary"),
)
_XML_ROOTS = re.compile(rb"(?s)^\s*(?:<\?xml[^>]*>)?(?:\s|<!--.*?-->)*<(rss|feed|urlset|sitemapindex|rdf:RDF)[\s>]")
_JSON = re.compile(rb'^\s*(?:\{\s*(?:"|\})|\[\s*(?:[\[{"\d\]]))')


def screen(body: bytes) -> Rejection | None:
    """Return why a body must not be parsed as HTML, None when it may be."""
    return _wrong_type(body) or _too_costly(body)


def _wrong_type(body: bytes) -> Rejection | None:
    head = body[:2048].removeprefix(b"\xef\xbb\xbf")
    if not body or body.isspace():
        return Rejection(reason=RejectionReason.NO_TEXT, detail="empty body")
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return Rejection(reason=RejectionReason.WRONG_TYPE, detail=name)
    if root := _XML_ROOTS.match(head):
        return Rejection(reason=RejectionReason.WRONG_TYPE, detail=f"XML {root[1].decode()}")
    if _JSON.match(head):
        return Rejection(reason=RejectionReason.WRONG_TYPE, detail="JSON")
    return None


def _too_costly(body: bytes) -> Rejection | None:
    if len(body) > MAX_BODY_BYTES:
        return Rejection(reason=RejectionReason.TOO_BIG, detail=f"{len(body)} bytes")
    if (n_tags := body.count(b"<")) > MAX_TAGS:
        return Rejection(reason=RejectionReason.HOSTILE_MARKUP, detail=f"{n_tags} tags")
    if (n_separators := _worst_tag(body)) > MAX_SEPARATORS:
        return Rejection(reason=RejectionReason.HOSTILE_MARKUP, detail=f"{n_separators} attribute separators in a tag")
    return None


def _worst_tag(body: bytes) -> int:
    """Count the possible attribute separators of the fullest tag, inline images left out."""
    worst = 0
    for chunk in _long_chunks(body):
        if (start := chunk.find(b"<")) < 0:
            continue
        tag = _INLINE_DATA.sub(b"", chunk[start:]).translate(_SPACES)
        quotes = tag.count(b'"') // 2 + tag.count(b"'") // 2
        worst = max(worst, tag.count(b" ") + tag.count(b"/") + quotes)
    return worst


def _long_chunks(body: bytes) -> Iterator[bytes]:
    """Yield what stands between two ">" that are far from each other, looking at few of those that are near."""
    start = 0
    while start < len(body):
        last = body.rfind(b">", start, start + _LONG_TAG_BYTES)
        if last < 0:
            last = body.find(b">", start)
            yield body[start:last] if last >= 0 else body[start:]
        start = last + 1 if last >= 0 else len(body)
