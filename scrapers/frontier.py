"""The frontier: which URL is asked for next, and what becomes of each answer. Knows nothing of Scrapy or of sockets.

Entries come first, then the pages that they lead to in the order in which they name them, then known pages that are due
for another look although no entry names them: that is how an edit or a vanished page is found. What is asked follows
from the answers and their order alone, so that `resume` can take a file's word for what is decided, follow its
discoveries once more, and go on as an undisturbed crawl would.
"""

import logging
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from scrapers.answers import Answer
from scrapers.archive import CrawlParts
from scrapers.clock import Clock
from scrapers.failures import reason_of_status
from scrapers.identity import BadUrlError, normalise_url
from scrapers.ledger import Ledger
from scrapers.outcomes import DiscoveredUrl, Discovery
from scrapers.records import Capture, CaptureRole, FailReason, Hints, Outcome, SkipReason
from scrapers.registry import Entry, ListingEntry, SitemapEntry, Source, TelegramEntry
from scrapers.revisits import Validators, is_due
from scrapers.spiders.discovery import discover
from scrapers.spiders.links import BadContentError
from scrapers.targets import Ask, Target, entry_hosts, entry_target, refusal
from scrapers.visits import Visits

logger = logging.getLogger(__name__)

REDIRECTS_MAX = 5
"""Browsers follow 20; an outlet that needs more than five is broken or a trap."""

SITEMAP_MAX_LEVELS = 3
"""An index of indexes is as deep as real ones go."""

SITEMAP_MAX_FILES = 50
"""Of one crawl, newest first: at 5 s each they take four minutes; monthly files reach back four years."""

SITEMAP_SETTLED = timedelta(days=2)
"""A child whose lastmod is older and the same as at its last visit is not asked for; a date without a time is too
coarse for anything younger."""

REVISITS_MAX = 100
"""Of one crawl: an outlet with 100 articles a day has 25 an hour due."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

_NOT_ASKED = frozenset(
    {
        SkipReason.OTHER_HOST,
        SkipReason.NOT_AN_ARTICLE_URL,
        SkipReason.NOT_DUE,
        SkipReason.OVER_PAGE_LIMIT,
        SkipReason.BAD_URL,
    }
)
"""Decided when met; all other ends were asked for and count towards the page limit."""


class Frontier:
    """Decides; every method returns what is to be asked next, in order."""

    def __init__(self, source: Source, ledger: Ledger, visits: Visits, clock: Clock, *, max_pages: int) -> None:
        self._source = source
        self._ledger = ledger
        self._visits = visits
        self._clock = clock
        self._n_pages_left = max_pages
        self._n_sitemaps = 0
        self._n_revisits_left: int | None = REVISITS_MAX
        """None once the revisits of this crawl are chosen."""

    def start(self) -> list[Ask]:
        """Begin with the entries."""
        return self._with_revisits(self._enter())

    def resume(self, parts: CrawlParts, orphans: dict[str, Capture]) -> list[Ask]:
        """Begin where a file of this crawl ends. `orphans`: captures by URL that no outcome names yet."""
        self._ledger.take_over(parts)
        asks = self._enter()
        for stored in parts.discoveries:
            outcome = self._ledger.outcomes.get(stored.page_url)
            if outcome is not None and outcome.outcome is Outcome.FETCHED:
                asks += self._follow(self._ledger.met[stored.page_url], stored.discovery)
        self._take_over_revisits()
        for ask in [ask for ask in asks if ask.target.url in orphans]:
            asks.remove(ask)
            asks += self._accept(ask.target, orphans[ask.target.url])
        return self._with_revisits(asks)

    def answer(self, ask: Ask, answer: Answer) -> list[Ask]:
        """Take an answer."""
        target = ask.target
        if answer.status in _REDIRECTS and answer.header("Location"):
            return self._with_revisits(self._redirect(ask, answer))
        if answer.status == 304 and ask.validators != Validators():
            self._ledger.skip(target, SkipReason.NOT_MODIFIED)
        elif answer.status != 200:
            self._ledger.fail(target, reason_of_status(answer.status), f"status {answer.status}")
        elif target.entry is None:
            self._accept(target, self._ledger.capture(target, answer))
        else:
            return self._with_revisits(self._lead_on(target, target.entry, answer))
        return self._with_revisits([])

    def fail(self, ask: Ask, reason: FailReason, detail: str) -> list[Ask]:
        """Take it that a URL could not be fetched."""
        self._ledger.fail(ask.target, reason, detail)
        return self._with_revisits([])

    def skip(self, ask: Ask, reason: SkipReason, detail: str) -> list[Ask]:
        """Take it that a URL must not be fetched."""
        self._ledger.skip(ask.target, reason, detail)
        return self._with_revisits([])

    def _enter(self) -> list[Ask]:
        asks = []
        for entry in self._source.entries:
            target = entry_target(entry)
            if self._ledger.meet(target) and target.url not in self._ledger.outcomes:
                asks.append(self._ask(target))
        return asks

    def _lead_on(self, target: Target, entry: Entry, answer: Answer) -> list[Ask]:
        try:
            discovery = self._trimmed(target, discover(answer.body, answer.url, entry))
        except BadContentError as error:
            logger.warning("entry=%s bad content: %s", target.url, error)
            self._ledger.fail(target, FailReason.BAD_CONTENT, str(error))
            return []
        capture = self._ledger.capture(target, answer)
        return self._accept_leading(target, capture, discovery)

    def _accept(self, target: Target, capture: Capture) -> list[Ask]:
        if target.entry is None:
            self._ledger.accept(target, capture)
            return []
        return self._accept_leading(
            target, capture, self._trimmed(target, discover(capture.body, capture.final_url, target.entry))
        )

    def _accept_leading(self, target: Target, capture: Capture, discovery: Discovery) -> list[Ask]:
        self._ledger.discover(target.url, discovery)
        self._ledger.accept(target, capture, discovery.posts)
        return self._follow(target, discovery)

    def _trimmed(self, target: Target, discovery: Discovery) -> Discovery:
        """Leave out the further page that is not to be read."""
        entry = target.entry
        is_last = isinstance(entry, ListingEntry | TelegramEntry) and target.level >= entry.max_pages
        if is_last or (discovery.posts and self._visits.knows_all(discovery.posts)):
            return replace(discovery, next_pages=())
        return discovery

    def _follow(self, page: Target, discovery: Discovery) -> list[Ask]:
        asks: list[Ask] = []
        skips: list[tuple[Target, SkipReason]] = []
        targets = [self._further_page(page, link) for link in discovery.next_pages]
        targets += [_linked(page, link) for link in discovery.links]
        targets += [_linked(page, DiscoveredUrl(url=bad)) for bad in discovery.bad_links]
        bad_links = frozenset(discovery.bad_links)
        for target in targets:
            if not self._ledger.meet(target):
                continue
            if (end := self._ledger.outcomes.get(target.url)) is not None:
                self._count(target, is_asked=end.reason not in _NOT_ASKED)
            elif reason := SkipReason.BAD_URL if target.url in bad_links else self._skip_reason(target):
                skips.append((target, reason))
            else:
                self._count(target, is_asked=True)
                asks.append(self._ask(target))
        self._ledger.skip_all(skips)
        return asks

    def _further_page(self, page: Target, link: DiscoveredUrl) -> Target:
        entry_url = page.entry_url or page.url
        return replace(page, url=link.url, hints=link.hints, entry_url=entry_url, level=page.level + 1)

    def _count(self, target: Target, *, is_asked: bool) -> None:
        if is_asked and target.entry is None:
            self._n_pages_left -= 1
        elif is_asked and isinstance(target.entry, SitemapEntry):
            self._n_sitemaps += 1

    def _skip_reason(self, target: Target) -> SkipReason | None:
        if target.entry is not None:
            return self._skip_reason_of_further_page(target)
        if reason := refusal(target.url, self._source):
            return reason
        if target.url in self._ledger.answered_for:
            return SkipReason.REDIRECTED_TO_KNOWN
        if not is_due(self._visits.get(target.url), target.hints, self._clock.now()):
            return SkipReason.NOT_DUE
        return SkipReason.OVER_PAGE_LIMIT if self._n_pages_left <= 0 else None

    def _skip_reason_of_further_page(self, target: Target) -> SkipReason | None:
        if urlsplit(target.url).netloc.lower() not in entry_hosts(self._source):
            return SkipReason.OTHER_HOST
        if not isinstance(target.entry, SitemapEntry):
            return None
        if target.level > SITEMAP_MAX_LEVELS or self._n_sitemaps >= SITEMAP_MAX_FILES:
            return SkipReason.OVER_PAGE_LIMIT
        visit, lastmod = self._visits.get(target.url), target.hints.modified
        settled_before = f"{self._clock.now() - SITEMAP_SETTLED:%Y-%m-%d}"
        is_same = visit is not None and visit.last_fetched_at is not None and visit.hints.modified == lastmod
        return SkipReason.NOT_DUE if is_same and lastmod and lastmod < settled_before else None

    def _ask(self, target: Target) -> Ask:
        visit = self._visits.get(target.url)
        if visit is None:
            return Ask(target=target, address=target.url)
        known = target if target.hints != Hints() else replace(target, hints=visit.hints)
        return Ask(target=known, address=target.url, validators=visit.validators)

    def _redirect(self, ask: Ask, answer: Answer) -> list[Ask]:
        target, location = ask.target, answer.header("Location") or ""
        try:
            address = normalise_url(location, base=answer.url)
        except BadUrlError as error:
            self._ledger.fail(target, FailReason.REDIRECT, str(error))
            return []
        hosts = self._source.hosts if target.role is CaptureRole.PAGE else entry_hosts(self._source)
        if ask.n_redirects >= REDIRECTS_MAX or urlsplit(address).netloc.lower() not in hosts:
            self._ledger.fail(target, FailReason.REDIRECT, f"{ask.n_redirects + 1}. redirect, to {address}")
            return []
        if target.role is CaptureRole.PAGE and self._is_known(address, target):
            self._ledger.skip(target, SkipReason.REDIRECTED_TO_KNOWN, address)
            return []
        if target.role is CaptureRole.PAGE and (reason := refusal(address, self._source)):
            self._ledger.skip(target, reason, f"redirects to {address}")
            return []
        return [replace(ask, address=address, n_redirects=ask.n_redirects + 1)]

    def _is_known(self, address: str, target: Target) -> bool:
        if address == target.url:
            return False
        visit = self._visits.get(address)
        is_visited = visit is not None and visit.first_fetched_at is not None
        return is_visited or address in self._ledger.met or address in self._ledger.answered_for

    def _with_revisits(self, asks: list[Ask]) -> list[Ask]:
        """Add the known pages that are due, once, when no entry can name further pages any more."""
        if self._n_revisits_left is None or self._ledger.has_open_entries:
            return asks
        n_most, self._n_revisits_left = min(self._n_revisits_left, self._n_pages_left), None
        for visit in self._visits.due(self._clock.now(), max(0, n_most) + len(self._ledger.met)):
            target = Target(
                url=visit.url,
                role=visit.role,
                entry_url=visit.entry_url,
                entry_kind=visit.entry_kind,
                hints=visit.hints,
            )
            if n_most <= 0 or not self._ledger.meet(target):
                continue
            if reason := refusal(target.url, self._source):
                self._ledger.skip(target, reason)
                continue
            n_most -= 1
            asks.append(self._ask(target))
        return asks

    def _take_over_revisits(self) -> None:
        """Meet what is decided although no discovery names it: the revisits that were done already."""
        for outcome in self._ledger.outcomes.values():
            target = Target(url=outcome.url, role=outcome.role, entry_url=outcome.entry_url)
            is_asked = outcome.reason not in _NOT_ASKED
            if self._ledger.meet(target) and is_asked and self._n_revisits_left is not None:
                self._count(target, is_asked=is_asked)
                self._n_revisits_left -= 1


def _linked(page: Target, link: DiscoveredUrl) -> Target:
    return Target(
        url=link.url,
        role=CaptureRole.PAGE,
        entry_url=page.entry_url or page.url,
        entry_kind=page.entry_kind,
        hints=link.hints,
    )
