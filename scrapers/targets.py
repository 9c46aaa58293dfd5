"""What the frontier hands out: a URL to be asked for, and what is to be made of the answer."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import assert_never
from urllib.parse import urlsplit

from scrapers.days import DayRange, addresses
from scrapers.identity import normalise_url
from scrapers.outcomes import Discovery
from scrapers.records import CaptureRole, Hints, SkipReason
from scrapers.registry import (
    Entry,
    FeedEntry,
    ListingEntry,
    SitemapEntry,
    Source,
    TelegramEntry,
    WordPressEntry,
)
from scrapers.revisits import Validators, Visit
from scrapers.spiders.wordpress import list_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that the crawl has met. Its outcome belongs to this address, wherever it redirects to."""

    url: str
    role: CaptureRole
    entry: Entry | None = None
    """Set for an entry and its further pages: the answer leads on."""
    entry_url: str | None = None
    """The entry that led here; None for an entry itself."""
    entry_kind: str | None = None
    hints: Hints = field(default_factory=Hints)
    is_bad: bool = False
    """The link is no http(s) address; `url` is what was written."""
    level: int = 1
    """1 for an entry itself, 2 for a page that it leads to as a further page of it, and so on."""
    may_lack: bool = False
    """Of a dated entry: it is no failure that the outlet does not have it (yet)."""
    is_look_back: bool = False
    """A page of a channel that is read for messages met before."""

    @property
    def visit(self) -> Visit:
        """What a first visit starts from."""
        return Visit(
            url=self.url, role=self.role, entry_url=self.entry_url, entry_kind=self.entry_kind, hints=self.hints
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request to be made."""

    target: Target
    address: str
    """Where to ask: the target's URL, or what it redirected to."""
    validators: Validators = field(default_factory=Validators)
    """With which to ask whether anything changed."""
    n_redirects: int = 0
    is_audit: bool = False
    """Asked plainly after a 304, to see whether that was true."""
    is_walk: bool = False
    """A page of an entry in a backfill."""

    @property
    def priority(self) -> int:
        """Higher goes first: what an answer asks for, then entries, so that each page's place is known, then pages.

        In a backfill pages go before entries: what was found is fetched before more is looked for.
        """
        if self.n_redirects or self.is_audit:
            return 2
        return 0 if self.target.entry is None else -1 if self.is_walk else 1


def entry_targets(entry: Entry, today: date) -> list[Target]:
    """Return the targets that an entry is for a crawl of what is new: one, or one for each of its last days.

    `today` is the newsroom's.
    """
    if isinstance(entry, SitemapEntry | ListingEntry) and entry.is_dated:
        return _dated_targets(entry, DayRange(today - timedelta(days=entry.days - 1), today))
    return [_target(entry, entry_address(entry))]


def entry_address(entry: Entry) -> str:
    """Return the address under which an entry without a date is asked for, normalised."""
    return list_address(entry) if isinstance(entry, WordPressEntry) else normalise_url(entry.url)


def walk_targets(entry: Entry, days: DayRange) -> list[Target]:
    """Return the targets with which a backfill of these days begins; none for what reaches only some items back."""
    match entry:
        case FeedEntry():
            return []
        case SitemapEntry() | ListingEntry() if entry.is_dated:
            return _dated_targets(entry, days)
        case WordPressEntry():
            end = days.last + timedelta(days=1)
            return [_target(entry, list_address(entry, after=f"{days.first}T00:00:00", before=f"{end}T00:00:00"))]
        case SitemapEntry() | ListingEntry() | TelegramEntry():
            return [_target(entry, normalise_url(entry.url))]
        case _:
            assert_never(entry)


def _dated_targets(entry: SitemapEntry | ListingEntry, days: DayRange) -> list[Target]:
    """Newest first; all of them belong to the entry as the registry writes it.

    Any of them may lack: outlets rest on some days, and today's may not exist yet.
    """
    return [replace(_target(entry, url), entry_url=entry.url, may_lack=True) for url in addresses(entry, days)]


def _target(entry: Entry, url: str) -> Target:
    role = CaptureRole.BOTH if isinstance(entry, TelegramEntry) else CaptureRole.ENTRY
    return Target(url=url, role=role, entry=entry, entry_kind=entry.kind)


def known_target(visit: Visit) -> Target:
    """Return the target that a page which was visited is."""
    return Target(
        url=visit.url, role=visit.role, entry_url=visit.entry_url, entry_kind=visit.entry_kind, hints=visit.hints
    )


def refusal(url: str, source: Source) -> SkipReason | None:
    """Why a normalised address is none that may be an article of the source; None when it may be."""
    if urlsplit(url).netloc.lower() not in source.hosts:
        return SkipReason.OTHER_HOST
    return None if source.articles.accept(url) else SkipReason.NOT_AN_ARTICLE_URL


def entry_hosts(source: Source) -> frozenset[str]:
    """Hosts to which an entry may redirect: the source's, and those of its entries."""
    return source.hosts | {urlsplit(entry.url).netloc.lower() for entry in source.entries}


def linked_targets(page: Target, discovery: Discovery) -> list[Target]:
    """Return the targets to which a page of an entry leads: its further pages first, then links, then bad links."""
    entry_url = page.entry_url or page.url
    further = [
        replace(page, url=link.url, hints=link.hints, entry_url=entry_url, level=page.level + 1, may_lack=False)
        for link in discovery.next_pages
    ]
    pages = [
        Target(url=link.url, role=CaptureRole.PAGE, entry_url=entry_url, entry_kind=page.entry_kind, hints=link.hints)
        for link in discovery.links
    ]
    bad = [
        Target(url=href, role=CaptureRole.PAGE, entry_url=entry_url, entry_kind=page.entry_kind, is_bad=True)
        for href in discovery.bad_links
    ]
    return further + pages + bad
