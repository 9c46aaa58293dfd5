"""The page as lines of text in document order, as a reader sees them, and where among them the headline stands."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from scrapers.extraction.decode import clean_line, fold
from scrapers.extraction.page import BLOCK_TAGS

_SKIPPED_TAGS = frozenset(
    {"script", "style", "noscript", "template", "nav", "footer", "aside", "select", "form", "button", "head"}
)

_HEADINGS = ("h1", "h2", "h3")
_AFTER_HEADLINE, _BEFORE_HEADLINE = 14, 4  # lines looked at; sub-headline, author, counters and shares stand between
_MAX_SHORT_CHARS = 60  # date, author and section; longer lines further off are prose or teasers
_MIN_KEY_CHARS = 8  # below this, that a line ends like the headline says nothing
_MAX_PAIR_CHARS = 40  # day and time in two elements


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text."""

    text: str
    is_link: bool
    """Whether all of it is a link; a link in a heading is a headline and counts as none."""


@dataclass(frozen=True)
class Lines:
    """The lines of a page; asides, navigation, forms and footers left out."""

    lines: tuple[Line, ...]

    @property
    def n_chars(self) -> int:
        """Characters of all lines."""
        return sum(len(line.text) for line in self.lines)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The lines folded for comparison."""
        return tuple(fold(line.text) for line in self.lines)

    @property
    def folded(self) -> frozenset[str]:
        """What the lines say that are no links, folded for comparison."""
        return frozenset(key for key, line in zip(self.keys, self.lines, strict=True) if not line.is_link)

    def find_headline(self, title: str) -> int | None:
        """Return the index of the line that is the headline, or else ends with it after a kicker; None when none does.

        The first of equals, since print versions come last; but one that is no link, since lists of the latest news
        come first and link to the page itself.
        """
        key = fold(title)
        ending = [
            (i, found) for i, line in enumerate(self.lines) if (found := _fold_ending(line.text, key)) is not None
        ]
        places = [i for i, found in ending if found == key]
        if not places and len(key) >= _MIN_KEY_CHARS:
            places = [i for i, found in ending if len(found) < 2 * len(key)]
        shown = [i for i in places if not self.lines[i].is_link]
        return next(iter(shown or places), None)


def read_lines(root: HtmlElement) -> Lines:
    """Read a page's lines in document order."""
    return Lines(tuple(_split(root)))


def _fold_ending(text: str, key: str) -> str | None:
    """Return a line folded where it ends with a folded headline; of a long line its end is looked at first."""
    n_chars = 2 * len(key) + _MAX_SHORT_CHARS
    if len(text) > n_chars:
        end = fold(text[-n_chars:])
        if len(end) >= len(key) and not end.endswith(key):
            return None
    folded = fold(text)
    return folded if folded.endswith(key) else None


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The lines near the headline, the nearest first."""

    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    """Short lines with digits in the rest of the page."""


def look_around(lines: Lines, title: str | None) -> Neighbourhood:
    """Return the lines near the headline; none when the page does not show it."""
    headline = lines.find_headline(title) if title else None
    short = [(i, line.text) for i, line in enumerate(lines.lines) if len(line.text) <= _MAX_SHORT_CHARS]
    further = [(i, text) for i, text in short if any(map(str.isdigit, text))]
    if headline is None:
        return Neighbourhood(further=tuple(text for _, text in further))
    further.sort(key=lambda found: abs(found[0] - headline))
    near = [line.text for line in lines.lines[headline + 1 : headline + 1 + _AFTER_HEADLINE]]
    pairs = [f"{one}, {other}" for one, other in pairwise(near) if len(one) + len(other) < _MAX_PAIR_CHARS]
    before = [line.text for line in lines.lines[max(0, headline - _BEFORE_HEADLINE) : headline]]
    return Neighbourhood(
        after=(*near, *pairs), before=tuple(reversed(before)), further=tuple(text for _, text in further)
    )


class _LineBuilder:
    """Collects the pieces of the line that is being read."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._pieces: list[str] = []
        self._has_plain = False

    def add(self, text: str, *, is_linked: bool) -> None:
        self._pieces.append(text)
        self._has_plain = self._has_plain or not (is_linked or text.isspace())

    def end(self) -> None:
        """Keep the line that was read, if it says anything, and begin the next."""
        if self._pieces:
            if text := clean_line("".join(self._pieces)):
                self.lines.append(Line(text, not self._has_plain))
            self._pieces, self._has_plain = [], False


def _split(root: HtmlElement) -> list[Line]:
    builder = _LineBuilder()
    n_links = 0
    walk = iterwalk(root, events=("start", "end"))
    for event, node in walk:
        tag = node.tag
        if tag in BLOCK_TAGS:
            builder.end()
        elif tag == "a" and not _is_headline(node):
            n_links += 1 if event == "start" else -1
        if event == "end":
            text = node.tail
        elif tag in _SKIPPED_TAGS:
            walk.skip_subtree()
            continue
        else:
            text = node.text
        if text:
            builder.add(text, is_linked=n_links > 0)
    builder.end()
    return builder.lines


def _is_headline(link: HtmlElement) -> bool:
    """Whether a link is in a heading: a headline that links to its own page."""
    parent = link.getparent()
    return parent is not None and parent.tag in _HEADINGS
