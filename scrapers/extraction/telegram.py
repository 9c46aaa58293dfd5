"""A Telegram preview page (t.me/s/<channel>): each message becomes a post, or a rejection that says why not.

A post's address is its `data-post` ("channel/number") on the host that served the page. Views and reactions are not
read: they change with every look. Service notes are SERVICE_MESSAGE, media without words NO_TEXT; a page without
messages, which a rate limit also gives, is one NO_MESSAGES and never "an empty channel".
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.etree import iterwalk
from lxml.html import HtmlElement

from scrapers.extraction.citations import cite
from scrapers.extraction.date_text import WrittenDate, read_date
from scrapers.extraction.decode import clean_lines
from scrapers.extraction.language import detect_language
from scrapers.extraction.named_sources import read_named
from scrapers.extraction.page import Page, text_of
from scrapers.extraction.text import count_words, cut_excerpt
from scrapers.identity import article_id, domain_of, normalise_url
from scrapers.records import (
    Article,
    Capture,
    Citation,
    CitationKind,
    DateOrigin,
    Kind,
    Rejection,
    RejectionReason,
    join_list,
)
from scrapers.registry import Source
from scrapers.takedowns import MARK

TEXT_ORIGIN = "telegram"


def read_posts(page: Page, capture: Capture, source: Source) -> tuple[Article | Rejection, ...]:
    """Return a record for each message in the order of the page, each message once."""
    messages: dict[str, HtmlElement] = {}
    for element in page.root.iterfind(".//*[@data-post]"):
        if "tgme_widget_message" in _classes(element):
            messages.setdefault(element.get("data-post") or "", element)
    if not messages:
        return (Rejection(reason=RejectionReason.NO_MESSAGES),)
    return tuple(_read_message(name, element, capture, source) for name, element in messages.items())


def _read_message(name: str, message: HtmlElement, capture: Capture, source: Source) -> Article | Rejection:
    if (withheld := message.get(MARK)) is not None:
        return Rejection(reason=RejectionReason.WITHHELD, detail=withheld)
    if "service_message" in _classes(message):
        return Rejection(reason=RejectionReason.SERVICE_MESSAGE, detail=name)
    body = _find(message, "js-message_text")
    text = "" if body is None else _text_with_lines(body)
    if body is None or not text:
        return Rejection(reason=RejectionReason.NO_TEXT, detail=name)
    return _post(name, message, text, capture, source)


def _post(name: str, message: HtmlElement, text: str, capture: Capture, source: Source) -> Article:
    parts = urlsplit(capture.final_url)
    url = normalise_url(f"{parts.scheme}://{parts.netloc}/{name}")
    language, confidence = detect_language(text, source.languages)
    linked = _citations(message, url)
    date = _date(message, capture, source)
    author = _find(message, "tgme_widget_message_from_author")
    return Article(
        article_id=article_id(source.id, url),
        source_id=source.id,
        country=source.country,
        kind=Kind.POST,
        url=url,
        title=None,
        text=text,
        excerpt=cut_excerpt(text),
        language=language,
        language_confidence=confidence,
        language_declared=None,
        published_at=date.at(source.zone) if date else None,
        published_precision=date.precision if date else None,
        published_origin=DateOrigin.META if date else None,
        published_raw=date.raw if date else None,
        zone_assumed=date.zone is None if date else None,
        modified_at=None,
        authors=join_list([text_of(author)]) if author is not None else None,
        section=None,
        tags=join_list(_hashtags(message)),
        n_words=count_words(text),
        n_chars=len(text),
        text_origin=TEXT_ORIGIN,
        citations=(*linked, *read_named(text, language, source, linked)),
    )


def _text_with_lines(body: HtmlElement) -> str:
    parts: list[str] = []
    for event, element in iterwalk(body, events=("start", "end")):
        if event == "start":
            parts.append("\n" if element.tag == "br" else element.text or "")
        elif element is not body:
            parts.append(element.tail or "")
    return clean_lines("".join(parts))


def _date(message: HtmlElement, capture: Capture, source: Source) -> WrittenDate | None:
    link = _find(message, "tgme_widget_message_date")
    time = None if link is None else link.find(".//time[@datetime]")
    raw = None if time is None else time.get("datetime")
    return read_date(raw, fetched_at=capture.fetched_at, zone=source.zone) if raw else None


def _hashtags(message: HtmlElement) -> list[str]:
    links = message.iterfind(".//a[@href]")
    return list(dict.fromkeys(text_of(a).lstrip("#") for a in links if (a.get("href") or "").startswith("?q=%23")))


def _citations(message: HtmlElement, url: str) -> tuple[Citation, ...]:
    """Return the channel that a message was forwarded from, then the links in its text and its link preview."""
    by_key: dict[str, Citation] = {}
    for citation in _cited(message, url):
        if citation.kind is CitationKind.FORWARDED or not _is_same_channel(citation.url or "", url):
            by_key.setdefault(citation.url or citation.label or "", citation)
    return tuple(by_key.values())


def _is_same_channel(one: str, other: str) -> bool:
    return urlsplit(one).netloc == urlsplit(other).netloc and domain_of(one) == domain_of(other)


def _cited(message: HtmlElement, url: str) -> Iterator[Citation]:
    origin = _find(message, "tgme_widget_message_forwarded_from_name")
    if origin is not None:
        label = text_of(origin) or None
        linked = cite(origin.get("href"), url, label=label, kind=CitationKind.FORWARDED)
        yield linked or Citation(kind=CitationKind.FORWARDED, label=label, url=None, domain=None)
    body = _find(message, "js-message_text")
    links = [] if body is None else list(body.iter("a"))
    preview = _find(message, "tgme_widget_message_link_preview")
    for link in links if preview is None else [*links, preview]:
        href = link.get("href") or ""
        if href.startswith(("http://", "https://")):
            label = text_of(link) if link is not preview else None
            if citation := cite(href, url, label=label or None, kind=CitationKind.INLINE):
                yield citation


def _find(message: HtmlElement, name: str) -> HtmlElement | None:
    return next((e for e in message.iter() if isinstance(e.tag, str) and name in _classes(e)), None)


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()
