"""Why a page with a text is no article: it is a list of others, a programme, a gallery, a recording.

The whole page is looked at first (`survey`), since trafilatura prunes the tree, then the text that came out. Of a page
that tells machines of its own article (its headline in JSON-LD, a time of publication in a meta element) only the links
in its text count.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin

from lxml.html import HtmlElement

from scrapers.counts import counted
from scrapers.extraction.decode import fold
from scrapers.extraction.page import Page
from scrapers.extraction.page_lines import Lines
from scrapers.extraction.prose import letters

_MAX_LINKED_SHARE = 0.5
"""Share of a text that is lines of link text. Indexes, tag and programme pages have .8 and more; of 865 real articles
the fullest has .38 (2026-11-25)."""

_MIN_PROSE_LETTERS = 60  # a line with fewer is a heading, a caption, an entry of a list
_MIN_LIST_LINES = 5
_MIN_LINK_LETTERS = 8  # shorter link texts ("more", "photo") are found in any line

_MIN_TITLE_LETTERS = 20  # three words; shorter links alone in a line are sections, tags and names
_MIN_TEASERS = 3  # two articles beside each other may be a report and its box
_MAX_EXCERPT_LINES = 2
_MAX_LINK_CHARS = 2_000  # a card has fewer, white space included; a link that is not closed may hold the whole page
_MAX_TEASER_LETTERS = 600  # a title and its excerpt: WordPress cuts at 55 words, some 400 letters
_MIN_TEASER_SHARE = 0.6  # of a text; what introduces a list, and what stands around it, may be the rest
_OPENING_LETTERS = 30  # of a line, by which it is found: trafilatura may join it with what follows
_MIN_EPISODES = 5  # of 865 articles none has more than three addresses linked under its own headline

_CARD_BLOCKS = ("h2", "h3", "h4", "h5", "p", "div")
_LIST_TYPES = frozenset({"CollectionPage", "SearchResultsPage", "ProfilePage"})
_RECORDING_TYPES = frozenset(
    {
        "VideoObject",
        "AudioObject",
        "PodcastEpisode",
        "RadioEpisode",
        "TVEpisode",
        "PodcastSeries",
        "RadioSeries",
        "TVSeries",
    }
)
_GALLERY_TYPES = frozenset({"ImageGallery", "MediaGallery"})
_LIST_CLASSES = frozenset({"archive", "search-results", "blog"})
"""Classes that WordPress gives the body of its lists. Source: developer.wordpress.org, get_body_class()."""

_SINGLE_CLASSES = frozenset({"single", "page"})
_PUBLISHED_META = ("article:published_time", "og:article:published_time")

_MAX_CAPTION_CHARS = 250
"""Own text of a recording's page that is its caption, a sentence or two; annotators of a corpus count 284 as a text."""

GALLERY_IMAGES = 4
"""Pictures that make a page without text a gallery."""

_LEADING_DIGITS = re.compile(r"^\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the whole page tells of its kind."""

    has_article: bool
    """Whether it tells machines of an article of its own; nothing else is looked at then."""
    declared: str | None
    """What it declares to be instead: a list, a gallery, a recording; None where it does not."""
    teasers: tuple[str, ...]
    """Titles that link to other pages, each with the little text that follows it; folded."""
    n_episodes: int
    """Other addresses that are linked under the page's own headline."""
    n_figures: int


def survey(page: Page, lines: Lines, title: str | None) -> Survey:
    """Read from the whole page, before its tree is pruned, what may tell its kind."""
    if _has_article(page, title):
        return Survey(has_article=True, declared=None, teasers=(), n_episodes=0, n_figures=0)
    own = fold(title or "")
    links = [(key, a.get("href", "").strip()) for a in page.root.iter("a") for key in _said_by(a)]
    episodes = (address for key, address in links if len(own) >= _MIN_LINK_LETTERS and own in key)
    return Survey(
        has_article=False,
        declared=_declared(page),
        teasers=tuple(_teasers(lines, {key: address for key, address in links if key != own}, headline=own)),
        n_episodes=len(_pages(episodes, page.url)),
        n_figures=sum(1 for _ in page.root.iter("figure")),
    )


def _said_by(link: HtmlElement) -> Iterator[str]:
    """Yield the folded text of a link, and of each block in it, since a link may be a whole card.

    Very short and very long ones are left out.
    """
    for element in (link, *link.iterdescendants(*_CARD_BLOCKS)):
        if len(said := _short_text(element)) >= _MIN_LINK_LETTERS:
            yield fold(said)


def _short_text(element: HtmlElement) -> str:
    """Return the text of an element; nothing of one with more than _MAX_LINK_CHARS, of which the rest is not read."""
    pieces: list[str] = []
    n_chars = 0
    for piece in element.itertext():
        n_chars += len(piece)
        if n_chars > _MAX_LINK_CHARS:
            return ""
        pieces.append(piece)
    return "".join(pieces)


def _teasers(lines: Lines, addresses: Mapping[str, str], *, headline: str) -> Iterator[str]:
    """Yield each linked title that is a line of its own, joined with the excerpt that follows it.

    A title that is followed by more than an excerpt is a heading within a text, and left out. `addresses`: where a link
    leads, by its folded text. An excerpt may be a link too, to the same address as its title.
    """
    piece: list[str] = []
    for key in (*lines.keys, headline):
        is_title = len(key) >= _MIN_TITLE_LETTERS and key in addresses
        is_new = is_title and not (piece and addresses[key] == addresses[piece[0]])
        if is_new or key == headline:
            n_prose = sum(len(said) >= _MIN_PROSE_LETTERS for said in piece[1:])
            if 0 < n_prose <= _MAX_EXCERPT_LINES and len(teaser := "".join(piece)) <= _MAX_TEASER_LETTERS:
                yield teaser
            piece = []
        if is_new or (piece and key != headline):
            piece.append(key)


def _has_article(page: Page, title: str | None) -> bool:
    """Whether the headline is that of an article in JSON-LD, or the meta elements say when it was published."""
    if page.first_meta(*_PUBLISHED_META) is not None:
        return True
    one, other = fold(title or ""), fold(page.structured.headline or "")
    return bool(one and other) and (one in other or other in one)


def _declared(page: Page) -> str | None:
    og_type = (page.first_meta("og:type") or "").lower()
    if og_type.startswith("video"):
        return "recording"
    types = page.structured.types
    if types & _RECORDING_TYPES and og_type != "article":
        return "recording"
    if types & _GALLERY_TYPES:
        return "gallery"
    body = page.root.find(".//body")
    classes = set() if body is None else set(body.get("class", "").split())
    is_list = types & _LIST_TYPES or (classes & _LIST_CLASSES and not classes & _SINGLE_CLASSES)
    return "list" if is_list else None


def _pages(addresses: Iterable[str], url: str) -> set[str]:
    """Return the pages that addresses lead to, the page itself left out."""
    found = set()
    for address in addresses:
        try:
            found.add(urldefrag(urljoin(url, address))[0])
        except ValueError:  # "http://[" is no address
            continue
    return found - {urldefrag(url)[0]}


def why_no_article(text: str, surveyed: Survey, root: HtmlElement) -> str | None:
    """Say what a page with this text is instead of an article; None when it is one. `root` is the pruned tree."""
    if (share := _linked_share(text, root)) > _MAX_LINKED_SHARE:
        return f"{share:.0%} of the text is links"
    if _is_list_of_links(text, root):
        return "short lines, links in most"
    return None if surveyed.has_article else _why_a_list(text, surveyed) or _why_media(text, surveyed, root)


def _why_a_list(text: str, surveyed: Survey) -> str | None:
    shown, share = _shown(text, surveyed.teasers)
    if len(shown) >= _MIN_TEASERS and share >= _MIN_TEASER_SHARE:
        return f"{len(shown)} titles of other articles with their openings"
    if surveyed.n_episodes >= _MIN_EPISODES:
        return f"{surveyed.n_episodes} episodes under its headline"
    return "a list by its own account" if surveyed.declared == "list" and shown else None


def _why_media(text: str, surveyed: Survey, root: HtmlElement) -> str | None:
    if surveyed.declared == "recording" and (n_chars := _own_chars(text, root)) <= _MAX_CAPTION_CHARS:
        return f"a recording with {counted(n_chars, 'character')} of its own"
    is_gallery = surveyed.declared == "gallery" or surveyed.n_figures >= GALLERY_IMAGES
    if is_gallery and max(len(letters(line)) for line in text.split("\n")) < _MIN_PROSE_LETTERS:
        return f"{counted(surveyed.n_figures, 'picture')} and no sentence"
    return None


def _shown(text: str, teasers: tuple[str, ...]) -> tuple[set[int], float]:
    """Return which teasers a text shows, and the share of its letters in lines that are theirs.

    It shows none where its first sentence is not a teaser's: a short article may have a large box of others below.
    """
    # A line without letters, as "* * *" between verses, would be found in any teaser.
    keys = [key for line in text.split("\n") if (key := fold(line))] if teasers else []
    places = [next((i for i, teaser in enumerate(teasers) if key[:_OPENING_LETTERS] in teaser), None) for key in keys]
    theirs = [(key, place) for key, place in zip(keys, places, strict=True) if place is not None]
    first_prose = next((key for key in keys if len(key) >= _MIN_PROSE_LETTERS), "")
    if first_prose not in [key for key, _ in theirs]:
        return set(), 0.0
    return {place for _, place in theirs}, sum(len(key) for key, _ in theirs) / max(1, sum(map(len, keys)))


def _own_chars(text: str, root: HtmlElement) -> int:
    """Count the characters of a text's lines, but for lines that are the text of a link, with or without a date."""
    linked = {letters(said) for said in _link_texts(root)}
    return sum(len(line) for line in text.split("\n") if _LEADING_DIGITS.sub("", letters(line)) not in linked)


def _is_list_of_links(text: str, root: HtmlElement) -> bool:
    """Whether a text has no line long enough for prose, and most of its lines carry the text of a link (programmes)."""
    lines = [key for line in text.split("\n") if (key := letters(line))]
    if not lines or max(map(len, lines)) >= _MIN_PROSE_LETTERS or len(lines) < _MIN_LIST_LINES:
        return False
    linked = {key for said in _link_texts(root) if len(key := letters(said)) >= _MIN_LINK_LETTERS}
    n_linked = sum(any(key in line for key in linked) for line in lines)
    return n_linked > _MAX_LINKED_SHARE * len(lines)


def _linked_share(text: str, root: HtmlElement) -> float:
    """Return the share of a text's letters that stand in lines which are nothing but link text; 0 where it is small."""
    said = list(_link_texts(root))
    lines = [letters(line) for line in text.split("\n")]
    n_all = max(1, sum(map(len, lines)))
    longest = max(map(len, said), default=0)
    if sum(len(line) for line in lines if len(line) > longest) >= (1 - _MAX_LINKED_SHARE) * n_all:
        return 0.0  # nine pages in ten: their paragraphs are longer than any link
    linked = "|".join(map(letters, said))
    return sum(len(line) for line in lines if line in linked) / n_all


def _link_texts(root: HtmlElement) -> Iterator[str]:
    # most links hold nothing but their words
    return (("".join(a.itertext()) if len(a) else a.text or "").casefold() for a in root.iter("a"))
