"""Telegram previews (`t.me/s/<handle>`): which messages a page shows, and where the older ones are.

The page itself carries the records, so there is nothing to parse here: message numbers are found in the bytes.
"""

import re
from urllib.parse import urlsplit

from scrapers.identity import normalise_url
from scrapers.outcomes import DiscoveredUrl, Discovery
from scrapers.records import Hints
from scrapers.registry import TelegramEntry
from scrapers.spiders.links import BadContentError

_POST_PATH = re.compile(r"/([A-Za-z0-9_]{3,40}/\d{1,10})")
_POST = re.compile(rb'data-post="([A-Za-z0-9_]{3,40})/(\d{1,10})"')
_DAY = re.compile(rb'<time[^<>]{0,200}datetime="(\d{4}-\d\d-\d\d)')
_MARK = b"tgme_"
"""Begins the class names of every preview page, also of an empty one."""

POSTS_MAX = 500
"""A preview page shows 20 messages."""


def discover(body: bytes, url: str, entry: TelegramEntry) -> Discovery:
    """Return the messages shown, and the page of those before the oldest of them.

    Raises BadContentError for what is no preview page, and for a newest page without messages: a rate limit and a
    preview that was switched off look so too, and whether the channel is empty stays unknown.
    """
    if _MARK not in body:
        raise BadContentError("no Telegram preview page")
    handle = channel_of(entry)
    shown = [m for m in _POST.findall(body)[:POSTS_MAX] if m[0].decode().lower() == handle]
    numbers = sorted({int(number) for _, number in shown})
    posts = tuple(f"{handle}/{number}" for number in numbers)
    if not numbers and "before=" not in urlsplit(url).query:
        raise BadContentError("no messages shown: unknown, not empty")
    if not numbers or numbers[0] <= 1:
        return Discovery(posts=posts)
    hints = Hints(published=min((day.decode() for day in _DAY.findall(body)), default=None))
    older = DiscoveredUrl(url=page_before(numbers[0], entry), hints=hints)
    return Discovery(posts=posts, next_pages=(older,))


def channel_of(entry: TelegramEntry) -> str:
    """Return the handle of a channel, in lower case as `Discovery.posts` has it."""
    return urlsplit(entry.url).path.rstrip("/").rpartition("/")[2].lower()


def page_before(number: int, entry: TelegramEntry) -> str:
    """Return the address of the page that shows the messages before one, normalised."""
    return normalise_url(f"?before={number}", base=entry.url)


def post_address(post: str, page: bytes, page_url: str) -> str:
    """Return the address that a message of a channel is published under, the handle spelled as the page spells it."""
    handle, _, number = post.rpartition("/")
    spelled = next((it[0].decode() for it in _POST.findall(page) if it[0].decode().lower() == handle), handle)
    return normalise_url(f"/{spelled}/{number}", base=page_url)


def post_at(url: str) -> str | None:
    """Return the message that may be published under an address, as `Discovery.posts` has it.

    >>> post_at("https://t.me/Desk/30"), post_at("https://t.me/s/desk")
    ('desk/30', None)
    """
    found = _POST_PATH.fullmatch(urlsplit(url).path)
    return found[1].lower() if found else None
