"""Who wrote it: persons, not the outlet, not an agency, not an address."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

from lxml.html import HtmlElement

from scrapers.extraction.decode import clean_line, fold
from scrapers.extraction.page import Page, count_chars, text_of
from scrapers.extraction.page_lines import Neighbourhood
from scrapers.registry import Source

MAX_AUTHORS = 10  # a list of more is the masthead

_META = (
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author", "byl",
    "sailthru.author", "citation_author", "creator", "shareaholic:article_author_name", "authors", "mediator_author",
)  # fmt: skip
_BYLINE_CLASS = re.compile(
    r"(?i)(?<![a-z])(?:by-?line|author|article-?author|post-?author|autor|автор|writer|reporter)s?"
    r"(?:[-_]{0,2}(?:name|link|title)s?)?(?![a-z])"
)
_NEVER_IN = re.compile(
    r"(?i)(?<!no-)(?<!has-)(?<![a-z])(?:comment|related|popular|sidebar|teaser|widget|bio|about-?author|share|recommend)"
)
_PREFIX = re.compile(
    r"(?i)^(?:(?:written|posted|published|reported|story|words|view all posts|erstellt)?\s*"
    r"(?:by|von|par|por|автор(?:ы|у|лору)?|муаллиф(?:лар|он)?|muallif(?:lar)?|awtor|жазған|жазган|текст|text"
    r"|autor(?:en|in)?)\b)\s*:?\s+"
    r"|^(?:автор|муаллиф|muallif|awtor|author)\s*:\s*"
    r"|^[Bb]y(?=[A-Z][a-z])"
)
"""What stands before the name in a byline."""

_BYLINE = re.compile(
    r"(?i:by|von|par|автор(?:ы|у)?|муаллиф(?:он)?|muallif|awtor|жазған|жазган|текст|text)\b\s*:?\s+"
    r"[A-ZА-ЯЁӘҒҚҢӨҰҮІӮҶҲЎÇŞÝŽÄÖÜŇ][\w.'’-]+(?:\s+[\w.'’-]+){1,4}$"
)
"""A line near the headline that says by whom, and nothing else."""

_SPLIT = re.compile(r"(?i)\s*(?:[;,&/|、，]|•|·)\s*|\s+(?:and|und|et|и|жана|және|va|ва|ҳамда|we|with|y|e|i)\s+")
_NOT_A_PERSON = re.compile(
    r"(?i)https?:|www\.|@|\.(?:com|kg|kz|uz|tj|tm|ru|org|net|info|media)\b|\d|[<>{}\[\]_=+*#\"“”«»?!:]|^\W*$"
    r"|^(?:by|von|par|por|posted|published|name|follow|written|автор|текст)$"
    r"|\b(?:admin(?:istrator)?|staff|editors?|editorial|redaktion|redaction|newsroom|news|desk|team|agency|agentur|press|media"
    r"|reuters|afp|dpa|sputnik|online|web|guest|contributor|correspondent|unknown|author|autor|redacción|redakcja|rédaction"
    r"|редакция\w*|редактор\w*|агентство|агенттиги|агенттігі|агентлиги|новости|кабарлар|жаңылыктар|жаңалықтар|янгиликлар"
    r"|yangiliklar|tahririyat|таҳририят\w*|редаксия\w*|хабарлары|интернет|сайт\w*|автор|служба|корреспондент|комментар\w+|comments?)\b"
)
_MAX_BYLINE_CHARS = 150  # two names, a place and a date; more is a biography
_MAX_NAME_CHARS, _MAX_NAME_WORDS = 60, 6  # "Mir Ali Hosseini al-Tabrizi Beg" has five words


def read_authors(page: Page, source: Source, near: Neighbourhood) -> tuple[str, ...]:
    """Return the persons that the page names as authors, in its order, from the first witness that names any."""
    outlets = {fold(name) for name in (source.name, page.first_meta("og:site_name"), *page.structured.outlets) if name}
    for said in _witnesses(page, near):
        if names := _persons(said, outlets):
            return names
    return ()


def _witnesses(page: Page, near: Neighbourhood) -> Iterator[Iterable[str]]:
    yield page.structured.authors
    for name in _META:
        yield page.meta.get(name, ())
    yield (_said(e) for e in page.root.iterfind(".//*[@itemprop='author']") if not _is_elsewhere(e))
    yield (text_of(e) for e in page.root.iterfind(".//a[@rel='author']") if not _is_elsewhere(e))
    yield from _bylines(page.root)
    yield (line for line in near.after if len(line) <= _MAX_BYLINE_CHARS and _BYLINE.match(line))


def _said(element: HtmlElement) -> str:
    named = element.find(".//*[@itemprop='name']")
    target = element if named is None else named
    return target.get("content") or text_of(target)


def _bylines(root: HtmlElement) -> Iterator[list[str]]:
    """Yield the texts of each short element marked as byline: those of its links, else each of its own."""
    for element in root.iter("a", "span", "div", "p", "address", "em", "strong", "cite", "li", "h4", "h5"):
        name = f"{element.get('class') or ''} {element.get('id') or ''}"
        if _BYLINE_CLASS.search(name) and count_chars(element) <= _MAX_BYLINE_CHARS and not _is_elsewhere(element):
            links = [text for a in element.iter("a") if (text := text_of(a))]
            yield links or list(element.itertext())


def _is_elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands in a comment, a teaser or the page's footer; an article may have its own footer."""
    chain = (element, *element.iterancestors("aside", "footer", "div", "section", "li", "ul"))
    is_in_article = next(element.iterancestors("article"), None) is not None
    outside = ("aside",) if is_in_article else ("aside", "footer")
    return any(e.tag in outside or _NEVER_IN.search(e.get("class") or "") for e in chain[:6])


def _persons(said: Iterable[str], outlets: set[str]) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for text in said:
        for part in _SPLIT.split(_PREFIX.sub("", clean_line(unescape(text)))):
            name = _PREFIX.sub("", part).strip(" .,-–—")
            if _is_person(name) and fold(name) not in outlets:
                names.setdefault(fold(name), name)
    return tuple(names.values()) if len(names) <= MAX_AUTHORS else ()


def _is_person(name: str) -> bool:
    is_short = 2 < len(name) <= _MAX_NAME_CHARS and len(name.split()) <= _MAX_NAME_WORDS
    return is_short and not _NOT_A_PERSON.search(name) and not name[0].islower()
