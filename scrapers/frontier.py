"""The frontier: which URL is asked for next, and what becomes of each answer. Knows nothing of Scrapy or of sockets.

Entries come first, then the pages that they lead to in the order in which they name them, then known pages that are due
for another look although no entry names them, and pages of channels with messages that are: that is how an edit or a
vanished page is found. What is asked follows from the answers and their order alone, so that `resume` can take a file's
word for what is decided, follow its discoveries once more, and go on as an undisturbed crawl would.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from scrapers.admission import Admission, Plan, was_asked
from scrapers.answers import Answer
from scrapers.archive import CrawlParts
from scrapers.clock import Clock
from scrapers.failures import reason_of_status
from scrapers.ledger import Ledger
from scrapers.look_back import LookBack
from scrapers.outcomes import StoredDiscovery, UrlOutcome
from scrapers.records import Capture, CaptureRole, FailReason, Outcome, SkipReason
from scrapers.redirects import RedirectRefusedError, is_redirect, redirect_address
from scrapers.registry import Source
from scrapers.revisits import LIED, Validators, is_audit_due
from scrapers.spiders.links import BadContentError
from scrapers.targets import Ask, Target, linked_targets, refusal
from scrapers.visits import Visits

logger = logging.getLogger(__name__)

_MISSING = frozenset({404, 410})

REVISITS_MAX = 100
"""Of one crawl: an outlet with 100 articles a day has 25 an hour due."""


class Frontier:
    """Decides; every method returns what is to be asked next, in order."""

    def __init__(self, source: Source, ledger: Ledger, visits: Visits, clock: Clock, plan: Plan) -> None:
        self._source = source
        self._ledger = ledger
        self._visits = visits
        self._admission = Admission(source, visits, clock, plan)
        self._look_back = LookBack(source, visits, clock, plan)
        # A backfill that is limited leaves pages for the next one, which are due then like any other.
        self._n_revisits_left: int | None = plan.limits.max_pages if plan.days else REVISITS_MAX
        """None once the revisits of this crawl are chosen."""

    def start(self) -> list[Ask]:
        """Begin with the entries."""
        return self._with_revisits(self._enter())

    def resume(self, parts: CrawlParts, orphans: dict[str, Capture]) -> list[Ask]:
        """Begin where a file of this crawl ends. `orphans`: captures by URL that no outcome names yet."""
        self._ledger.take_over(parts)
        asks = self._enter()
        for stored in parts.discoveries:
            self._admission.addresses.rename(stored.discovery)  # so that it is met as it was
            page = self._ledger.met.get(stored.page_url)  # None for a look back, which leads nowhere
            end = self._ledger.outcomes.get(stored.page_url)
            if page is not None and end is not None and _is_read(end):
                asks += self._follow(page, stored)
        self._take_over_revisits()
        for ask, orphan, found in _read_orphans(tuple(asks), orphans, self._admission):
            asks.remove(ask)
            asks += self._accept(ask.target, orphan, found)
        return self._with_revisits(asks)

    def answer(self, ask: Ask, answer: Answer) -> list[Ask]:
        """Take an answer."""
        return self._with_revisits(self._decide(ask, answer))

    def no_answer(self, ask: Ask, reason: FailReason | SkipReason, detail: str) -> list[Ask]:
        """Take it that a URL could not, or must not, be fetched."""
        self._ledger.end(ask.target, reason, detail)
        return self._with_revisits([])

    def _enter(self) -> list[Ask]:
        return self._admit(self._admission.starts(), self._admission.skip_reason_of_start)

    def _decide(self, ask: Ask, answer: Answer) -> list[Ask]:
        if is_redirect(answer):
            return self._redirect(ask, answer)
        if answer.status == 304 and ask.validators != Validators():
            return self._not_modified(ask)
        if answer.status == 200:
            return self._take(ask, answer)
        is_lacking = ask.target.may_lack and answer.status in _MISSING
        reason = SkipReason.NO_SUCH_DAY if is_lacking else reason_of_status(answer.status)
        self._ledger.end(ask.target, reason, f"status {answer.status}")
        return []

    def _not_modified(self, ask: Ask) -> list[Ask]:
        """Believe a 304, but now and then ask plainly in the same breath."""
        if is_audit_due(self._visits.get(ask.target.url)):
            return [replace(ask, validators=Validators(), is_audit=True)]
        self._ledger.skip(ask.target, SkipReason.NOT_MODIFIED)
        return []

    def _take(self, ask: Ask, answer: Answer) -> list[Ask]:
        target = ask.target
        try:
            found = self._admission.read(target, answer.body, answer.url)
        except BadContentError as error:
            self._ledger.end_unread(target, error)
            return []
        if (why := self._ledger.looks.why_left_out(ask, answer, found)) is not None:
            self._ledger.skip_unchanged(target, found, why)
            return self._follow(target, found)
        capture = self._ledger.capture(target, answer)
        return self._accept(target, capture, found, detail=LIED if ask.is_audit else None)

    def _accept(
        self, target: Target, capture: Capture, found: StoredDiscovery | None, *, detail: str | None = None
    ) -> list[Ask]:
        gone = _unmet(self._look_back.gone_posts(capture, found), self._ledger)
        self._ledger.accept(target, capture, found, gone=gone, detail=detail)
        return self._follow(target, found)

    def _follow(self, page: Target, found: StoredDiscovery | None) -> list[Ask]:
        """Admit where a page of an entry leads; no other page leads anywhere."""
        return self._admit(linked_targets(page, found.discovery), self._skip_reason) if found is not None else []

    def _admit(self, targets: list[Target], skip_reason_of: Callable[[Target], SkipReason | None]) -> list[Ask]:
        """Meet targets; return what is to be asked of them, and end the others."""
        asks: list[Ask] = []
        skips: list[tuple[Target, SkipReason]] = []
        for target in targets:
            if not self._ledger.meet(target):
                continue
            if (end := self._ledger.outcomes.get(target.url)) is not None:
                self._admission.count_again(target, end)
            elif reason := skip_reason_of(target):
                skips.append((target, reason))
            else:
                self._admission.count(target)
                asks.append(self._admission.ask(target))
        self._ledger.skip_all(_written_now(skips, self._look_back, self._ledger))
        return asks

    def _skip_reason(self, target: Target) -> SkipReason | None:
        if target.url in self._ledger.answered_for:
            return SkipReason.REDIRECTED_TO_KNOWN
        return self._admission.skip_reason(target)

    def _redirect(self, ask: Ask, answer: Answer) -> list[Ask]:
        target = ask.target
        try:
            address = redirect_address(ask, answer, self._source)
        except RedirectRefusedError as error:
            self._ledger.fail(target, FailReason.REDIRECT, str(error))
            return []
        if target.role is CaptureRole.PAGE and (reason := self._skip_reason_of(address, target)):
            self._ledger.skip(target, reason, f"redirects to {address}")
            return []
        self._ledger.answered_for[address] = target.url
        return [replace(ask, address=address, n_redirects=ask.n_redirects + 1)]

    def _skip_reason_of(self, address: str, target: Target) -> SkipReason | None:
        """Why a page is not asked for at the address to which it redirects; None when it is."""
        is_taken = self._ledger.answered_for.get(address, target.url) != target.url or address in self._ledger.met
        is_known = is_taken or self._visits.has_fetched(address)
        return SkipReason.REDIRECTED_TO_KNOWN if is_known and address != target.url else refusal(address, self._source)

    def _with_revisits(self, asks: list[Ask]) -> list[Ask]:
        """Add the known pages that are due, once, when no entry can name further pages any more."""
        if self._n_revisits_left is None or self._ledger.has_open_entries:
            return asks
        n_left, self._n_revisits_left = max(0, min(self._n_revisits_left, self._admission.n_pages_left)), None
        due = self._admission.due_pages(n_left + len(self._ledger.met))
        unmet = [target for target in due if target.url not in self._ledger.met]
        return asks + self._admit([*self._look_back.due_pages(), *unmet[:n_left]], self._refusal)

    def _refusal(self, known: Target) -> SkipReason | None:
        return refusal(known.url, self._source) if known.entry is None else None

    def _take_over_revisits(self) -> None:
        """Meet what is decided although no discovery names it: the revisits that were done already."""
        for outcome in self._ledger.outcomes.values():
            target = Target(url=outcome.url, role=outcome.role, entry_url=outcome.entry_url)
            is_page = self._ledger.meet(target) and target.role is CaptureRole.PAGE and was_asked(outcome)
            if is_page and self._n_revisits_left is not None:
                self._admission.count_again(target, outcome)
                self._n_revisits_left -= 1


def _read_orphans(
    asks: tuple[Ask, ...], orphans: Mapping[str, Capture], admission: Admission
) -> Iterator[tuple[Ask, Capture, StoredDiscovery | None]]:
    """Yield what is archived already of what is asked for, and where it leads."""
    for ask in asks:
        if (orphan := orphans.get(ask.target.url)) is not None:
            try:
                yield ask, orphan, admission.read(ask.target, orphan.body, orphan.final_url)
            except BadContentError as error:  # the source's rules have changed since: it stays to be asked for
                logger.info("entry=%s archived, but not read as it was then: %s", ask.target.url, error)


def _written_now(
    skips: list[tuple[Target, SkipReason]], look_back: LookBack, ledger: Ledger
) -> Iterator[tuple[Target, SkipReason]]:
    """Hold back the skips of messages: a page of their channel may show that they are gone, which says more."""
    for target, reason in skips:
        if target.entry is None and look_back.is_message(target.url):
            ledger.held_back[target.url] = (target, reason)
        else:
            yield target, reason


def _unmet(urls: list[str], ledger: Ledger) -> list[str]:
    """Leave out what is asked for under its own address, because another entry names it: it ends there."""
    is_asked = ledger.met.keys() - ledger.held_back.keys()
    return [url for url in urls if url not in is_asked and url not in ledger.outcomes]


def _is_read(end: UrlOutcome) -> bool:
    """Whether a page of an entry that ended so was answered in full, so that it leads on."""
    return end.outcome is Outcome.FETCHED or end.reason == SkipReason.NOT_MODIFIED
