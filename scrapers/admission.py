"""What of all that is met may be asked for in this crawl: the source's rules, what is due, and the limits."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import urlsplit

from scrapers.clock import Clock
from scrapers.outcomes import Discovery, UrlOutcome
from scrapers.records import SkipReason
from scrapers.registry import ListingEntry, SitemapEntry, Source, TelegramEntry
from scrapers.revisits import is_due
from scrapers.takedowns import Register
from scrapers.targets import Target, entry_hosts, refusal
from scrapers.visits import Visits

SITEMAP_MAX_LEVELS = 3
"""An index of indexes is as deep as real ones go."""

SITEMAP_MAX_FILES = 50
"""Of one crawl, newest first: at 5 s each they take four minutes; monthly files reach back four years."""

SITEMAP_SETTLED = timedelta(days=2)
"""A child whose lastmod is older and the same as at its last visit is not asked for; a date without a time is too
coarse for anything younger."""

_NOT_ASKED = frozenset(
    {
        SkipReason.OTHER_HOST,
        SkipReason.NOT_AN_ARTICLE_URL,
        SkipReason.NOT_DUE,
        SkipReason.OVER_PAGE_LIMIT,
        SkipReason.BAD_URL,
        SkipReason.WITHHELD,
    }
)
"""Decided when met; all other ends were asked for and count towards the page limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLimits:
    """How much of a source one crawl asks for, and what never."""

    max_pages: int = 2000
    """Pages asked for, entries not counted; at 5 s each they take nearly three hours, so time ends first."""
    max_sitemaps: int = SITEMAP_MAX_FILES
    register: Register = field(default_factory=Register)
    """What was taken down."""


class Admission:
    """Decides URL by URL, and counts what it lets in."""

    def __init__(self, source: Source, visits: Visits, clock: Clock, limits: PageLimits) -> None:
        self._source = source
        self._visits = visits
        self._clock = clock
        self.n_pages_left = limits.max_pages
        self._max_sitemaps = limits.max_sitemaps
        self._register = limits.register
        self._n_sitemaps = 0

    def count(self, target: Target) -> None:
        """Count a URL that is asked for."""
        if target.entry is None:
            self.n_pages_left -= 1
        elif isinstance(target.entry, SitemapEntry):
            self._n_sitemaps += 1

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
        if not is_due(self._visits.get(target.url), target.hints, self._clock.now()):
            return SkipReason.NOT_DUE
        return SkipReason.OVER_PAGE_LIMIT if self.n_pages_left <= 0 else None

    def trim(self, target: Target, discovery: Discovery) -> Discovery:
        """Leave out the further page that is not to be read: over the entry's limit, or behind what is all known."""
        entry = target.entry
        is_last = isinstance(entry, ListingEntry | TelegramEntry) and target.level >= entry.max_pages
        if is_last or (discovery.posts and self._visits.knows_all(discovery.posts)):
            return replace(discovery, next_pages=())
        return discovery

    def due_pages(self, n_most: int) -> list[Target]:
        """Return known pages that are due for another look, longest overdue first."""
        return [
            Target(
                url=visit.url,
                role=visit.role,
                entry_url=visit.entry_url,
                entry_kind=visit.entry_kind,
                hints=visit.hints,
            )
            for visit in self._visits.due(self._clock.now(), n_most)
            if not self._is_withheld(visit.url)
        ]

    def _is_withheld(self, url: str) -> bool:
        return self._register.withheld_id(self._source.id, url) is not None

    def _skip_reason_of_further_page(self, target: Target) -> SkipReason | None:
        if urlsplit(target.url).netloc.lower() not in entry_hosts(self._source):
            return SkipReason.OTHER_HOST
        if not isinstance(target.entry, SitemapEntry):
            return None
        if target.level > SITEMAP_MAX_LEVELS or self._n_sitemaps >= self._max_sitemaps:
            return SkipReason.OVER_PAGE_LIMIT
        visit, lastmod = self._visits.get(target.url), target.hints.modified
        settled_before = f"{self._clock.now() - SITEMAP_SETTLED:%Y-%m-%d}"
        is_same = visit is not None and visit.last_fetched_at is not None and visit.hints.modified == lastmod
        return SkipReason.NOT_DUE if is_same and lastmod and lastmod < settled_before else None


def was_asked(outcome: UrlOutcome) -> bool:
    """Whether a URL that ended so had been asked for, and so counts towards the limits."""
    return outcome.reason not in _NOT_ASKED
