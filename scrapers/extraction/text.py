"""The body: trafilatura cleans, we show it the right part of the page before and tidy after it.

Boxes that are no part of an article are dropped first. Then `prose` says where the article stands, and trafilatura is
asked in up to three ways, the cheapest first; the next only where the last lost what stands there:

1. narrowed: its fast mode on the article's region alone, where nearly all prose of the page is (60 to 75 % of pages)
2. whole page: its fast mode, without the lines that stand outside the region
3. default: all that trafilatura can do, likewise

Last, a long `articleBody` of JSON-LD, which a fifth of modern pages has, takes out what it does not have.

Measured on 2026-11-25 over fundus / daniel_s / snippets of trafilatura's corpus, body F1: trafilatura's defaults .961,
.847, .929; its `favor_precision` .961, .871, .928; all of this module .967, .925, .930. It without
    boxes .967, .923, .929 · lines cut .966, .897, .930 · JSON-LD .963, .925, .929 · the end of a line .967, .925, .929
    comments named in other languages and compounds .967, .924, .928 · cut-off teasers told from prose .967, .924, .930
The narrowed way is there for speed: without it .967, .925, .930. Where a region of teasers was taken, little stood in
trafilatura's own output (Russian pages: 88 % of the text, now 99 %). JSON-LD that is cut off is in no corpus; the
rule keeps texts from losing their end. Tried and left out: half the votes for prose in list items, which helped one
site; a region far below the headline, where the text was as often right.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from html import unescape
from itertools import accumulate

from lxml.etree import strip_elements
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from scrapers.extraction.boilerplate import BOX_NAME, COMMENTS_NAME, PROMOTION_LINE
from scrapers.extraction.decode import clean_line, clean_lines, fold
from scrapers.extraction.page import NameSearch, count_chars, name_of
from scrapers.extraction.prose import Region, find_region, letters
from scrapers.registry import Selectors

EXCERPT_CHARS = 200
"""Length of an excerpt: what quotation allows everywhere, and what a search result shows."""

EXCERPT_SHARE = 0.25
"""Largest share of a text that its excerpt may be."""

_NARROW_SHARE = 0.8
"""Part of the page's prose that must stand in the region before the rest is hidden from trafilatura."""

_NARROW_PROSE = 300  # letters of running text that a region must have for that; less may be a teaser
_NARROW_KEPT = 0.93  # of the region's running text that a text must hold, else trafilatura met something odd there
_NARROW_COVERED = 0.8  # of all the region's text, likewise
_CUT_KEPT = 0.7  # of its running text that a text must hold before lines outside are cut from it
_CONFIRMED = 0.7
"""Part of a text that JSON-LD must have before the rest is taken out: with less it is a teaser, or another text."""

_TELLING_LETTERS = 30  # some five words, which two different paragraphs of a page hardly share
_MARKUP = re.compile(r"<[^>]*>")

_MAX_CUT_PROSE = 0.2
"""Part of a text that may be prose outside the region for that to be cut: with more, the region is only one of several
that hold the article. On blogs and forums .2 keeps trafilatura's recall, on news it cuts what stands around."""

_TELLING_ATTRIBUTES = ("class", "id", "role", "itemprop", "itemtype", "data-component", "data-testid")
"""What trafilatura's expressions look at. Broken pages have names and values that cannot be set again."""

_WORDLESS_TAGS = ("style", "svg", "iframe", "canvas", "link", "meta")
"""Often most of a page's bytes and many of its elements, which trafilatura copies and searches several times."""

_BOX = NameSearch(BOX_NAME)
_BOX_TAGS = ("div", "section", "ul", "ol", "aside", "form", "table", "nav", "p")
_MAX_BOX_SHARE = 0.3  # of the page's prose; an element with more is the article's own ("no-share", "article__teaser")
_MAX_COMMENTS_SHARE = 0.85  # readers may write more than the author
_PROSE_CHARS = 80  # a paragraph as long as this is prose


# deduplicate stays off: its memory is global to the process, and the same page read thrice would give nothing.
_DEFAULT = Extractor(output_format="python", comments=False, dedup=False)
_FAST = Extractor(output_format="python", comments=False, dedup=False, fast=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A cleaned text and the path that gave it."""

    text: str
    """Paragraphs separated by a newline; empty when nothing was found."""
    origin: str
    """`trafilatura_narrowed`, `trafilatura_whole`, `trafilatura_default`; `+cut` where lines outside the article's
    region were taken out, `+json_ld` where those that the page's JSON-LD does not have were; `selector+` before it
    where the source's selector chose."""


def read_body(root: HtmlElement, selectors: Selectors, *, title: str | None, witness: str | None = None) -> Body:
    """Extract the body of a page. Prunes the tree, so this comes after all that reads the whole page.

    `witness` is the body by the page's own JSON-LD: never the text, but what it leaves out is not the article either.
    """
    _drop(element for css in selectors.remove for element in root.cssselect(css))
    is_chosen = _restrict(root, selectors.body)
    _drop(_boxes(root))
    _drop(script for script in root.iter("script") if "ld+json" not in script.get("type", ""))
    strip_elements(root, *_WORDLESS_TAGS, with_tail=False)
    text, origin = _ask_trafilatura(root, None if is_chosen else find_region(root))
    if not is_chosen and (confirmed := _confirm(text, witness)) is not None:
        text, origin = confirmed, f"{origin}+json_ld"
    return Body(text=_tidy(text, title), origin=f"selector+{origin}" if is_chosen else origin)


def _ask_trafilatura(root: HtmlElement, region: Region | None) -> tuple[str, str]:
    """Return the text by the first way that keeps what stands in the article's region, and the way's name."""
    if region is None:
        return _trafilatura(root), "trafilatura_default"
    if (text := _read_narrowed(region)) is not None:
        return text, "trafilatura_narrowed"
    if (cut := _cut(_trafilatura(root, is_fast=True), region)) is not None:
        return cut, "trafilatura_whole+cut"
    text = _trafilatura(root)
    if (cut := _cut(text, region)) is not None:
        return cut, "trafilatura_default+cut"
    return text, "trafilatura_default"


def _read_narrowed(region: Region) -> str | None:
    """Return trafilatura's text of the region alone; None where the region is not all, or something got lost."""
    if region.share < _NARROW_SHARE or region.n_running < _NARROW_PROSE:
        return None
    text = _trafilatura(_narrowed(region.element), is_fast=True)
    n_letters = len(letters(text))
    is_whole = n_letters >= _NARROW_KEPT * region.n_running and n_letters >= _NARROW_COVERED * len(region.inside)
    return text if is_whole else None


def _narrowed(element: HtmlElement) -> HtmlElement:
    """Return a copy of an element within bare copies of the elements around it: trafilatura goes by their names."""
    node = deepcopy(element)
    node.tail = None
    for ancestor in element.iterancestors():
        shell = ancestor.makeelement(ancestor.tag if ancestor.tag.isalnum() else "div")
        for name in _TELLING_ATTRIBUTES:
            if value := ancestor.get(name):
                shell.set(name, clean_line(value))
        shell.append(node)
        node = shell
    return node


def _cut(text: str, region: Region) -> str | None:
    """Return a text without its lines outside the region.

    None where the two disagree: little of the region is in the text, or much of what would go is prose.
    """
    lines = [(line, letters(line)) for line in text.split("\n")]
    inside = [(line, key) for line, key in lines if key and _stands_in(key, region.inside)]
    outside = set(lines).difference(inside)
    if sum(len(key) for _, key in inside) < _CUT_KEPT * region.n_running:
        return None
    prose_outside = region.prose_outside()
    n_prose_cut = sum(len(key) for line, key in lines if (line, key) in outside and key in prose_outside)
    if n_prose_cut > _MAX_CUT_PROSE * sum(len(key) for _, key in lines):
        return None
    return "\n".join(line for line, _ in inside)


def _confirm(text: str, witness: str | None) -> str | None:
    """Return a text without the lines that JSON-LD does not have; None where it has too little, all, or is cut off."""
    if not witness:
        return None
    said = letters(_MARKUP.sub(" ", unescape(witness)))
    lines = [(line, letters(line)) for line in text.split("\n")]
    if _is_cut_off(said, [key for _, key in lines]):
        return None
    kept = [(line, key) for line, key in lines if _stands_in(key, said)]
    n_kept, n_all = (sum(len(key) for _, key in some) for some in (kept, lines))
    return "\n".join(line for line, _ in kept) if _CONFIRMED * n_all <= n_kept < n_all else None


def _is_cut_off(said: str, keys: list[str]) -> bool:
    """Whether JSON-LD's text ends within a line: content systems cut it at so many characters."""
    at = "".join(keys).rfind(said[-_TELLING_LETTERS:])
    return at >= 0 and at + len(said[-_TELLING_LETTERS:]) not in accumulate(map(len, keys))


def _stands_in(key: str, place: str) -> bool:
    """Whether a line stands in a text, both as letters: of a long line its opening or its end is enough.

    trafilatura takes elements out of a paragraph (`time`, `noindex`, hidden words) that the page has, and the reverse.
    """
    if key in place:
        return True
    return len(key) >= 2 * _TELLING_LETTERS and (key[:_TELLING_LETTERS] in place or key[-_TELLING_LETTERS:] in place)


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
        if not _BOX.finds(element) or next(element.iterdescendants("h1"), None) is not None:
            continue
        share = _MAX_COMMENTS_SHARE if COMMENTS_NAME.search(name_of(element)) else _MAX_BOX_SHARE
        if _count_prose(element) <= share * prose:
            yield element


def _count_prose(element: HtmlElement) -> int:
    return sum(n_chars for p in element.iter("p") if (n_chars := count_chars(p)) >= _PROSE_CHARS)


def _trafilatura(root: HtmlElement, *, is_fast: bool = False) -> str:
    document = bare_extraction(root, options=_FAST if is_fast else _DEFAULT)
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
