"""The books of one crawl: which URLs were met, how each ended, written down as it happens.

Each URL is met once and ends once. The archive is written first, the visits after it: what a kill keeps from the visits
is learned again from the archive.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from scrapers.answers import Answer
from scrapers.archive import CrawlParts, CrawlWriter
from scrapers.clock import Clock
from scrapers.fetch_errors import DETAIL_MAX_CHARS
from scrapers.fetched import item_counts
from scrapers.looks import Looks, as_capture, site_file
from scrapers.outcomes import CrawlHeader, CrawlSummary, StoredDiscovery, UrlOutcome
from scrapers.records import Capture, CaptureRole, FailReason, Outcome, SkipReason
from scrapers.revisits import LOOK_BACK, NOT_SHOWN
from scrapers.spiders.links import BadContentError
from scrapers.spiders.listing import NoLinksError
from scrapers.targets import Target
from scrapers.visits import Visits

_UNREAD = frozenset({SkipReason.BACKING_OFF, SkipReason.DAILY_BUDGET})
"""An entry that was skipped for this is missing, though it has not failed just now."""


class Ledger:
    """The books of one crawl."""

    def __init__(self, writer: CrawlWriter, visits: Visits, clock: Clock) -> None:
        self.met: dict[str, Target] = {}
        """By address, in the order of meeting."""
        self.outcomes: dict[str, UrlOutcome] = {}
        self.answered_for: dict[str, str] = {}
        """Addresses that answer for another one, because that redirects to them, to that other one."""
        self.held_back: dict[str, tuple[Target, SkipReason]] = {}
        """Skips that are written down at the end, unless the address has ended in another way by then."""
        self._writer = writer
        self._visits = visits
        self._clock = clock
        self._days = writer.header.backfill
        self._n_captures = 0
        self._open_entries: set[str] = set()
        self.looks = Looks(writer.header, visits)

    def meet(self, target: Target) -> bool:
        """Note that a URL was met. Returns False when it had been met before."""
        if target.url in self.met:
            return False
        self.met[target.url] = target
        if target.entry is not None and target.url not in self.outcomes:
            self._open_entries.add(target.url)
        return True

    @property
    def has_open_entries(self) -> bool:
        """Whether an entry, or a further page of one, has not ended yet."""
        return bool(self._open_entries)

    def take_over(self, parts: CrawlParts) -> None:
        """Take what a file of this crawl says as decided."""
        for outcome in parts.outcomes:
            self.outcomes[outcome.url] = outcome
        for stored in parts.captures:
            self._number(stored.capture)
        self.looks.add_site_files(parts.site_files)

    def capture(self, target: Target, answer: Answer) -> Capture:
        """Archive an answer. It counts once `accept` names it."""
        capture = as_capture(self._writer.header, target, answer, self._n_captures + 1)
        self._writer.write_capture(capture)
        self._number(capture)
        return capture

    def note_site_file(self, asked_url: str, answer: Answer) -> None:
        """Archive a file about the whole site; it is no capture and has no outcome."""
        target = Target(url=asked_url, role=CaptureRole.ENTRY)
        self._writer.write_site_file(as_capture(self._writer.header, target, answer, 0))
        self.looks.add_site_files([site_file(asked_url, answer)])

    def accept(
        self,
        target: Target,
        capture: Capture,
        found: StoredDiscovery | None = None,
        *,
        gone: Iterable[str] = (),
        detail: str | None = None,
    ) -> None:
        """End a URL as fetched. `found`: where it leads, when it is of an entry; `gone`: messages that it lacks now."""
        fetched = self.looks.fetched(capture, found)
        why = detail or (LOOK_BACK if target.is_look_back else None)
        outcome = self._outcome(target, Outcome.FETCHED, capture_id=capture.capture_id, detail=why)
        posts = [Target(url=url, role=CaptureRole.PAGE, entry_url=target.entry_url or target.url) for url in gone]
        ends = [self._outcome(it, Outcome.FAILED, reason=FailReason.GONE, detail=NOT_SHOWN) for it in posts]
        self._write([outcome, *ends], found)
        self._visits.learn_look(outcome, target.visit, fetched, found, days=self._days)

    def skip_unchanged(self, target: Target, found: StoredDiscovery | None, why: str) -> None:
        """End a URL whose answer is not kept; of an entry where it leads is, which is followed nonetheless."""
        outcome = self._outcome(target, Outcome.SKIPPED, reason=SkipReason.NOT_MODIFIED, detail=why)
        self._write([outcome], found)
        fetched = item_counts(found) if found else None
        self._visits.learn_look(outcome, target.visit, fetched, found, days=self._days)

    def skip(self, target: Target, reason: SkipReason, detail: str | None = None) -> None:
        """End a URL as skipped."""
        self._end([self._outcome(target, Outcome.SKIPPED, reason=reason, detail=detail)])

    def skip_all(self, skips: Iterable[tuple[Target, SkipReason]]) -> None:
        """End several URLs as skipped, in one record of the archive."""
        self._end([self._outcome(target, Outcome.SKIPPED, reason=reason) for target, reason in skips])

    def fail(self, target: Target, reason: FailReason, detail: str | None = None) -> None:
        """End a URL as failed."""
        self._end([self._outcome(target, Outcome.FAILED, reason=reason, detail=detail)])

    def end(self, target: Target, reason: SkipReason | FailReason, detail: str) -> None:
        """End a URL as skipped or failed, as the reason says."""
        if isinstance(reason, SkipReason):
            self.skip(target, reason, detail)
        else:
            self.fail(target, reason, detail)

    def end_unread(self, target: Target, error: BadContentError) -> None:
        """End a page of an entry that cannot be read: as failed, but for a listing of a day that has nothing (yet)."""
        if isinstance(error, NoLinksError) and target.may_lack:
            return self.skip(target, SkipReason.NO_SUCH_DAY, str(error))
        return self.fail(target, FailReason.BAD_CONTENT, str(error))

    def close(self, finish_reason: str, *, is_clean: bool) -> CrawlSummary:
        """End every URL that had no turn as interrupted, and sum up. `is_clean`: no error of our own was counted."""
        self.skip_all(skip for url, skip in self.held_back.items() if url not in self.outcomes)
        undecided = [target for url, target in self.met.items() if url not in self.outcomes]
        why = FailReason.INTERRUPTED
        self._end([self._outcome(it, Outcome.FAILED, reason=why, detail=finish_reason) for it in undecided])
        return _summary(self._writer.header, self.outcomes, self._clock.now(), finish_reason, is_clean=is_clean)

    def _number(self, capture: Capture) -> None:
        self._n_captures = max(self._n_captures, int(capture.capture_id.rpartition("/")[2]))
        if capture.final_url != capture.request_url:
            self.answered_for[capture.final_url] = capture.request_url

    def _end(self, outcomes: list[UrlOutcome]) -> None:
        self._write(outcomes)
        context = {it.url: self.met[it.url].visit for it in outcomes if it.url in self.met}
        self._visits.learn(outcomes, context, {}, days=self._days)

    def _write(self, outcomes: list[UrlOutcome], found: StoredDiscovery | None = None) -> None:
        if found is not None:
            self._writer.write_discovery(found, self._clock.now())
        self._writer.write_outcomes(outcomes, self._clock.now())
        for outcome in outcomes:
            self.outcomes[outcome.url] = outcome
            self._open_entries.discard(outcome.url)

    def _outcome(
        self,
        target: Target,
        outcome: Outcome,
        *,
        reason: SkipReason | FailReason | None = None,
        detail: str | None = None,
        capture_id: str | None = None,
    ) -> UrlOutcome:
        return UrlOutcome(
            url=target.url,
            role=target.role,
            entry_url=target.entry_url,
            outcome=outcome,
            reason=reason,
            detail=detail[:DETAIL_MAX_CHARS] if detail else None,
            capture_id=capture_id,
            decided_at=self._clock.now(),
        )


def unread_entries(outcomes: Mapping[str, UrlOutcome], header: CrawlHeader) -> Iterator[tuple[str, str]]:
    """Yield the address of each entry, and further page of one, that could not be read, and why."""
    entries = [it for it in outcomes.values() if it.role is not CaptureRole.PAGE]
    for it in entries:
        if it.outcome is Outcome.FAILED or it.reason in _UNREAD:
            yield it.url, f"{it.reason} ({it.detail})" if it.detail else f"{it.reason}"
    # A day may lack, but not each: then the address or the selector is wrong. Of a backfill each may.
    if header.backfill is None:
        yield from ((url, "none of its days was there") for url in _lacking(entries))


def _summary(
    header: CrawlHeader,
    outcomes: Mapping[str, UrlOutcome],
    finished_at: datetime,
    finish_reason: str,
    *,
    is_clean: bool,
) -> CrawlSummary:
    ends = [outcome.outcome for outcome in outcomes.values()]
    has_failed_entry = any(True for _ in unread_entries(outcomes, header))
    return CrawlSummary(
        crawl_id=header.crawl_id,
        source_id=header.source_id,
        run_id=header.run_id,
        started_at=header.started_at,
        code_version=header.code_version,
        backfill=header.backfill,
        finished_at=finished_at,
        finish_reason=finish_reason,
        is_complete=finish_reason == "finished" and is_clean and not has_failed_entry,
        n_discovered=len(ends),
        n_fetched=ends.count(Outcome.FETCHED),
        n_skipped=ends.count(Outcome.SKIPPED),
        n_failed=ends.count(Outcome.FAILED),
    )


def _lacking(entries: list[UrlOutcome]) -> set[str]:
    """Return the dated entries that have none of their days."""
    dated = {it.entry_url for it in entries if it.entry_url and it.reason == SkipReason.NO_SUCH_DAY}
    return dated - {it.entry_url for it in entries if it.reason != SkipReason.NO_SUCH_DAY}
