"""What of all that is met may be asked for in this crawl: the source's rules, what is due, and the limits.

Two kinds of crawl differ here: one of what is new stops where everything is known, a backfill goes on until it is older
than its first day, and takes up again what an earlier crawl of the same days left open.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scrapers.clock import Clock
from scrapers.days import DayRange
from scrapers.known_addresses import KnownAddresses
from scrapers.outcomes import DiscoveredUrl, Discovery, StoredDiscovery, UrlOutcome
from scrapers.records import Hints, SkipReason
from scrapers.registry import ListingEntry, SitemapEntry, Source, TelegramEntry, WordPressEntry
from scrapers.revisits import NOT_SHOWN, Validators, is_backing_off, is_due, is_due_to_poll
from scrapers.spiders.discovery import discover
from scrapers.takedowns import Register
from scrapers.targets import Ask, Target, entry_hosts, entry_targets, known_target, refusal, walk_targets
from scrapers.traps import Traps
from scrapers.visits import Visits

SITEMAP_MAX_LEVELS = 3
"""An index of indexes is as deep as real ones go."""

SITEMAP_MAX_FILES = 50
"""Of one crawl, newest first: at 5 s each they take four minutes; monthly files reach back four years."""

SITEMAP_SETTLED = timedelta(days=2)
"""A child whose lastmod is older and the same as at its last visit is not asked for; a date without a time is too
coarse for anything younger."""

WALK_MAX_PAGES = 100
"""Pages of entries that one crawl of a backfill reads; at 5 s each eight minutes, so that pages too get their turn."""

_NOT_ASKED = frozenset(
    {
        SkipReason.TRAP,
        SkipReason.OUT_OF_RANGE,
        SkipReason.OTHER_HOST,
        SkipReason.NOT_AN_ARTICLE_URL,
        SkipReason.NOT_DUE,
        SkipReason.OVER_PAGE_LIMIT,
        SkipReason.BACKING_OFF,
        SkipReason.BAD_URL,
        SkipReason.DAILY_BUDGET,
        SkipReason.WITHHELD,
    }
)
"""Decided when met; all other ends were asked for and count towards the page limit."""


_PAGED = ListingEntry | WordPressEntry | TelegramEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """How much of a source one crawl asks for."""

    max_pages: int = 2000
    """Pages asked for, entries not counted; at 5 s each they take nearly three hours, so time ends first."""
    max_sitemaps: int = SITEMAP_MAX_FILES


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a crawl is for, and within which limits."""

    begun_at: datetime
    """The instant in the crawl's header."""
    limits: PageLimits
    register: Register
    """What was taken down, and is not asked for."""
    days: DayRange | None = None
    """The days of a backfill; None: what is new."""


class Admission:
    """Decides URL by URL, and counts what it lets in."""

    def __init__(self, source: Source, visits: Visits, clock: Clock, plan: Plan) -> None:
        self._source = source
        self._visits = visits
        self._clock = clock
        self._limits = plan.limits
        self._register = plan.register
        self._days = plan.days
        self._walked = visits.walked(str(plan.days), plan.begun_at) if plan.days else {}
        self._traps = Traps(source.articles.max_variants)
        self.addresses = KnownAddresses(source, visits)
        self.n_pages_left = plan.limits.max_pages
        self._n_sitemaps = 0
        self._n_walk_left = WALK_MAX_PAGES

    def starts(self) -> list[Target]:
        """Return the entries; in a backfill what reaches back, as far as it is not done."""
        if self._days is None:
            today = self._clock.now().astimezone(self._source.zone).date()
            return [target for entry in self._source.entries for target in entry_targets(entry, today)]
        begins = [target for entry in self._source.entries for target in walk_targets(entry, self._days)]
        by_entry = {target.entry_url or target.url: target for target in begins}
        left_open = [
            replace(by_entry[it.entry_url], url=url, entry_url=it.entry_url, level=2)
            for url, it in self._walked.items()
            if not it.is_done and it.entry_url in by_entry
        ]
        by_url = {target.url: target for target in (*begins, *left_open)}
        return [target for target in by_url.values() if not self._is_walked(target.url)]

    def skip_reason_of_start(self, target: Target) -> SkipReason | None:
        """Why an entry is not asked for; None when it is."""
        if self._days is not None:
            return self._skip_reason_of_walk(target, self._days)
        visit, now = self._visits.get(target.url), self._clock.now()
        if is_backing_off(visit, now):
            return SkipReason.BACKING_OFF
        return None if is_due_to_poll(visit, self._source.polling, now) else SkipReason.NOT_DUE

    def count(self, target: Target) -> None:
        """Count a URL that is asked for."""
        if target.entry is None:
            self.n_pages_left -= 1
            self._traps.count(target.url)
            return
        self._n_walk_left -= 1
        self._n_sitemaps += isinstance(target.entry, SitemapEntry)

    def count_again(self, target: Target, end: UrlOutcome) -> None:
        """Count a URL that was asked for before the crawl was killed."""
        if was_asked(end):
            self.count(target)

    def skip_reason(self, target: Target) -> SkipReason | None:
        """Why a URL is not asked for; None when it is."""
        if target.is_bad:
            return SkipReason.BAD_URL
        if target.entry is not None:
            return self._skip_reason_of_further_page(target)
        if reason := refusal(target.url, self._source):
            return reason
        if self._is_withheld(target.url):
            return SkipReason.WITHHELD
        if self._days is not None and self._days.excludes(DiscoveredUrl(url=target.url, hints=target.hints)):
            return SkipReason.OUT_OF_RANGE
        visit, now = self._visits.get(target.url), self._clock.now()
        if visit is None and self._traps.holds(target.url, now):
            return SkipReason.TRAP
        if not is_due(visit, target.hints, now):
            return SkipReason.NOT_DUE
        return SkipReason.OVER_PAGE_LIMIT if self.n_pages_left <= 0 else None

    def ask(self, target: Target) -> Ask:
        """Return the request for a URL, with what its server can tell us of changes, as far as that is believed."""
        visit = self._visits.get(target.url)
        is_walk = self._days is not None and target.entry is not None
        if visit is None:
            return Ask(target=target, address=target.url, is_walk=is_walk)
        known = target if target.hints != Hints() else replace(target, hints=visit.hints)
        # A page of an entry in a backfill is read for what it leads to, changed or not.
        is_trusted = not is_walk and not self._visits.is_distrusted(target.url, target.role)
        validators = visit.validators if is_trusted else Validators()
        return Ask(target=known, address=target.url, validators=validators, is_walk=is_walk)

    def read(self, target: Target, body: bytes, url: str) -> StoredDiscovery | None:
        """Return where a page of an entry leads; None for any other page. Raises BadContentError."""
        if target.entry is None:
            return None
        discovery = self.trim(target, discover(body, url, target.entry))
        return StoredDiscovery(page_url=target.url, discovery=discovery, n_new=self.count_new(discovery))

    def trim(self, target: Target, discovery: Discovery) -> Discovery:
        """Name each page as it is known, and leave out the further page that need not be read."""
        known = self.addresses.rename(discovery)
        return replace(known, next_pages=()) if self._is_last(target, known) else known

    def count_new(self, discovery: Discovery) -> int | None:
        """How many articles and messages were never met before; None for an index, which names none."""
        if discovery.next_pages and not discovery.links and not discovery.posts:
            return None
        pages = [link.url for link in discovery.links if refusal(link.url, self._source) is None]
        return self._visits.count_unknown(pages) + self._visits.posts.count_new(discovery.posts)

    def _is_last(self, target: Target, discovery: Discovery) -> bool:
        """Whether what follows is over the entry's limit, all known, or too old."""
        entry = target.entry
        if self._days is not None:
            return bool(discovery.links) and all(map(self._days.is_before, discovery.links))
        if isinstance(entry, _PAGED) and target.level >= entry.max_pages:
            return True
        has_items = bool(discovery.posts or discovery.links)
        return has_items and isinstance(entry, _PAGED) and self.count_new(discovery) == 0

    def due_pages(self, n_most: int) -> list[Target]:
        """Return known pages that are due, longest overdue first; in a backfill those that were put off."""
        visits = self._visits.due(self._clock.now(), n_most, is_new=self._days is not None)
        return [known_target(visit) for visit in visits if not self._is_withheld(visit.url)]

    def _is_withheld(self, url: str) -> bool:
        return self._register.withheld_id(self._source.id, url) is not None

    def _skip_reason_of_further_page(self, target: Target) -> SkipReason | None:
        if urlsplit(target.url).netloc.lower() not in entry_hosts(self._source):
            return SkipReason.OTHER_HOST
        if self._days is not None:
            return self._skip_reason_of_walk(target, self._days)
        if not isinstance(target.entry, SitemapEntry):
            return None
        if target.level > SITEMAP_MAX_LEVELS or self._n_sitemaps >= self._limits.max_sitemaps:
            return SkipReason.OVER_PAGE_LIMIT
        visit, lastmod = self._visits.get(target.url), target.hints.modified
        settled_before = f"{self._clock.now() - SITEMAP_SETTLED:%Y-%m-%d}"
        is_same = visit is not None and visit.last_fetched_at is not None and visit.hints.modified == lastmod
        return SkipReason.NOT_DUE if is_same and lastmod and lastmod < settled_before else None

    def _skip_reason_of_walk(self, target: Target, days: DayRange) -> SkipReason | None:
        if days.is_before(DiscoveredUrl(url=target.url, hints=target.hints)):
            return SkipReason.OUT_OF_RANGE
        if self._is_walked(target.url):
            return SkipReason.NOT_DUE
        return SkipReason.OVER_PAGE_LIMIT if self._n_walk_left <= 0 else None

    def _is_walked(self, url: str) -> bool:
        walked = self._walked.get(url)
        return walked is not None and walked.is_done


def was_asked(outcome: UrlOutcome) -> bool:
    """Whether a URL that ended so had been asked for, and so counts towards the limits."""
    return outcome.reason not in _NOT_ASKED and outcome.detail != NOT_SHOWN
