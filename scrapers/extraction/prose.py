"""Where on a page the article stands: its blocks of text, and the element that holds its prose.

A second, cheap opinion beside trafilatura, from one walk: blocks that read as prose vote for the elements around them,
the nearer the more, and the element with most votes is the region of the article. It never gives the text itself;
`text` asks it how much of the page trafilatura must be shown, and which of its lines stand outside the article.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from scrapers.extraction.page import BLOCK_TAGS

_SKIPPED_TAGS = frozenset(
    {"script", "style", "noscript", "template", "head", "nav", "footer", "aside", "figcaption", "select", "option"}
    | {"button", "label", "input", "textarea", "menu", "dialog", "iframe", "object", "svg", "video", "audio", "canvas"}
)
"""Elements whose text is never the article's."""

_PARAGRAPH_TAGS = frozenset({"p", "blockquote", "li", "h2", "h3", "pre"})  # hold one block; their parent holds the text

_MAX_LINKED_SHARE = 0.4  # of a paragraph; one with more is a list of links
_MIN_PROSE_CHARS = 60  # shorter blocks are captions, bylines, headings
_SURE_PROSE_CHARS = 120  # as long as this it is prose even where no sentence ends
_SENTENCE_END = re.compile(r"[.!?…:;»”\"')]\s*$|[。！？]")
_CUT_OFF = ("...", "…")  # how content systems end the teasers of other articles; an article's own paragraphs are whole
_DENSE_SCRIPT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # a character says twice as much

_DECAY = 0.75
"""Share of a block's vote that each next element outwards gets. Of .65 to .92 the best on daniel_s, and within .001 of
the best on fundus (2026-11-25)."""

_REACH = 8
"""Elements outwards that a block votes for: page builders wrap paragraphs up to six deep; with 4 fundus loses .01."""

_LETTERS = re.compile(r"[^\W_]+")
_ASCII_LETTERS = {code: None for code in range(128) if not chr(code).isalnum()}  # of ASCII twenty times as fast


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text between two block boundaries."""

    text: str
    n_linked: int
    """Characters of it that stand in links."""
    element: HtmlElement
    """The nearest block element around it."""

    @property
    def weight(self) -> int:
        """How much prose this is: its characters outside links; 0 for what does not read as prose."""
        n_chars = len(self.text)
        if self.n_linked > _MAX_LINKED_SHARE * n_chars or self.text.rstrip(" »”\"')]").endswith(_CUT_OFF):
            return 0
        n_chars += len(_DENSE_SCRIPT.findall(self.text))
        if n_chars < _MIN_PROSE_CHARS or (n_chars < _SURE_PROSE_CHARS and not _SENTENCE_END.search(self.text)):
            return 0
        return n_chars - self.n_linked


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """The element that holds the article, and what stands in and outside it. Texts are letters only (`letters`)."""

    element: HtmlElement
    inside: str
    """All blocks inside, one after the other."""
    n_running: int
    """Letters of the running text: from the first prose inside to the last, headings included, lists of links not."""
    outside: tuple[str, ...]
    """The prose outside, as it stands there."""
    share: float
    """Part of the page's prose that stands inside, 0 to 1."""

    def prose_outside(self) -> str:
        """Return the prose outside, letters only."""
        return "".join(map(letters, self.outside))


def letters(text: str) -> str:
    """Return the letters and digits of a text in one case: what stays the same however it is laid out.

    >>> letters("Кар – жаады!")
    'каржаады'
    """
    folded = text.casefold()
    return folded.translate(_ASCII_LETTERS) if folded.isascii() else "".join(_LETTERS.findall(folded))


def find_region(root: HtmlElement) -> Region | None:
    """Find the region of the article; None for a page without prose."""
    weighed = [(block, block.weight) for block in read_blocks(root)]
    element = _elect(weighed)
    if element is None:
        return None
    members = set(element.iter())
    inside = [(block, weight) for block, weight in weighed if block.element in members]
    keys = [letters(block.text) for block, _ in inside]
    return Region(
        element=element,
        inside="".join(keys),
        n_running=_count_running(inside, keys),
        outside=tuple(block.text for block, weight in weighed if weight and block.element not in members),
        share=sum(weight for _, weight in inside) / sum(weight for _, weight in weighed),
    )


def _count_running(weighed: list[tuple[Block, int]], keys: list[str]) -> int:
    prose = [i for i, (_, weight) in enumerate(weighed) if weight]
    running = range(prose[0], prose[-1] + 1) if prose else ()
    return sum(len(keys[i]) for i in running if weighed[i][0].n_linked <= len(weighed[i][0].text) / 2)


def _elect(weighed: Iterable[tuple[Block, int]]) -> HtmlElement | None:
    votes: dict[HtmlElement, float] = {}
    for block, weight in weighed:
        if not weight:
            continue
        element, vote = block.element, float(weight)
        if element.tag in _PARAGRAPH_TAGS:
            element = element.getparent()
        for _ in range(_REACH):
            if element is None or element.tag == "html":
                break
            votes[element] = votes.get(element, 0.0) + vote
            vote *= _DECAY
            element = element.getparent()
    return max(votes, key=lambda element: votes[element]) if votes else None


def read_blocks(root: HtmlElement) -> list[Block]:
    """Read the blocks of text below an element in document order, in one walk without recursion."""
    reader = _BlockReader(root)
    walk = iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in _SKIPPED_TAGS:
                walk.skip_subtree()
            reader.start(element)
        else:
            reader.end(element)
    reader.flush()
    return reader.blocks


class _BlockReader:
    """Collects the pieces of the block that is being read."""

    def __init__(self, root: HtmlElement) -> None:
        self.blocks: list[Block] = []
        self._root = self._owner = root
        self._pieces: list[str] = []
        self._n_linked = self._n_links = 0

    def start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCK_TAGS:
            self.flush()
            if tag != "br":
                self._owner = element
        elif tag == "a":
            self._n_links += 1
        if tag not in _SKIPPED_TAGS and (text := element.text):
            self._add(text)

    def end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in BLOCK_TAGS:
            self.flush()
            if tag != "br":
                self._owner = self._block_around(element)
        elif tag == "a":
            self._n_links -= 1
        if element is not self._root and (text := element.tail):
            self._add(text)

    def _add(self, text: str) -> None:
        self._pieces.append(text)
        if self._n_links:
            self._n_linked += len(text.strip())

    def flush(self) -> None:
        if not self._pieces:
            return
        if text := " ".join("".join(self._pieces).split()):
            self.blocks.append(Block(text, min(self._n_linked, len(text)), self._owner))
        self._pieces, self._n_linked = [], 0

    def _block_around(self, element: HtmlElement) -> HtmlElement:
        parent = element.getparent()
        while parent is not None and parent.tag not in BLOCK_TAGS:
            parent = parent.getparent()
        return self._root if parent is None else parent
