"""What a page says about itself in JSON-LD, reduced to the one node that describes the article.

Anything malformed is skipped: a page's structured data is a witness, never a reason to lose the page.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from lxml.html import HtmlElement

from scrapers.extraction.decode import clean_line

_MAX_SCRIPT_CHARS = 1_000_000  # 5 MB of JSON-LD cost trafilatura 1.5 s and 700 MB; real ones stay under 200 kB
_MAX_NODES = 5_000  # nodes walked in one script; @graph of a real page holds a few dozen

_ARTICLE_TYPES = re.compile(r"(?i)(article|blogposting|newspost|report|review|liveblog)")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>|;)\s*$"
)

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Structured:
    """What JSON-LD says; None and empty where it says nothing."""

    types: frozenset[str] = frozenset()
    """Types of all nodes."""
    headline: str | None = None
    published: str | None = None
    modified: str | None = None
    authors: tuple[str, ...] = ()
    """Names of persons, or of unknown kind."""
    credited: tuple[str, ...] = ()
    """Names of all authors, agencies and other organisations included."""
    outlets: tuple[str, ...] = ()
    """Names of the publisher and of the web site."""
    section: str | None = None
    keywords: tuple[str, ...] = ()
    body: str | None = None
    language: str | None = None


def read_structured(root: HtmlElement) -> Structured:
    """Read the article node of a page's JSON-LD; an empty Structured when there is none."""
    nodes = [node for script in _scripts(root) for node in _nodes(script)]
    by_id = {str(node["@id"]): node for node in reversed(nodes) if "@id" in node and "name" in node}
    creditors = {id(author) for node in nodes for author in _authors(node, by_id)}
    outlets = tuple(name for node in nodes if id(node) not in creditors for name in _outlets(node))
    types = frozenset(t for node in nodes for t in _types(node))
    article = next((node for node in nodes if _is_article(node)), None)
    dated = article if article is not None and _first_text(article, "datePublished") else _dated_page(nodes)
    published, modified = (_first_text(dated, key) for key in ("datePublished", "dateModified"))
    if article is None:
        return Structured(
            types=types, published=published, modified=modified, outlets=outlets, authors=_only_person(nodes)
        )
    authors = _authors(article, by_id)
    return Structured(
        types=types,
        headline=_first_text(article, "headline") or _first_text(article, "name"),
        published=published or _first_text(article, "dateCreated"),
        modified=modified or _first_text(article, "dateModified"),
        authors=tuple(_names(a for a in authors if not _is_organisation(a))),
        credited=tuple(_names(authors)),
        outlets=outlets,
        section=_first_text(article, "articleSection"),
        keywords=tuple(_keywords(article.get("keywords"))),
        body=_first_text(article, "articleBody"),
        language=_first_text(article, "inLanguage"),
    )


def _scripts(root: HtmlElement) -> Iterator[object]:
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text_content()
        if len(text) <= _MAX_SCRIPT_CHARS and (value := _load(_WRAPPING.sub("", text))) is not None:
            yield value


def _load(text: str) -> object:
    for candidate in (text, unescape(text)):
        try:
            value: object = json.loads(candidate, strict=False)
        except (ValueError, RecursionError):
            continue
        return value
    return None


def _nodes(value: object) -> Iterator[Json]:
    """Yield the objects of a JSON value, outer before inner, in document order."""
    waiting, n_seen = [value], 0
    while waiting and n_seen < _MAX_NODES:
        current = waiting.pop()
        n_seen += 1
        if isinstance(current, dict):
            yield current
            waiting.extend(reversed([v for v in current.values() if isinstance(v, dict | list)]))
        elif isinstance(current, list):
            waiting.extend(reversed(current))


def _types(node: Json) -> list[str]:
    return [str(t) for t in _as_list(node.get("@type"))]


def _is_article(node: Json) -> bool:
    is_article = any(_ARTICLE_TYPES.search(t) for t in _types(node))
    return is_article and any(node.get(key) for key in ("headline", "datePublished", "articleBody", "name"))


def _dated_page(nodes: list[Json]) -> Json:
    """Return the node of the page itself where it is dated: for some kinds of post WordPress plugins write no other."""
    pages = (node for node in nodes if not {"WebPage", "ItemPage"}.isdisjoint(_types(node)))
    return next((node for node in pages if _first_text(node, "datePublished")), {})


def _outlets(node: Json) -> Iterator[str]:
    if {"WebSite", "Organization", "NewsMediaOrganization"} & set(_types(node)):
        yield from _texts(node.get("name"))
        yield from _texts(node.get("alternateName"))
    publisher = node.get("publisher")
    for named in _as_list(publisher):
        if not isinstance(named, dict):
            yield from _texts(named)
        elif "Person" not in _types(named):  # a blog is published by its author
            yield from _texts(named.get("name"))


def _authors(node: Json, by_id: Mapping[str, Json]) -> list[object]:
    """Return a node's authors, references to other nodes resolved."""
    said = _as_list(node.get("author")) or _as_list(node.get("creator"))
    return [by_id.get(str(a.get("@id")), a) if isinstance(a, dict) and "name" not in a else a for a in said]


def _only_person(nodes: list[Json]) -> tuple[str, ...]:
    """Return the name of the one person that a page without an article node tells of: mostly its author."""
    names = dict.fromkeys(_names(node for node in nodes if "Person" in _types(node)))
    return tuple(names) if len(names) == 1 else ()


def _is_organisation(author: object) -> bool:
    return isinstance(author, dict) and "Organization" in " ".join(_types(author))


def _names(authors: Iterable[object]) -> Iterator[str]:
    for author in authors:
        for named in _as_list(author.get("name")) if isinstance(author, dict) else [author]:
            yield from _texts(named)


def _keywords(value: object) -> Iterator[str]:
    for item in _as_list(value):
        for text in _texts(item):
            yield from (word for part in re.split(r"[,;]", text) if (word := part.strip()))


def _first_text(node: Json, key: str) -> str | None:
    return next((text for item in _as_list(node.get(key)) for text in _texts(item)), None)


def _texts(value: object) -> Iterator[str]:
    """Yield the value as a clean line if it is a text that says something."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, str) and (text := clean_line(unescape(value))):
        yield text


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
