"""The headline: what the page shows in its heading, confirmed by what it tells machines.

A page names itself in several places: `<h1>`, JSON-LD, `og:title`, `<title>`. The heading that agrees with one of the
others wins; the others carry site names, which are cut off. Where no heading agrees, the machine-readable title does,
but not `<title>` alone: one that neither its heading nor any line of the page repeats is mostly the name of a section.

What a feed calls the article is a hint: it may tell which heading is meant, and it is taken where the page shows the
same line of text or has no title at all. Feeds shorten headlines, sharpen them and keep old ones.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from scrapers.extraction.decode import clean_line, fold
from scrapers.extraction.page import Page, text_of
from scrapers.extraction.page_lines import Lines
from scrapers.registry import Source

MAX_TITLE_CHARS = 400
"""Longer headings are mistakes of markup: the longest real headline met has 236 characters."""

_MIN_KEY_CHARS = 8  # below this, agreement of two texts says nothing: "News" agrees with everything
_MIN_CUT_CHARS = 3  # shortest headline left where the outlet's own name is cut off
_MIN_SHARE = 0.3  # of a title that its heading makes up; the site's name in a long title makes up less
_AGREEMENT = 0.75  # token F1 of two wordings of one headline; different headlines of one site stay below 0.5
_SEPARATOR = re.compile(
    r"\s+(?:[-–—−|•·:/\\»«›]|::|\|\||>)\s+|\s*[|»｜]\s*|--|(?<=[」』】])\s*[:：]\s*|(?<=[^\W_a-zA-Z])_+(?=\w)"
)
"""What stands between a headline and a site's name; underscores only where they are no part of a Latin name."""

_NOT_A_HEADLINE = re.compile(r"(?i)logo|site-?(?:name|title)|brand|masthead|visually-hidden")


def read_title(page: Page, lines: Lines, source: Source, *, hint: str | None) -> str | None:
    """Choose the headline; None when there is none. `hint` is what the source's feed or sitemap said."""
    if selected := _selected(page, source.selectors.title):
        return selected
    outlets = _outlet_keys(page, source)
    said, element, told, headings = (
        [text for text in found if fold(text) not in outlets]
        for found in (_machine_readable(page), _title_element(page), _usable([hint]), _headings(page))
    )
    own = [*said, *element]
    if chosen := _agreeing(headings, [*own, *told]) or _shown_segment([*own, *told], lines):
        return _without_kicker(chosen, own)
    unsure = (_cut_outlet(said, own, outlets), *headings, _cut_outlet(element, own, outlets), *told)
    return next(filter(None, unsure), None)


def _selected(page: Page, css: str | None) -> str | None:
    return next((text for e in page.root.cssselect(css) if (text := text_of(e))), None) if css else None


def _machine_readable(page: Page) -> list[str]:
    """Return the titles that the page tells machines, most trustworthy first."""
    found = (
        page.structured.headline,
        page.first_meta("og:title"),
        page.first_meta("twitter:title"),
        page.first_meta("title", "dc.title", "headline", "sailthru.title", "parsely-title"),
    )
    return _usable(found)


def _title_element(page: Page) -> list[str]:
    return _usable(map(text_of, itertools.islice(page.root.iter("title"), 1)))


def _usable(found: Iterable[str | None]) -> list[str]:
    return [clean_line(text) for text in found if text and len(text) <= MAX_TITLE_CHARS]


def _headings(page: Page) -> list[str]:
    elements = (e for e in page.root.iter("h1") if not (_NOT_A_HEADLINE.search(_label(e)) or _leads_up(e, page.url)))
    return _usable(map(text_of, elements))


def _leads_up(heading: HtmlElement, url: str) -> bool:
    """Whether a heading links to a page above this one: it names the site or the section, as in many blogs."""
    link = heading.find(".//a[@href]")
    if link is None:
        link = next(heading.iterancestors("a"), None)
    if link is None:
        return False
    try:
        target = _without_scheme(urljoin(url, link.get("href", "").strip()))
    except ValueError:  # "http://[" is no address
        return False
    own = _without_scheme(url)
    return bool(target) and own.startswith(tuple(target + sign for sign in "/?&"))


def _without_scheme(url: str) -> str:
    return url.partition("#")[0].partition("://")[2].removeprefix("www.").rstrip("/")


def _label(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


def _agreeing(headings: list[str], witnesses: list[str]) -> str | None:
    """Return the heading that best agrees with any witness, the first of equals."""
    scored = [(max((_agreement(h, w) for w in witnesses), default=0.0), -i, h) for i, h in enumerate(headings)]
    best = max(scored, default=(0.0, 0, ""))
    return best[2] if best[0] >= _AGREEMENT else None


def _without_kicker(heading: str, witnesses: list[str]) -> str:
    """Return the witness that the heading ends with, when what stands before is a line above the headline."""
    for witness in witnesses:
        for part in (witness, *_prefixes(witness)):
            if heading != part and heading.endswith(part) and len(part) > len(heading) / 2:
                return part
    return heading


def _agreement(heading: str, witness: str) -> float:
    """Return how far a heading and a machine-readable title say the same, 0 to 1."""
    one, other = fold(heading), fold(witness)
    if one == other:
        return 1.0
    is_part = len(one) >= _MIN_KEY_CHARS and one in other and len(one) >= _MIN_SHARE * len(other)
    is_longer = other in one and len(other) > len(one) / 2
    if is_part or is_longer:
        return 0.95
    return max(_token_f1(heading, part) for part in (witness, *_prefixes(witness)))


def _token_f1(one: str, other: str) -> float:
    a, b = Counter(one.casefold().split()), Counter(other.casefold().split())
    return 2 * sum((a & b).values()) / max(1, sum(a.values()) + sum(b.values()))


def _shown_segment(witnesses: list[str], lines: Lines) -> str | None:
    """Return the longest part of a witness that the page shows as a line of its own, in whatever element."""
    shown = lines.folded
    for witness in witnesses:
        parts = sorted((witness, *_prefixes(witness), *_suffixes(witness)), key=len, reverse=True)
        if part := next((part for part in parts if fold(part) in shown), None):
            return part
    return None


def _cut_outlet(titles: list[str], witnesses: list[str], outlets: frozenset[str]) -> str | None:
    """Return the first title without the outlet's name before or after it; what a witness says alone is no name."""
    if not titles:
        return None
    title = titles[0]
    keys = {fold(w) for w in witnesses}
    for part in (*_prefixes(title, n_least=_MIN_CUT_CHARS), *_suffixes(title)):
        rest = fold(title).replace(fold(part), "", 1)
        if fold(part) in keys or (rest and any(rest == o or (len(o) > 3 and o in rest) for o in outlets)):
            return part
    return title


def _prefixes(title: str, *, n_least: int = _MIN_KEY_CHARS) -> Iterator[str]:
    """Yield the title without its last segment, without its last two, ..."""
    for match in reversed(list(_SEPARATOR.finditer(title))):
        if len(fold(head := title[: match.start()].strip())) >= n_least:
            yield head


def _suffixes(title: str) -> Iterator[str]:
    for match in _SEPARATOR.finditer(title):
        if len(fold(tail := title[match.end() :].strip())) >= _MIN_KEY_CHARS:
            yield tail


def _outlet_keys(page: Page, source: Source) -> frozenset[str]:
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    names: Iterable[str | None] = (
        source.name,
        page.first_meta("og:site_name"),
        page.first_meta("application-name"),
        host,
        host.rpartition(".")[0],
        *page.structured.outlets,
    )
    return frozenset(key for name in names if name and len(key := fold(name)) > 2)
