"""From one archived exchange to its records. Pure: no clock, no network, no state between pages.

    screen bytes -> decode -> parse once -> challenge? -> title, dates, authors, ... -> prune, clean the body -> check

A page that gives no article gives a rejection with its reason; no page gives nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from scrapers.extraction.address import own_address, read_address
from scrapers.extraction.article_check import check_text, find_challenge
from scrapers.extraction.authors import read_authors
from scrapers.extraction.citations import read_inline, take_related
from scrapers.extraction.dates import Published, read_modified, read_published
from scrapers.extraction.decode import decode_html
from scrapers.extraction.language import declared_language, detect_language
from scrapers.extraction.named_sources import read_named
from scrapers.extraction.page import Page, parse_page
from scrapers.extraction.page_kind import survey
from scrapers.extraction.page_lines import Lines, look_around, read_lines
from scrapers.extraction.prescreen import screen
from scrapers.extraction.telegram import read_posts
from scrapers.extraction.text import Body, count_words, cut_excerpt, read_body
from scrapers.extraction.title import read_title
from scrapers.extraction.topics import read_section, read_tags
from scrapers.identity import article_id
from scrapers.records import (
    Article,
    Capture,
    CaptureRole,
    Citation,
    Extraction,
    Kind,
    Rejection,
    RejectionReason,
    join_list,
)
from scrapers.registry import Source


def extract(capture: Capture, source: Source) -> Extraction:
    """Read all records of a page capture, in the order of the page; at least one.

    Raises ValueError for an entry capture: those lead to pages and carry no records.
    """
    if capture.role is CaptureRole.ENTRY:
        raise ValueError(f"{capture.capture_id}: an entry carries no records")
    return Extraction(capture_id=capture.capture_id, records=_read_records(capture, source))


def _read_records(capture: Capture, source: Source) -> tuple[Article | Rejection, ...]:
    if capture.withheld is not None:
        return (Rejection(reason=RejectionReason.WITHHELD, detail=capture.withheld),)
    if (refused := screen(capture.body)) is not None:
        return (refused,)
    html = decode_html(capture.body, capture.headers)
    if html is None:
        return (Rejection(reason=RejectionReason.UNDECODABLE),)
    page = parse_page(html, own_address(capture))
    if page is None:
        return (Rejection(reason=RejectionReason.NO_TEXT, detail="no markup"),)
    lines = read_lines(page.root)
    if (challenged := find_challenge(page, lines)) is not None:
        return (challenged,)
    if capture.role is CaptureRole.BOTH:
        return read_posts(page, capture, source)
    return (_read_article(page, lines, capture, source),)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metadata:
    """What is read from the whole page, before its body is cut out."""

    url: str
    title: str | None
    published: Published | None
    modified_at: datetime | None
    authors: tuple[str, ...]
    section: str | None
    tags: tuple[str, ...]
    language_declared: str | None


def _read_metadata(page: Page, lines: Lines, capture: Capture, source: Source) -> _Metadata:
    title = read_title(page, lines, source, hint=capture.hints.title)
    near = look_around(lines, title)
    return _Metadata(
        url=read_address(page, capture, source),
        title=title,
        published=read_published(page, capture, source, near),
        modified_at=read_modified(page, capture, source),
        authors=read_authors(page, source, near, lines),
        section=read_section(page),
        tags=read_tags(page),
        language_declared=declared_language(page),
    )


def _read_article(page: Page, lines: Lines, capture: Capture, source: Source) -> Article | Rejection:
    metadata = _read_metadata(page, lines, capture, source)
    surveyed = survey(page, lines, metadata.title)
    related = take_related(page.root, page.url)
    body = read_body(page.root, source.selectors, title=metadata.title, witness=page.structured.body)
    if (refused := check_text(body.text, title=metadata.title, root=page.root, surveyed=surveyed)) is not None:
        return refused
    return _article(metadata, body, source, citations=(*related, *read_inline(page.root, page.url, source, body.text)))


def _article(metadata: _Metadata, body: Body, source: Source, *, citations: tuple[Citation, ...]) -> Article:
    language, confidence = detect_language(f"{metadata.title or ''}\n{body.text}", source.languages)
    named = read_named(body.text, language, source, citations)
    published = metadata.published
    return Article(
        article_id=article_id(source.id, metadata.url),
        source_id=source.id,
        country=source.country,
        kind=Kind.ARTICLE,
        url=metadata.url,
        title=metadata.title,
        text=body.text,
        excerpt=cut_excerpt(body.text),
        language=language,
        language_confidence=confidence,
        language_declared=metadata.language_declared,
        published_at=published.at if published else None,
        published_precision=published.precision if published else None,
        published_origin=published.origin if published else None,
        published_raw=published.raw if published else None,
        zone_assumed=published.zone_assumed if published else None,
        modified_at=metadata.modified_at,
        authors=join_list(metadata.authors),
        section=metadata.section,
        tags=join_list(metadata.tags),
        n_words=count_words(body.text),
        n_chars=len(body.text),
        text_origin=body.origin,
        citations=(*citations, *named),
    )
