"""Who wrote it: persons, else the agency or desk that is named in their place; never the outlet itself, no address."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from scrapers.extraction.date_words import DAYS_BACK, MONTH, WEEKDAYS
from scrapers.extraction.decode import clean_line, fold
from scrapers.extraction.page import Page, count_chars, text_of
from scrapers.extraction.page_lines import Lines, Neighbourhood
from scrapers.registry import Source

MAX_AUTHORS = 10  # a list of more is the masthead

_META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author", "byl",
    "sailthru.author", "citation_author", "creator", "shareaholic:article_author_name", "authors", "mediator_author",
)  # fmt: skip
_BYLINE_CLASS = re.compile(
    r"(?i)(?<![a-z])(?:by-?line|author|article-?author|post-?author|autor|auteur|autorenzeile|автор|writer|reporter)s?"
    r"(?:[-_]{0,2}(?:name|link|title|list)s?)?(?![a-z])"
    r"|(?-i:(?<=[a-z])(?:Byline|Author)s?(?:Name|Link|Title|List)?(?![a-z]))"
)
_AUTHOR_PAGE = re.compile(
    r"(?i)/(?:authors?|autor(?:en)?|avtor|autori|auteurs?|journalists?|contributors?)/[^/?#]{3,}/?$"
)
"""Addresses of an author's own page."""

_NEVER_IN = re.compile(
    r"(?i)(?<!no-)(?<!has-)(?<![a-z])(?:comment|related|popular|sidebar|teaser|widget|bio|about-?author|share|recommend)"
    r"|(?-i:(?<=[a-z])(?:Related|Teaser|Comment)s?)"
)
_LABEL = (
    r"autor(?:en|in)?|auteurs?|authors?|автор(?:ы|у|лору|лары)?|муаллиф(?:лар|он|и)?|muallif(?:lar)?|awtor(?:y|lar)?"
    r"|жазған|жазган|текст|text|подготовил[аи]?|даярдаган|дайындаған|tayyorladi|тайёрлади|таҳияи"
)
_PREFIX = re.compile(
    r"(?i)^(?:(?:written|posted|published|reported|story|words|view all posts|erstellt)?\s*"
    rf"(?:by|von|par|por|{_LABEL})\b)\s*:?\s+|^(?:{_LABEL})\s*:\s*|^[Bb]y(?=[A-Z][a-z])"
)
"""What stands before the name in a byline."""

_NAME = r"[A-ZÀ-ÖØ-ÞА-ЯЁӘҒҚҢӨҰҮІӮҶҲЎŞŽŇ][\w.'’ʻ-]*(?:\s+[\w.'’ʻ-]+){1,4}"
_BYLINE = re.compile(rf"(?i:(?:written\s+|posted\s+)?(?:by|von|par|por|{_LABEL}))\b\s*:?\s+{_NAME}")
"""A line near the headline that says by whom."""

_LABELLED = re.compile(rf"(?i:{_LABEL})\s*:\s*{_NAME}")
"""A line anywhere that names its author after a label and a colon."""

_DAY = rf"(?:{'|'.join((*DAYS_BACK, *WEEKDAYS))})"
_TAIL = re.compile(
    r"(?i)\s+(?:in|on|am|at|um|auf|vom|for|für|published|updated|posted|опубликовано|veröffentlicht|geschrieben"
    r"|illustration|photo\w*|foto\w*|фото)\b.*$|\s*[|(•].*$|[,\s]+\d.*$"
    rf"|[,\s]+{_DAY}(?:[,\s]+[\d(|•].*)?$"
)
"""What stands after the name in a byline: where and when."""

_SPLIT = re.compile(r"(?i)\s*(?:[;,&/|、，]|•|·)\s*|\s+(?:and|und|et|и|жана|және|va|ва|ҳамда|we|with|y|e|i)\s+")
_NOT_A_NAME = re.compile(
    r"(?i)https?:|www\.|@|[<>{}\[\]_=+*#\"“”«»?!:]|^\W*$|^\W*\d"
    r"|^(?:by|von|par|por|posted|published|name|follow|written|автор|текст|unknown|(?:no )?author|autor|guest|web"
    r"|online|сайт)$"
    r"|^(?:die |the )?(?:redaktion|editors?|editorial|staff|newsroom|redaction|redacción|rédaction|redakcja|редакция"
    r"|редактор|редаксия|таҳририят|tahririyat|redaksiýa|корреспондент)$"
    r"|\badmin|^(?:view|see|read|mehr|more|all|alle|все)\s|comments?\b|комментар|veröffentlicht|опубликовано|gesponsert"
)
_NOT_A_PERSON = re.compile(
    r"(?i)\d|\.(?:com|kg|kz|uz|tj|tm|ru|org|net|info|media|de|is|jp|ch|at)\b"
    r"|\b(?:staff|editors?|editorial|redaktion|redaction|newsroom|news|desk|team|agency|agentur|press|media|magazine?"
    r"|reuters|afp|dpa|sputnik|online|web|contributor|correspondent|redacción|redakcja|rédaction"
    r"|редакция\w*|редактор\w*|агентство|агенттиги|агенттігі|агентлиги|новости|кабарлар|жаңылыктар|жаңалықтар|янгиликлар"
    r"|yangiliklar|tahririyat\w*|таҳририят\w*|редаксия\w*|хабарлары|интернет|сайт\w*|служба|корреспондент)\b"
)
_ONLY_DATE = re.compile(rf"(?i)(?:{MONTH}|{_DAY})$")
_WRITTEN_BY = re.compile(
    r"(?i)(?:written by|verfasst von|geschrieben von|écrit par|escrito por|автор|написано|muallif)"
)
_MAX_BYLINE_CHARS = 150  # two names, a place and a date; more is a biography
_MAX_NAME_CHARS, _MAX_NAME_WORDS = 60, 6  # "Mir Ali Hosseini al-Tabrizi Beg" has five words


def read_authors(page: Page, source: Source, near: Neighbourhood, lines: Lines) -> tuple[str, ...]:
    """Return whom the page names as authors, in its order.

    Whom its JSON-LD credits comes first, agencies and desks included, even where a byline names a person. Else the
    first witness that names a person; an agency or desk where none does. The outlet itself never counts.
    """
    outlets = _outlet_keys(page, source)
    if credited := _names(page.structured.credited, outlets):
        return tuple(credited)
    instead: list[str] = []
    for texts in _witnesses(page, near, lines):
        names = _names(texts, outlets)
        if persons := [name for name in names if _is_person(name)]:
            return tuple(persons)
        instead = instead or names
    return tuple(instead)


def _outlet_keys(page: Page, source: Source) -> frozenset[str]:
    host = (urlsplit(page.url).hostname or "").removeprefix("www.")
    said = [
        page.meta.get(name, ())
        for name in ("og:site_name", "publisher", "dc.publisher", "copyright", "application-name")
    ]
    names = (
        source.name,
        host,
        host.partition(".")[0],
        *page.structured.outlets,
        *(name for each in said for name in each),
    )
    return frozenset(fold(name) for name in names if name)


def _witnesses(page: Page, near: Neighbourhood, lines: Lines) -> Iterator[Iterable[str]]:
    yield page.structured.authors
    for name in _META:
        yield page.meta.get(name, ())
    yield _social_card(page)
    yield (_said(e) for e in _of_one_article(page.items.get("author", ())))
    yield (text_of(e) for e in _of_one_article(page.root.iterfind(".//a[@rel='author']")))
    yield from _bylines(page.root)
    yield _author_links(page.root)
    yield (_cut_tail(line) for line in near.after if len(line) <= _MAX_BYLINE_CHARS and _BYLINE.match(line))
    yield (
        _cut_tail(line.text)
        for line in lines.lines
        if len(line.text) <= _MAX_BYLINE_CHARS and _LABELLED.match(line.text)
    )


def _social_card(page: Page) -> Iterator[str]:
    """Yield what a social card says under "Written by"; the label is in any language, the name follows it."""
    for key, contents in page.meta.items():
        if key == "twitter:misc:written by":
            yield from contents
    label = page.first_meta("twitter:label1")
    if label and _WRITTEN_BY.match(label):
        yield from page.meta.get("twitter:data1", ())


def _cut_tail(line: str) -> str:
    return _TAIL.sub("", _PREFIX.sub("", line))


def _of_one_article(elements: Iterable[HtmlElement]) -> list[HtmlElement]:
    """Return the marked authors that stand in the same scope as the first: others belong to other articles."""
    marked = [e for e in elements if not _is_elsewhere(e)]
    scopes = [next(e.iterancestors("article", "main", "section"), None) for e in marked]
    return [e for e, scope in zip(marked, scopes, strict=True) if scope is scopes[0]]


def _said(element: HtmlElement) -> str:
    named = element.find(".//*[@itemprop='name']")
    target = element if named is None else named
    return target.get("content") or text_of(target)


def _bylines(root: HtmlElement) -> Iterator[list[str]]:
    """Yield the texts of each short element marked as byline: those of its links, else each of its own."""
    for element in root.iter(
        "a", "span", "div", "p", "address", "em", "strong", "cite", "li", "ul", "h2", "h4", "h5", "byline"
    ):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        is_marked = element.tag == "byline" or _BYLINE_CLASS.search(name)
        if is_marked and count_chars(element) <= _MAX_BYLINE_CHARS and not _is_elsewhere(element):
            links = [text for a in element.iter("a") if (text := text_of(a))]
            yield links or [_cut_tail(clean_line(text)) for text in element.itertext()]


def _author_links(root: HtmlElement) -> list[str]:
    """Return the texts of the first links to authors' pages, those beside each other."""
    links = [
        a for a in root.iter("a") if _AUTHOR_PAGE.search(a.get("href") or "") and text_of(a) and not _is_elsewhere(a)
    ]
    return [text_of(a) for a in links if a.getparent() is links[0].getparent()]


def _is_elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands in a comment, a teaser or the page's footer; an article may have its own footer."""
    chain = (element, *element.iterancestors("aside", "footer", "nav", "div", "section", "li", "ul"))
    is_in_article = next(element.iterancestors("article"), None) is not None
    outside = ("aside", "nav") if is_in_article else ("aside", "nav", "footer")
    return any(e.tag in outside or _NEVER_IN.search(e.get("class") or "") for e in chain[:6])


def _names(said: Iterable[str], outlets: frozenset[str]) -> list[str]:
    names: dict[str, str] = {}
    for text in said:
        if "://" in text:
            continue
        parts = [_PREFIX.sub("", p).strip(" .,-–—") for p in _SPLIT.split(_PREFIX.sub("", clean_line(unescape(text))))]
        if fold(parts[0]) not in outlets:  # what follows an outlet's name is its city
            names.update((fold(p), p) for p in parts if _is_name(p) and fold(p) not in outlets)
    return list(names.values()) if len(names) <= MAX_AUTHORS else []


def _is_name(name: str) -> bool:
    is_short = 1 < len(name) <= _MAX_NAME_CHARS and len(name.split()) <= _MAX_NAME_WORDS
    return is_short and not _NOT_A_NAME.search(name) and not _ONLY_DATE.match(name)


def _is_person(name: str) -> bool:
    return not _NOT_A_PERSON.search(name) and not name[0].islower()
