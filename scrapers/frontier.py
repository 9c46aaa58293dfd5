"""The frontier: which URL is asked for next, and what becomes of each answer. Knows nothing of Scrapy or of sockets.

Entries come first, then the pages that they lead to in the order in which they name them, then known pages that are due
for another look although no entry names them: that is how an edit or a vanished page is found. What is asked follows
from the answers and their order alone, so that `resume` can take a file's word for what is decided, follow its
discoveries once more, and go on as an undisturbed crawl would.
"""

import logging
from dataclasses import replace

from scrapers.admission import Admission, PageLimits, was_asked
from scrapers.answers import Answer
from scrapers.archive import CrawlParts
from scrapers.clock import Clock
from scrapers.failures import reason_of_status
from scrapers.ledger import Ledger
from scrapers.outcomes import Discovery
from scrapers.records import Capture, CaptureRole, FailReason, Hints, Outcome, SkipReason
from scrapers.redirects import RedirectRefusedError, is_redirect, redirect_address
from scrapers.registry import Entry, Source
from scrapers.revisits import Validators
from scrapers.spiders.discovery import discover
from scrapers.spiders.links import BadContentError
from scrapers.targets import Ask, Target, entry_target, linked_targets, refusal
from scrapers.visits import Visits

logger = logging.getLogger(__name__)

REVISITS_MAX = 100
"""Of one crawl: an outlet with 100 articles a day has 25 an hour due."""


class Frontier:
    """Decides; every method returns what is to be asked next, in order."""

    def __init__(self, source: Source, ledger: Ledger, visits: Visits, clock: Clock, *, limits: PageLimits) -> None:
        self._source = source
        self._ledger = ledger
        self._visits = visits
        self._clock = clock
        self._admission = Admission(source, visits, clock, limits)
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
        if is_redirect(answer):
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

    def no_answer(self, ask: Ask, reason: FailReason | SkipReason, detail: str) -> list[Ask]:
        """Take it that a URL could not, or must not, be fetched."""
        if isinstance(reason, SkipReason):
            self._ledger.skip(ask.target, reason, detail)
        else:
            self._ledger.fail(ask.target, reason, detail)
        return self._with_revisits([])

    def _enter(self) -> list[Ask]:
        met = [target for target in map(entry_target, self._source.entries) if self._ledger.meet(target)]
        return [self._ask(target) for target in met if target.url not in self._ledger.outcomes]

    def _lead_on(self, target: Target, entry: Entry, answer: Answer) -> list[Ask]:
        try:
            discovery = self._admission.trim(target, discover(answer.body, answer.url, entry))
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
            target, capture, self._admission.trim(target, discover(capture.body, capture.final_url, target.entry))
        )

    def _accept_leading(self, target: Target, capture: Capture, discovery: Discovery) -> list[Ask]:
        self._ledger.discover(target.url, discovery)
        self._ledger.accept(target, capture, discovery)
        return self._follow(target, discovery)

    def _follow(self, page: Target, discovery: Discovery) -> list[Ask]:
        asks: list[Ask] = []
        skips: list[tuple[Target, SkipReason]] = []
        for target in linked_targets(page, discovery):
            if not self._ledger.meet(target):
                continue
            if (end := self._ledger.outcomes.get(target.url)) is not None:
                self._admission.count_again(target, end)
            elif reason := self._skip_reason(target):
                skips.append((target, reason))
            else:
                self._admission.count(target)
                asks.append(self._ask(target))
        self._ledger.skip_all(skips)
        return asks

    def _skip_reason(self, target: Target) -> SkipReason | None:
        if target.url in self._ledger.answered_for:
            return SkipReason.REDIRECTED_TO_KNOWN
        return self._admission.skip_reason(target)

    def _ask(self, target: Target) -> Ask:
        visit = self._visits.get(target.url)
        if visit is None:
            return Ask(target=target, address=target.url)
        known = target if target.hints != Hints() else replace(target, hints=visit.hints)
        return Ask(target=known, address=target.url, validators=visit.validators)

    def _redirect(self, ask: Ask, answer: Answer) -> list[Ask]:
        target = ask.target
        try:
            address = redirect_address(ask, answer, self._source)
        except RedirectRefusedError as error:
            self._ledger.fail(target, FailReason.REDIRECT, str(error))
            return []
        if target.role is CaptureRole.PAGE and (reason := self._skip_reason_of_redirect(address, target)):
            self._ledger.skip(target, reason, f"redirects to {address}")
            return []
        self._ledger.answered_for[address] = target.url
        return [replace(ask, address=address, n_redirects=ask.n_redirects + 1)]

    def _skip_reason_of_redirect(self, address: str, target: Target) -> SkipReason | None:
        visit = self._visits.get(address)
        is_visited = visit is not None and visit.first_fetched_at is not None
        is_taken = self._ledger.answered_for.get(address, target.url) != target.url
        is_known = is_visited or is_taken or address in self._ledger.met
        return SkipReason.REDIRECTED_TO_KNOWN if is_known and address != target.url else refusal(address, self._source)

    def _with_revisits(self, asks: list[Ask]) -> list[Ask]:
        """Add the known pages that are due, once, when no entry can name further pages any more."""
        if self._n_revisits_left is None or self._ledger.has_open_entries:
            return asks
        n_left, self._n_revisits_left = min(self._n_revisits_left, self._admission.n_pages_left), None
        for target in self._admission.due_pages(max(0, n_left) + len(self._ledger.met)):
            if n_left <= 0 or not self._ledger.meet(target):
                continue
            if reason := refusal(target.url, self._source):
                self._ledger.skip(target, reason)
                continue
            n_left -= 1
            asks.append(self._ask(target))
        return asks

    def _take_over_revisits(self) -> None:
        """Meet what is decided although no discovery names it: the revisits that were done already."""
        for outcome in self._ledger.outcomes.values():
            target = Target(url=outcome.url, role=outcome.role, entry_url=outcome.entry_url)
            if self._ledger.meet(target) and was_asked(outcome) and self._n_revisits_left is not None:
                self._admission.count_again(target, outcome)
                self._n_revisits_left -= 1
