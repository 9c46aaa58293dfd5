"""Under which address a page is asked for, when entries and days write it in several ways."""

from dataclasses import replace

from scrapers.outcomes import DiscoveredUrl, Discovery
from scrapers.registry import Source
from scrapers.same_page import page_key
from scrapers.targets import refusal
from scrapers.visits import Visits


class KnownAddresses:
    """Names each page as it is known, or else as it was first met in this crawl where the source's rules take it."""

    def __init__(self, source: Source, visits: Visits) -> None:
        self._source = source
        self._visits = visits
        self._by_key: dict[str, str] = {}

    def rename(self, discovery: Discovery) -> Discovery:
        """Return a discovery with each page under its one address, where it is named first."""
        named: dict[str, DiscoveredUrl] = {}
        for link in map(self._rename, discovery.links):
            named.setdefault(link.url, link)
        return replace(discovery, links=tuple(named.values()))

    def _rename(self, link: DiscoveredUrl) -> DiscoveredUrl:
        key = page_key(link.url)
        known = self._by_key.get(key) or self._visits.address_of(key)
        if known is None and refusal(link.url, self._source) is not None:
            return link
        address = self._by_key[key] = known or link.url
        return link if address == link.url else replace(link, url=address)
