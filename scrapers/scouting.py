"""What a site tells of itself to one who does not know it yet: its home page and its robots.txt, read for a proposal.

Reads an archive, asks for nothing. What is found is a hint; whether it holds is seen when it is probed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from lxml.html import HtmlElement
from protego import Protego

from scrapers.archive import ArchivedCrawl
from scrapers.extraction.decode import decode_html
from scrapers.extraction.language import declared_language
from scrapers.extraction.page import Page, parse_page
from scrapers.extraction.prescreen import screen
from scrapers.records import Capture
from scrapers.robots import decode_robots
from scrapers.site_addresses import bare_host
from scrapers.source_files import recognise_preset
from scrapers.verdicts import robots_files

COMMON_FEEDS = ("/rss", "/feed/", "/rss.xml", "/feed", "/rss/", "/index.xml")
"""Where the probed feeds of the registry lie, most frequent first; asked for when the site names none."""

COMMON_SITEMAPS = ("/news-sitemap.xml", "/sitemap-news.xml", "/sitemap.xml", "/sitemap_index.xml")
"""As above; news sitemaps first, since they hold the last days only."""

NAMED_MAX = 4
"""Of a kind: a site that names twenty feeds has one for each section, beside the one that has them all."""

_HANDLE = re.compile(r"^https?://(?:www\.)?(?:t|telegram)\.me/(?:s/)?([A-Za-z]\w{3,31})/?(?:\?.*)?$")
_NO_HANDLES = frozenset({"share", "joinchat", "addstickers", "proxy"})
_TITLE_TAIL = re.compile(r"\s+[|–—-]\s+.*$")  # what stands behind the name of the outlet


@dataclass(frozen=True, slots=True, kw_only=True)
class Scouted:
    """What a site tells of itself."""

    name: str | None = None
    language: str | None = None
    """As the home page declares it."""
    feeds: tuple[str, ...] = ()
    """Named by the home page (`link rel=alternate`)."""
    sitemaps: tuple[str, ...] = ()
    """Named by robots.txt."""
    telegram: tuple[str, ...] = ()
    """Handles that the home page links."""
    preset: str | None = None
    problem: str | None = None
    """Why the home page could not be read; None when it was."""


def scout(crawl: ArchivedCrawl, presets: Iterable[Path]) -> Scouted:
    """Read what a crawl of a home page alone has archived. `presets`: folders in which presets may lie."""
    sitemaps = _first(_sitemaps(crawl), NAMED_MAX)
    capture = next((stored.capture for stored in crawl.captures()), None)
    if capture is None:
        ends = [f"{it.outcome.value}: {it.reason} {it.detail or ''}".strip() for it in crawl.outcomes]
        return Scouted(sitemaps=sitemaps, problem="; ".join(ends) or crawl.summary.finish_reason)
    page = _page(capture)
    if page is None:
        return Scouted(sitemaps=sitemaps, problem="no page of HTML")
    return Scouted(
        name=_name(page),
        language=declared_language(page),
        feeds=_first(_feeds(page), NAMED_MAX),
        sitemaps=sitemaps,
        telegram=_first(_handles(page.root), NAMED_MAX),
        preset=recognise_preset(capture.body.decode("utf-8", "replace"), presets),
    )


def _page(capture: Capture) -> Page | None:
    if screen(capture.body) is not None:
        return None
    html = decode_html(capture.body, capture.headers)
    return parse_page(html, capture.final_url) if html else None


def _name(page: Page) -> str | None:
    title = page.root.findtext(".//title")
    return page.first_meta("og:site_name", "application-name") or (
        _TITLE_TAIL.sub("", title.strip()) if title else None
    )


def _feeds(page: Page) -> Iterator[str]:
    for link in page.root.iterfind(".//link[@href]"):
        is_feed = re.search(r"(?i)(?:rss|atom|rdf)\+xml", link.get("type") or "") is not None
        if is_feed and "alternate" in (link.get("rel") or "").lower().split() and _own(link.get("href"), page.url):
            yield urljoin(page.url, link.get("href") or "")


def _own(href: str | None, base: str) -> bool:
    """Whether an address is of the site itself: elsewhere nothing is asked for."""
    return bare_host(urljoin(base, href or "")) == bare_host(base)


def _handles(root: HtmlElement) -> Iterator[str]:
    for link in root.iterfind(".//a[@href]"):
        found = _HANDLE.match(link.get("href") or "")
        if found and found.group(1).lower() not in _NO_HANDLES:
            yield found.group(1)


def _sitemaps(crawl: ArchivedCrawl) -> Iterator[str]:
    for file in robots_files(crawl):
        if file.status == 200:
            yield from (url for url in Protego.parse(decode_robots(file.body)).sitemaps if _own(url, file.asked_url))


def _first(urls: Iterable[str], n_most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(urls))[:n_most]
