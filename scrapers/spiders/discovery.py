"""Which function reads which kind of entry."""

from typing import assert_never

from scrapers.outcomes import Discovery
from scrapers.registry import Entry, FeedEntry, ListingEntry, SitemapEntry, TelegramEntry, WordPressEntry
from scrapers.spiders import feed, listing, sitemap, telegram, wordpress


def discover(body: bytes, url: str, entry: Entry) -> Discovery:
    """Return where a page of an entry leads. `url` is the address that answered. Raises BadContentError."""
    match entry:
        case FeedEntry():
            return feed.discover(body, url, entry)
        case SitemapEntry():
            return sitemap.discover(body, url, entry)
        case ListingEntry():
            return listing.discover(body, url, entry)
        case WordPressEntry():
            return wordpress.discover(body, url, entry)
        case TelegramEntry():
            return telegram.discover(body, url, entry)
        case _:
            assert_never(entry)
