"""Telegram previews (`t.me/s/<handle>`): which messages a page shows, and where the older ones are.

The page itself carries the records, so there is nothing to parse here: message numbers are found in the bytes.
"""

import re
from urllib.parse import urlsplit

from scrapers.identity import normalise_url
from scrapers.outcomes import DiscoveredUrl, Discovery
from scrapers.registry import TelegramEntry
from scrapers.spiders.links import BadContentError

_POST = re.compile(rb'data-post="([A-Za-z0-9_]{3,40})/(\d{1,10})"')
_MARK = b"tgme_"
"""Begins the class names of every preview page, also of an empty one."""

POSTS_MAX = 500
"""A preview page shows 20 messages."""


def discover(body: bytes, url: str, entry: TelegramEntry) -> Discovery:
    """Return the messages shown, and the page of those before the oldest of them.

    Raises BadContentError for what is no preview page.
    """
    if _MARK not in body:
        raise BadContentError("no Telegram preview page")
    handle = urlsplit(entry.url).path.rstrip("/").rpartition("/")[2].lower()
    shown = [m for m in _POST.findall(body)[:POSTS_MAX] if m[0].decode().lower() == handle]
    numbers = sorted({int(number) for _, number in shown})
    posts = tuple(f"{handle}/{number}" for number in numbers)
    if not numbers or numbers[0] <= 1:
        return Discovery(posts=posts)
    older = DiscoveredUrl(url=normalise_url(f"?before={numbers[0]}", base=entry.url))
    return Discovery(posts=posts, next_pages=(older,))
