"""One parsed page, shared by all steps: the tree, its meta elements and its JSON-LD, each read once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml.etree import ElementDefaultClassLookup, HTMLParser, ParserError, XPath, iterwalk
from lxml.html import HtmlElement, document_fromstring

from scrapers.extraction.decode import clean_line
from scrapers.extraction.structured import Structured, read_structured

BLOCK_TAGS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html"}
    | {
        "li",
        "main",
        "nav",
        "ol",
        "option",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
    }
    | {"tr", "ul"}
)
"""Elements that begin a line of their own."""

_CONTROLS = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_NONCHARACTERS = "\ufffe\uffff"
_CONTROL_REFERENCE = re.compile(
    rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45])|[xX]0*(?:[0-8bcefBCEF]|1[\da-fA-F]|[fF]{3}[efEF]))(?![\da-fA-F]);?"
)
"""What no XML text may hold: libxml2 lets it into the tree, and lxml raises when it is to be written again."""

_CLOSED_SCRIPT = re.compile(rb"(?i)(<script\b[^<>]*)/>(?=(?:[^<]|<(?!/?script))*+</script)")
"""A script whose tag closes itself and whose code follows all the same. libxml2 takes the code for text; for browsers
the script ends at its end tag."""

_WITH_ITEMPROP = XPath(".//*[@itemprop]")
_COUNT_CHARS = XPath("string-length(normalize-space(.))", smart_strings=False)
_LOOKUP = ElementDefaultClassLookup(element=HtmlElement)
"""Every element is a plain HtmlElement. lxml.html's own lookup runs in Python for each element at each walk: a tenth of
the time of an extraction."""

_NAMES_KEPT = 8192  # of each pattern; a page has some hundred, most of them known from the page before
_LONG_NAME = 500  # characters; longer ones are hostile or generated, and not worth the memory

_SILENT_TAGS = frozenset({"script", "style", "noscript", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A parsed page. Steps read the tree; only `text`, which comes last, prunes it."""

    root: HtmlElement
    url: str
    """The address that answered."""
    meta: Mapping[str, tuple[str, ...]]
    """Contents of the meta elements by name, property or itemprop in lower case, in document order."""
    items: Mapping[str, tuple[HtmlElement, ...]]
    """Elements by their itemprop (microdata), in document order."""
    structured: Structured

    def first_meta(self, *names: str) -> str | None:
        """Return the content of the first of these meta elements that says something."""
        return next((self.meta[name][0] for name in names if name in self.meta), None)


def parse_page(html: str, url: str) -> Page | None:
    """Parse a decoded page; None when there is nothing in it."""
    # The text goes in as UTF-8 bytes: lxml refuses a str that carries an XML encoding declaration.
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    parser.set_element_class_lookup(_LOOKUP)
    for noncharacter in _NONCHARACTERS:
        html = html.replace(noncharacter, "")
    body = html.encode("utf-8", "replace").translate(None, _CONTROLS)
    body = _CONTROL_REFERENCE.sub(b"", body) if b"&#" in body else body
    try:
        root = document_fromstring(_CLOSED_SCRIPT.sub(rb"\1>", body), parser=parser)
    except ParserError:
        return None
    return Page(root=root, url=url, meta=_read_meta(root), items=_read_items(root), structured=read_structured(root))


def _read_meta(root: HtmlElement) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        if content := clean_line(element.get("content") or ""):
            found.setdefault(name.strip().lower(), []).append(content)
    return {name: tuple(contents) for name, contents in found.items()}


def _read_items(root: HtmlElement) -> dict[str, tuple[HtmlElement, ...]]:
    found: dict[str, list[HtmlElement]] = {}
    elements: list[HtmlElement] = _WITH_ITEMPROP(root)  # type: ignore[assignment]  # an expression may give others
    for element in elements:
        found.setdefault(element.get("itemprop", ""), []).append(element)
    return {name: tuple(elements) for name, elements in found.items()}


class NameSearch:
    """Whether a pattern is found in elements' names (class and id).

    Verdicts are remembered: pages use few names, and those of a site the same ones.
    """

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self._finds_short = lru_cache(_NAMES_KEPT)(lambda name: pattern.search(name) is not None)

    def finds(self, element: HtmlElement) -> bool:
        """Search an element's name."""
        name = name_of(element)
        return self._finds_short(name) if len(name) <= _LONG_NAME else self._pattern.search(name) is not None


def name_of(element: HtmlElement) -> str:
    """Return the class and the id of an element, separated by a space."""
    return f"{element.get('class', '')} {element.get('id', '')}"


def text_of(element: HtmlElement) -> str:
    """Return the text of an element as one clean line, blocks kept apart, scripts and styles left out."""
    return clean_line("".join(pieces_of(element)))


def opening_of(element: HtmlElement, n_chars: int) -> str:
    """Return the first characters of what `text_of` returns, without reading on."""
    read: list[str] = []
    n_read = 0
    for piece in pieces_of(element):
        read.append(piece)
        if piece.isspace():
            continue
        n_read += len(clean_line(piece))
        if n_read > n_chars and piece[-1:].isalnum():
            break
    return clean_line("".join(read))[:n_chars]


def pieces_of(element: HtmlElement) -> Iterator[str]:
    """Yield the text below an element in document order, walked without recursion: pages nest deeper than the stack."""
    for event, node in iterwalk(element, events=("start", "end")):
        tag = node.tag
        if tag in BLOCK_TAGS:
            yield " "
        if event == "end":
            text = None if node is element else node.tail
        else:
            text = None if tag in _SILENT_TAGS else node.text
        if text:
            yield text


def count_chars(element: HtmlElement) -> int:
    """Return the characters of an element's text, scripts included: in C, to pass over large elements cheaply."""
    return int(float(str(_COUNT_CHARS(element))))
