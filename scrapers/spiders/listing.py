"""Listings: a page of links, with or without further pages, chosen by CSS selectors.

The only HTML that is parsed in the crawling process, and only after the linear screen: one element with 160,000
attributes would stop the event loop for half a minute (measured 2026-11-22).
"""

import re
from urllib.parse import urljoin

from lxml import html
from lxml.cssselect import SelectorError
from lxml.etree import ParserError, XMLSyntaxError

from scrapers.extraction.prescreen import screen
from scrapers.identity import normalise_url
from scrapers.outcomes import Discovery
from scrapers.records import Hints
from scrapers.registry import ListingEntry
from scrapers.spiders.links import BadContentError, gather

LISTING_MAX_LINKS = 2_000
"""The longest archive page met has 500 links."""


_ANY_NUMBER = "271828182"
"""Stands for the number while a template takes the form of an address; in no real one."""


class NoLinksError(BadContentError):
    """A listing on which the selector finds nothing."""


def discover(body: bytes, url: str, entry: ListingEntry) -> Discovery:
    """Return the links that `link_selector` chooses, and the one next page.

    Raises BadContentError for what must not be parsed, and NoLinksError for a page in which the selector finds nothing:
    then the outlet has changed its layout, which must not look like a day without news.
    """
    if rejection := screen(body):
        raise BadContentError(f"{rejection.reason}: {rejection.detail}")
    try:
        document = html.document_fromstring(body, parser=html.HTMLParser(no_network=True, huge_tree=False))
    except (ParserError, XMLSyntaxError, ValueError) as error:
        raise BadContentError(f"no HTML: {error}") from error
    base = _base(document, url)
    links, bad = gather(_hrefs(document, entry.link_selector), base)
    if not links:
        raise NoLinksError(f"link_selector {entry.link_selector!r} finds no link")
    next_pages = gather(_next_hrefs(document, url, entry), base)[0]
    plain_next = tuple(link for link in next_pages[:1] if link.url != url)
    return Discovery(links=links, next_pages=plain_next, bad_links=bad)


def _next_hrefs(document: html.HtmlElement, url: str, entry: ListingEntry) -> list[tuple[str, Hints]]:
    if entry.next_template:
        return [(entry.next_template.replace("{n}", str(_page_number(url, entry.next_template) + 1)), Hints())]
    return _hrefs(document, entry.next_selector) if entry.next_selector else []


def _page_number(url: str, template: str) -> int:
    """Return the number of a page by its address; 1 for what is not made from the template."""
    written = re.escape(normalise_url(template.replace("{n}", _ANY_NUMBER)))
    found = re.fullmatch(written.replace(_ANY_NUMBER, r"(\d{1,6})"), url)
    return int(found[1]) if found else 1


def _base(document: html.HtmlElement, url: str) -> str:
    base = document.find(".//base[@href]")
    return urljoin(url, base.get("href")) if base is not None else url


def _hrefs(document: html.HtmlElement, selector: str) -> list[tuple[str, Hints]]:
    try:
        elements = document.cssselect(selector, translator="html")
    except SelectorError as error:
        raise BadContentError(f"selector {selector!r}: {error}") from error
    hrefs = [element.get("href") for element in elements[:LISTING_MAX_LINKS]]
    # No title hint: a link's words are as often "read more" as the headline.
    return [(href, Hints()) for href in hrefs if href]
