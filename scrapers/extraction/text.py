"""The body: trafilatura cleans, we prune before it and tidy after it.

`favor_precision` is the best setting for news (fundus .958, Russian pages +3 points over the default; measured
2026-11-22), but can find too little on short or odd pages: then the default setting is asked as well. Which path gave
the text is said in `Body.origin`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement
from trafilatura import bare_extraction

from scrapers.extraction.boilerplate import BOX_NAME, COMMENTS_NAME, PROMOTION_LINE
from scrapers.extraction.decode import clean_lines, fold
from scrapers.extraction.page import count_chars
from scrapers.registry import Selectors

EXCERPT_CHARS = 200
"""Length of an excerpt: what quotation allows everywhere, and what a search result shows."""

EXCERPT_SHARE = 0.25
"""Largest share of a text that its excerpt may be."""

_SHORT_CHARS = 250  # trafilatura's own bound below which it doubts its result

_BOX_TAGS = ("div", "section", "ul", "ol", "aside", "form", "table", "nav", "p")
_MAX_BOX_SHARE = 0.3  # of the page's prose; an element with more is the article's own ("no-share", "article__teaser")
_MAX_COMMENTS_SHARE = 0.85  # readers may write more than the author
_PROSE_CHARS = 80  # a paragraph as long as this is prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A cleaned text and the path that gave it."""

    text: str
    """Paragraphs separated by a newline; empty when nothing was found."""
    origin: str
    """`trafilatura_precision`, `trafilatura_default`, with `selector+` before it where the source's selector chose."""


def read_body(root: HtmlElement, selectors: Selectors, *, title: str | None) -> Body:
    """Extract the body of a page. Prunes the tree, so this comes after all that reads the whole page."""
    _drop(element for css in selectors.remove for element in root.cssselect(css))
    prefix = "selector+" if _restrict(root, selectors.body) else ""
    _drop(_boxes(root))
    text = _tidy(_trafilatura(root, is_precise=True), title)
    if len(text) >= _SHORT_CHARS:
        return Body(text=text, origin=f"{prefix}trafilatura_precision")
    other = _tidy(_trafilatura(root, is_precise=False), title)
    if len(other) > len(text):
        return Body(text=other, origin=f"{prefix}trafilatura_default")
    return Body(text=text, origin=f"{prefix}trafilatura_precision")


def _drop(elements: Iterator[HtmlElement]) -> None:
    for element in list(elements):
        if element.getparent() is not None and element.tag not in ("html", "body"):
            element.drop_tree()


def _restrict(root: HtmlElement, css: str | None) -> bool:
    """Leave in the body only what the source's selector names; False, and nothing changed, where it names nothing."""
    body = root.find(".//body")
    chosen = [e for e in root.cssselect(css) if e.tag not in ("html", "body")] if css else []
    if body is None or not chosen:
        return False
    outermost = [e for e in chosen if not any(a in chosen for a in e.iterancestors())]
    for element in outermost:
        element.tail = None
    body[:] = outermost
    body.text = None
    return True


def _boxes(root: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the elements named as boxes, but for those that hold so much of the prose that they hold the article."""
    prose = _count_prose(root)
    for element in root.iter(*_BOX_TAGS):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if not BOX_NAME.search(name) or element.find(".//h1") is not None:
            continue
        share = _MAX_COMMENTS_SHARE if COMMENTS_NAME.search(name) else _MAX_BOX_SHARE
        if _count_prose(element) <= share * prose:
            yield element


def _count_prose(element: HtmlElement) -> int:
    return sum(n_chars for p in element.iter("p") if (n_chars := count_chars(p)) >= _PROSE_CHARS)


def _trafilatura(root: HtmlElement, *, is_precise: bool) -> str:
    # deduplicate stays off: its memory is global to the process, and the same page read thrice would give nothing.
    document = bare_extraction(
        root, include_comments=False, favor_precision=is_precise, deduplicate=False, with_metadata=False
    )
    return str(getattr(document, "text", None) or "")


def _tidy(text: str, title: str | None) -> str:
    """Drop the lines that only repeat the headline or ask to follow, subscribe or share."""
    lines = clean_lines(text).split("\n")
    while lines and title and fold(lines[0]) == fold(title):
        del lines[0]
    return "\n".join(line for line in lines if not PROMOTION_LINE.match(line))


def cut_excerpt(text: str) -> str:
    """Return the opening of a text, cut at a word's end: at most 200 characters and a quarter of it.

    >>> cut_excerpt("Кар жаады. " * 4)
    'Кар жаады.'
    """
    flat = text.replace("\n", " ").strip()
    limit = min(EXCERPT_CHARS, int(len(flat) * EXCERPT_SHARE))
    if len(flat) <= limit:
        return flat
    return flat[: limit + 1].rpartition(" ")[0].rstrip()


def count_words(text: str) -> int:
    """Return the number of words: runs of letters, digits and the apostrophes and hyphens within them."""
    return len(re.findall(r"\w+(?:[-'’‘ʻʼ`]\w+)*", text))
