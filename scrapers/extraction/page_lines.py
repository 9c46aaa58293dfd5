"""The page as lines of text in document order, as a reader sees them, and where among them the headline stands."""

from dataclasses import dataclass

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from scrapers.extraction.decode import clean_line
from scrapers.extraction.page import BLOCK_TAGS
from scrapers.extraction.title import is_same_title

_SKIPPED_TAGS = frozenset(
    {"script", "style", "noscript", "template", "nav", "footer", "aside", "select", "form", "button", "head"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines of a page; asides, navigation, forms and footers left out."""

    lines: tuple[str, ...]
    headline: int | None
    """Index of the line that is the headline; None when none is."""


def read_lines(root: HtmlElement, title: str | None) -> Lines:
    """Read a page's lines and find its headline among them: the first of equals, since print versions come last."""
    lines = tuple(line for line in _split(root) if line)
    places = [i for i, line in enumerate(lines) if title and is_same_title(line, title)]
    return Lines(lines=lines, headline=places[0] if places else None)


def _split(root: HtmlElement) -> list[str]:
    lines: list[list[str]] = [[]]
    skipped: HtmlElement | None = None
    for event, node in iterwalk(root, events=("start", "end")):
        if skipped is None and event == "start" and node.tag in _SKIPPED_TAGS:
            skipped = node
        if skipped is None and event == "start":
            if node.tag in BLOCK_TAGS:
                lines.append([])
            lines[-1].append(node.text or "")
        elif event == "end" and skipped in (None, node):
            skipped = None
            if node.tag in BLOCK_TAGS:
                lines.append([])
            lines[-1].append(node.tail or "")
    return [clean_line("".join(parts)) for parts in lines]
