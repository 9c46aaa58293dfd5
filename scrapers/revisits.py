"""When a page is looked at again: pure rules over what is known of one URL.

A page that was fetched is visited again 1 h, 6 h, 1 d, 3 d, 10 d and 30 d after its last change, then no more: edits
come early, and a page that is linked nowhere is only missed by looking. A page that is missing (404, 410) is looked for
after 1 d and 7 d. After other failures the pauses grow. A URL that only lacked its turn is due at once.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scrapers.outcomes import UrlOutcome
from scrapers.records import CaptureRole, FailReason, Hints, Outcome, SkipReason

LADDER = tuple(timedelta(hours=h) for h in (1, 6, 24, 3 * 24, 10 * 24, 30 * 24))
"""Since the last change. Most edits of news come within the first day; what changes after a month is not news."""

SLACK = 0.9
"""A page is due when nine tenths of a pause are over: a schedule never hits the hour exactly."""

MISSING_PAUSES = (timedelta(days=1), timedelta(days=7))
"""Time for a page to come back after a mistake of the outlet; then it is gone."""

FAILURE_PAUSES = LADDER[:5]
"""The n-th failure in a row waits the n-th pause; later ones the last."""

DISALLOWED_PAUSE = timedelta(days=1)
"""Until robots.txt is asked again about a page that it has come to disallow."""

VOLATILE_AFTER = 3
"""A body that differed at every one of so many visits in a row has counters or advertisements in it: its changes say
nothing, and the ladder runs from the first visit."""

_MISSING = frozenset({FailReason.NOT_FOUND, FailReason.GONE})

_NOT_ASKED = frozenset(
    {FailReason.INTERRUPTED, FailReason.HOST_CLOSED, FailReason.BLOCKED, FailReason.ROBOTS_UNREACHABLE}
)
"""Failures without a request for the page itself; they tell nothing about it."""

_PUT_OFF = frozenset({SkipReason.OVER_PAGE_LIMIT, SkipReason.DAILY_BUDGET})

_NO_MORE = frozenset({SkipReason.REDIRECTED_TO_KNOWN, SkipReason.OTHER_HOST, SkipReason.NOT_AN_ARTICLE_URL})
"""Not by itself again: another URL leads to the same page, or the source's rules have changed."""

_REMEMBERED = frozenset({SkipReason.NOT_MODIFIED, SkipReason.REDIRECTED_TO_KNOWN, *_PUT_OFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask whether something changed."""

    etag: str | None = None
    last_modified: str | None = None
    """Value of the header Last-Modified, as sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a visit keeps of an answer."""

    validators: Validators
    body_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is known of one URL of a source. None: never."""

    url: str
    role: CaptureRole
    entry_url: str | None = None
    entry_kind: str | None = None
    hints: Hints = field(default_factory=Hints)
    """The last that an entry said when the page was fetched or put off."""
    validators: Validators = Validators()
    body_sha256: str | None = None
    outcome: Outcome | None = None
    reason: str | None = None
    first_fetched_at: datetime | None = None
    last_fetched_at: datetime | None = None
    """A 304 counts: the page was seen as it is."""
    last_changed_at: datetime | None = None
    n_changes_in_row: int = 0
    n_failures: int = 0
    """In a row."""
    decided_at: datetime | None = None
    """When the last outcome was known."""
    next_due_at: datetime | None = None
    """None: not again, unless an entry says that it changed."""


def is_due(visit: Visit | None, hints: Hints, now: datetime) -> bool:
    """Whether a URL that an entry lists should be fetched: new, said to be modified, or due."""
    if visit is None:
        return True
    if hints.modified is not None and hints.modified != visit.hints.modified:
        return True
    return visit.next_due_at is not None and visit.next_due_at <= now


def learn(visit: Visit, outcome: UrlOutcome, hints: Hints, fetched: Fetched | None) -> Visit:
    """Return what is known of a URL after one more outcome. The same outcome once more changes nothing."""
    at = outcome.decided_at
    if at == visit.decided_at:
        return visit
    known = replace(visit, outcome=outcome.outcome, reason=outcome.reason, decided_at=at)
    if outcome.reason in _PUT_OFF or outcome.reason in _NOT_ASKED:
        return _put_off(visit, hints, at)
    if outcome.outcome is Outcome.FAILED:
        return _failed(known, at)
    if outcome.outcome is Outcome.FETCHED and fetched is not None:
        return _fetched(replace(known, hints=_merged(visit.hints, hints)), at, fetched)
    if outcome.reason == SkipReason.NOT_MODIFIED:
        return _seen(replace(known, hints=_merged(visit.hints, hints)), at)
    if outcome.reason in _NO_MORE:
        return replace(known, hints=_merged(visit.hints, hints), next_due_at=None)
    if outcome.reason == SkipReason.ROBOTS:
        return replace(known, next_due_at=at + DISALLOWED_PAUSE)
    return visit


def is_remembered(outcome: UrlOutcome) -> bool:
    """Whether a visit is begun for a URL that has none; other skips cost no request and are decided anew each time."""
    if outcome.outcome is Outcome.SKIPPED:
        return outcome.reason in _REMEMBERED
    return True


def _put_off(visit: Visit, hints: Hints, at: datetime) -> Visit:
    if visit.last_fetched_at is not None or visit.n_failures:
        return visit
    return replace(visit, hints=_merged(visit.hints, hints), next_due_at=at)


def _fetched(visit: Visit, at: datetime, fetched: Fetched) -> Visit:
    is_first = visit.body_sha256 is None
    has_changed = visit.body_sha256 != fetched.body_sha256
    changed = replace(
        visit,
        validators=fetched.validators,
        body_sha256=fetched.body_sha256,
        last_changed_at=at if has_changed else visit.last_changed_at,
        n_changes_in_row=visit.n_changes_in_row + 1 if has_changed and not is_first else 0,
    )
    return _seen(changed, at)


def _seen(visit: Visit, at: datetime) -> Visit:
    first = visit.first_fetched_at or at
    base = first if visit.n_changes_in_row >= VOLATILE_AFTER else visit.last_changed_at or first
    next_due = next((base + step * SLACK for step in LADDER if step * SLACK > at - base), None)
    return replace(visit, first_fetched_at=first, last_fetched_at=at, n_failures=0, next_due_at=next_due)


def _failed(visit: Visit, at: datetime) -> Visit:
    n_failures = visit.n_failures + 1
    is_missing = visit.reason in _MISSING
    pauses = MISSING_PAUSES if is_missing else FAILURE_PAUSES
    if n_failures > len(pauses) and is_missing:
        return replace(visit, n_failures=n_failures, next_due_at=None)
    pause = pauses[min(n_failures, len(pauses)) - 1]
    return replace(visit, n_failures=n_failures, next_due_at=at + pause * SLACK)


def _merged(old: Hints, new: Hints) -> Hints:
    return new if new != Hints() else old
