"""The sources that an article names by link: the closing block of a brief, and the links in its text."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from scrapers.extraction.decode import clean_line
from scrapers.extraction.page import BLOCK_TAGS, opening_of, text_of
from scrapers.identity import BadUrlError, domain_of, normalise_url
from scrapers.records import Citation, CitationKind
from scrapers.registry import Source

MAX_CITATIONS = 200  # a page with more is a directory

_HEADING = re.compile(
    r"(?i)^(?:related\s+sources?|sources?|references|источники?|использованные\s+источники|(?:тиешелүү\s+)?булак(?:тар)?"
    r"|(?:қатысты\s+)?дереккөз(?:дер)?|(?:tegishli\s+)?manba(?:lar)?|(?:тегишли\s+)?манба(?:лар|ъҳо|аҳо)?|сарчашма(?:ҳо)?"
    r"|(?:degişli\s+)?çeşme(?:ler)?)\s*:?$"
)
"""The words above a closing block of sources, in en, ru, ky, kk, uz, tg, tk. Boxes of further reading have others."""

_HEADING_TAGS = ("h2", "h3", "h4", "h5", "h6", "p", "div", "strong", "b", "dt", "span")
_MAX_HEADING_WORDS = 3  # "использованные источники :"
_MAX_HEADING_CHARS = 200  # white space of the markup included
_MAX_BLOCK_LINK_FREE = 0.6  # share of a block's text outside its links: "Outlet: headline (date)" has up to a half
_ABSOLUTE = re.compile(r"\s*(?:https?:)?//([^/?#\s]+)", re.IGNORECASE)
_LINE_PREFIX_CHARS = 40  # enough of a paragraph to know it again in the cleaned text


def take_related(root: HtmlElement, base: str) -> tuple[Citation, ...]:
    """Remove the closing blocks of sources from the tree and return what they name."""
    found: list[Citation] = []
    for heading in [e for e in root.iter(*_HEADING_TAGS) if _is_heading(e)]:
        block = _block_after(heading)
        if block is None:
            continue
        found.extend(_links(block, base, CitationKind.RELATED))
        block.drop_tree()
        heading.drop_tree()
    return _distinct(found)


def _is_heading(element: HtmlElement) -> bool:
    if len(element) > 1:
        return False
    text = element.text or ""
    for child in element:
        text += f"{child.text or ''}{child.tail or ''}"
    # counting words first is cheap, and most elements have none or more than a heading of sources
    n_words = len(text[:_MAX_HEADING_CHARS].split(maxsplit=_MAX_HEADING_WORDS))
    return 0 < n_words <= _MAX_HEADING_WORDS and _HEADING.match(clean_line(text[:_MAX_HEADING_CHARS])) is not None


def _block_after(heading: HtmlElement) -> HtmlElement | None:
    """Return the block of links that follows a heading, also where the heading stands alone in its paragraph."""
    start = heading
    while start is not None and start.getnext() is None and not (start.tail or "").strip():
        start = start.getparent()
        if start is None or start.tag in ("body", "article", "main", "section"):
            return None
    block = None if start is None else start.getnext()
    return block if block is not None and isinstance(block.tag, str) and _is_mostly_links(block) else None


def _is_mostly_links(block: HtmlElement) -> bool:
    n_chars = len(text_of(block))
    n_linked = sum(len(text_of(a)) for a in block.iter("a"))
    return n_linked > 0 and n_linked >= (1 - _MAX_BLOCK_LINK_FREE) * n_chars


def read_inline(root: HtmlElement, base: str, source: Source, text: str) -> tuple[Citation, ...]:
    """Return the links to other hosts that stand in paragraphs of the cleaned text."""
    own = {None} | {host.removeprefix("www.") for host in (*source.hosts, urlsplit(base).netloc.lower())}
    kept = {line[:_LINE_PREFIX_CHARS] for line in text.split("\n")}
    foreign = (link for link in root.iter("a") if _host(link.get("href")) not in own)
    found = (
        citation
        for block, links in groupby(foreign, key=_block_of)
        if opening_of(block, _LINE_PREFIX_CHARS) in kept
        for link in links
        for citation in _links(link, base, CitationKind.INLINE)
        if urlsplit(citation.url or "").netloc.removeprefix("www.") not in own
    )
    return _distinct(found)


def _host(href: str | None) -> str | None:
    """Return the host that an absolute address names, without www; None for what cannot lead to another host."""
    match = _ABSOLUTE.match(href or "")
    return match[1].lower().removeprefix("www.") if match else None


def _block_of(link: HtmlElement) -> HtmlElement:
    return next((a for a in link.iterancestors() if a.tag in BLOCK_TAGS), link)


def _links(element: HtmlElement, base: str, kind: CitationKind) -> Iterator[Citation]:
    for link in element.iter("a"):
        if citation := cite(link.get("href"), base, label=text_of(link) or None, kind=kind):
            yield citation


def cite(href: str | None, base: str, *, label: str | None, kind: CitationKind) -> Citation | None:
    """Return a link as a citation; None when it is no http(s) address."""
    try:
        url = normalise_url(href, base=base) if href else None
    except BadUrlError:
        return None
    return Citation(kind=kind, label=label, url=url, domain=domain_of(url)) if url else None


def _distinct(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    by_url: dict[str | None, Citation] = {}
    for citation in citations:
        by_url.setdefault(citation.url, citation)
    return tuple(by_url.values())[:MAX_CITATIONS]
