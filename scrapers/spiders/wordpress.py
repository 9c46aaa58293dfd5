"""WordPress' own list of posts (`/wp-json/wp/v2/posts`): further back than its feed, each post with its times in UTC.

The list leads to pages and gives hints; the page stays the capture that carries the record. The JSON also holds the
text, but as its author typed it: without what plug-ins add, with what they hide, and an outlet would change
its whole history on the day it is entered by another way. One extra request a post is the price of one kind of record.

Pages are counted by date, not by number: `before` the oldest post of the last page. What is published meanwhile shifts
nothing then, and the end is an empty list instead of an error.
"""

from datetime import datetime, timedelta
from html import unescape

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from w3lib.url import add_or_replace_parameters

from scrapers.identity import normalise_url
from scrapers.outcomes import DiscoveredUrl, Discovery
from scrapers.records import Hints
from scrapers.registry import WordPressEntry
from scrapers.spiders.links import BadContentError, gather, is_html, words

_FIELDS = "date,date_gmt,link,modified_gmt,title"

_LATEST = datetime(9999, 1, 1)  # noqa: DTZ001 - by the clock of the site; what bears a later year is wrong


class _Title(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    rendered: str


class _Post(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    link: str
    date: datetime
    """By the clock of the site, as `before` is read. A zone that is given nevertheless is that of the site: dropped."""
    date_gmt: datetime | None = None
    modified_gmt: datetime | None = None
    title: _Title | None = None


_POSTS = TypeAdapter(list[_Post])


def list_address(entry: WordPressEntry, *, after: str | None = None, before: str | None = None) -> str:
    """Return the address of the newest posts, normalised; `after` and `before` are times by the clock of the site."""
    asked = {"_fields": _FIELDS, "order": "desc", "orderby": "date", "per_page": str(entry.per_page)}
    bounds = {"after": after, "before": before}
    asked |= {name: value for name, value in bounds.items() if value}
    return normalise_url(add_or_replace_parameters(entry.url, asked))


def discover(body: bytes, url: str, entry: WordPressEntry) -> Discovery:
    """Return the posts' links, newest first, and the address of the posts before them when the list was full.

    Raises BadContentError for what is no list of posts.
    """
    if is_html(body):
        raise BadContentError("HTML instead of JSON")
    try:
        posts = _POSTS.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadContentError(f"no list of posts: {first['msg']} at {first['loc'] or 'its root'}") from error
    links, bad = gather([(post.link, _hints(post)) for post in posts], url)
    return Discovery(links=links, bad_links=bad, next_pages=_older(posts, url, entry))


def _older(posts: list[_Post], url: str, entry: WordPressEntry) -> tuple[DiscoveredUrl, ...]:
    if len(posts) < entry.per_page:
        return ()
    # A second later, because `before` leaves out what bears that very time.
    oldest = min(_LATEST, *(post.date.replace(tzinfo=None) for post in posts)) + timedelta(seconds=1)
    address = normalise_url(add_or_replace_parameters(url, {"before": oldest.isoformat(timespec="seconds")}))
    hints = Hints(published=oldest.date().isoformat())
    return (DiscoveredUrl(url=address, hints=hints),) if address != url else ()


def _hints(post: _Post) -> Hints:
    title = words(unescape(post.title.rendered)) if post.title else None
    return Hints(title=title, published=_utc(post.date_gmt), modified=_utc(post.modified_gmt))


def _utc(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%S}+00:00" if at else None
