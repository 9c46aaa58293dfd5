"""Sitemaps: plain, news and index, and text with an address a line, gzipped or not (sitemaps.org 0.9, Google news).

What one is follows from its body: robots.txt names sitemaps without `.xml`, and servers give types as they like.
"""

import re
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from scrapers.gunzip import DamagedGzipError, GzipTooBigError, gunzip
from scrapers.outcomes import DiscoveredUrl, Discovery
from scrapers.records import Hints
from scrapers.registry import SitemapEntry
from scrapers.spiders.links import BadContentError, gather, is_html, words

SITEMAP_MAX_BYTES = 50 * 2**20
"""The protocol's limit for one file, decompressed."""

SITEMAP_MAX_URLS = 50_000
"""The protocol's limit for one file."""

_BEGINS_WITH_ADDRESS = re.compile(rb"(?:\xef\xbb\xbf)?\s*https?://\S", re.IGNORECASE)
_ROOTS = ("urlset", "sitemapindex")
_ENDS = (b"</urlset>", b"</sitemapindex>")
_FIELDS = {"loc": "loc", "lastmod": "modified", "publication_date": "published", "title": "title"}


def discover(body: bytes, url: str, entry: SitemapEntry) -> Discovery:
    """Return the pages of a sitemap, or the children of an index, newest first as far as they are dated.

    Raises BadContentError for what is no sitemap, is cut, too big or too deep, or declares entities. Other faults of
    its XML, as a bare ampersand, are read over when it has its end: a cut one must not look like one with fewer pages.
    """
    xml = _gunzip(body) if body.startswith(b"\x1f\x8b") else body
    if b"<!ENTITY" in xml:
        raise BadContentError("declares entities")
    if is_html(xml):
        raise BadContentError("HTML instead of a sitemap")
    if addresses := _read_text(xml):
        links, bad = gather(addresses, url)
        return Discovery(links=links, bad_links=bad)
    try:
        root, found = _read_tolerantly(xml)
    except etree.XMLSyntaxError as error:
        raise BadContentError(f"no well-formed XML: {error}") from error
    links, bad = gather(found, url)
    newest_first = tuple(sorted(links, key=_date, reverse=True))
    if root == "sitemapindex":
        return Discovery(next_pages=newest_first, bad_links=bad)
    return Discovery(links=newest_first, bad_links=bad)


def _gunzip(body: bytes) -> bytes:
    try:
        return gunzip(body, SITEMAP_MAX_BYTES)
    except (DamagedGzipError, GzipTooBigError) as error:
        raise BadContentError(str(error)) from error


def _read_text(body: bytes) -> list[tuple[str, Hints]]:
    """Return the lines of a text file that begins with an address; none of anything else."""
    if not _BEGINS_WITH_ADDRESS.match(body):
        return []
    lines = body.decode("utf-8-sig", "replace").splitlines()
    return [(line.strip(), Hints()) for line in lines if line.strip()][:SITEMAP_MAX_URLS]


def _read_tolerantly(xml: bytes) -> tuple[str, list[tuple[str, Hints]]]:
    try:
        return _read(xml, recover=False)
    except etree.XMLSyntaxError as error:
        # Beyond a limit the parser would give what it has read so far.
        is_attack = error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT  # type: ignore[attr-defined]  # not in the stubs
        if is_attack or not xml.rstrip().endswith(_ENDS):
            raise
        return _read(xml, recover=True)


def _read(xml: bytes, *, recover: bool) -> tuple[str, list[tuple[str, Hints]]]:
    events = etree.iterparse(
        BytesIO(xml),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=recover,
    )
    root = ""
    found: list[tuple[str, Hints]] = []
    for event, element in events:
        if not root:
            root = _local_name(element)
            if root not in _ROOTS:
                raise BadContentError(f"root element {root!r} is none of a sitemap")
        if event == "end" and _local_name(element) in ("url", "sitemap"):
            found.extend(_location(element))
            _forget(element)
            if len(found) >= SITEMAP_MAX_URLS:
                break
    return root, found


def _forget(element: etree._Element) -> None:
    """Free an element and those before it: a million of them, emptied but kept, are 300 MB."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _location(element: etree._Element) -> Iterator[tuple[str, Hints]]:
    said: dict[str, str] = {}
    news = [part for child in element if _local_name(child) == "news" for part in child]
    for child in (*element, *news):
        name = _FIELDS.get(_local_name(child))
        # Not `words` for an address: one that is cut would lead elsewhere.
        text = (child.text or "").strip() if name == "loc" else words(child.text)
        if name and text and name not in said:
            said[name] = text
    if "loc" in said:
        hints = Hints(title=said.get("title"), published=said.get("published"), modified=said.get("modified"))
        yield said["loc"], hints


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _date(link: DiscoveredUrl) -> str:
    # W3C dates sort as text; where offsets differ the order is off by hours, which does not matter here.
    return link.hints.modified or link.hints.published or ""
