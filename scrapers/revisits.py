"""When a URL is asked for again, and how: pure rules over what is known of it.

A page that was fetched is visited again 1 h, 6 h, 1 d, 3 d, 10 d and 30 d after its last change, then no more: edits
come early, and a page that is linked nowhere is only missed by looking. A change is other sentences
(`scrapers.page_words`) than at any of the last looks, so that a box that rotates between a few texts starts nothing. A
page that is missing (404, 410) is looked for after 1 d and 7 d. After other failures the pauses grow. A URL that only
lacked its turn is due at once.

An entry is read more rarely the longer it says nothing new, within the bounds of its source.

A server that lied once about whether something changed is not believed again: other words under the same ETag or
Last-Modified, or a 304 at a moment when the page, asked for plainly, says something else. The latter is found by
asking plainly after every tenth 304.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scrapers.failure_classes import SLACK, pause_after
from scrapers.outcomes import UrlOutcome
from scrapers.records import CaptureRole, FailReason, Hints, Outcome, SkipReason
from scrapers.registry import Polling

LADDER = tuple(timedelta(hours=h) for h in (1, 6, 24, 3 * 24, 10 * 24, 30 * 24))
"""Since the last change. Most edits of news come within the first day; what changes after a month is not news."""

MISSING_PAUSES = (timedelta(days=1), timedelta(days=7))
"""Time for a page to come back after a mistake of the outlet; then it is gone."""

FAILURE_PAUSES = LADDER[:5]
"""The n-th failure in a row waits the n-th pause; later ones the last."""

DISALLOWED_PAUSE = timedelta(days=1)
"""Until robots.txt is asked again about a page that it has come to disallow."""

VOLATILE_AFTER = 3
"""A page that said something new at every one of so many visits in a row has advertisements or a ticker in it: its
changes say nothing, and the ladder runs from the first visit."""

RESTARTS_MAX = 8
"""Changes that start the ladder again, in the life of a page. No article of the region is rewritten more often; with
this a page of any behaviour is asked for less than sixty times in all."""

REMEMBERED_LOOKS = 8
"""How many different texts of a page are remembered: boxes rotate between two to six."""

AUDIT_EVERY = 10
"""Every so many 304s in a row the same is asked for plainly."""

QUIET_FROM = timedelta(minutes=15)
"""How long an entry is left alone after the first reading without anything new; each further one doubles it."""

QUIET_MAX = 10
"""Beyond, doubling is more than any bound allows."""

BUSY_SHARE = 0.25
"""An entry with more than this share of new items may lose some before the next reading."""

LIED = "had answered 304 to the same question"
"""Detail of the outcome of a page that was fetched in an audit: the server lied."""

SAME = "answered, with the same as at the last look"
"""Detail of the outcome of what was answered in full and not kept, because nothing in it was other."""

NOT_SHOWN = "not shown among its neighbours"
"""Detail of the outcome of a channel's message that is gone: nothing was asked for under its own address."""

LOOK_BACK = "another look at messages met before"
"""Detail of the outcome of a page of a channel that was read for that."""

_ANSWERED_IN_FULL = frozenset({SAME, LOOK_BACK})

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


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a visit keeps of an answer."""

    validators: Validators
    body_sha256: str
    words_sha256: str | None = None
    """What it says, counters and boxes aside; None where that cannot be told from the rest."""
    n_items: int = 0
    """Of an entry: pages or messages named."""
    n_new: int | None = None
    """Of those, never met before; None: not counted, or an index, which names none."""
    shown_sha256: str | None = None
    """Digest of all from which records are made, and of where it leads; of a channel's page without its messages."""
    messages: Mapping[str, str] = field(default_factory=dict)
    """Of a channel's page: the digest of each message, by `handle/number`."""

    @property
    def said(self) -> str:
        """What is compared from look to look."""
        return self.words_sha256 or self.body_sha256


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
    shown_sha256: str | None = None
    """As `Fetched` has it."""
    said: tuple[str, ...] = ()
    """What it said at the last looks, the last one first, each once."""
    outcome: Outcome | None = None
    reason: str | None = None
    first_fetched_at: datetime | None = None
    last_fetched_at: datetime | None = None
    """A 304 counts: the page was seen as it is."""
    last_changed_at: datetime | None = None
    n_changes: int = 0
    n_changes_in_row: int = 0
    n_not_modified: int = 0
    """304s in a row."""
    n_quiet: int = 0
    """Of an entry: how often in a row it had nothing new; news takes some of it back."""
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


def is_step_passed(base: datetime, looked_at: datetime, now: datetime) -> bool:
    """Whether a step of the ladder that begins at `base` has passed since the last look."""
    return any(looked_at < base + step * SLACK <= now for step in LADDER)


def is_due_to_poll(visit: Visit | None, polling: Polling, now: datetime) -> bool:
    """Whether an entry should be read; one that failed should, when it is not backing off."""
    if visit is None or visit.last_fetched_at is None or visit.outcome is Outcome.FAILED:
        return True
    quiet = QUIET_FROM * 2 ** (visit.n_quiet - 1) if visit.n_quiet else timedelta()
    bounds = timedelta(minutes=polling.min_minutes), timedelta(minutes=polling.max_minutes)
    return visit.last_fetched_at + min(max(quiet, bounds[0]), bounds[1]) * SLACK <= now


def is_backing_off(visit: Visit | None, now: datetime) -> bool:
    """Whether an entry has failed too lately to be asked again."""
    if visit is None or visit.outcome is not Outcome.FAILED or visit.reason is None or visit.decided_at is None:
        return False
    return now < visit.decided_at + pause_after(FailReason(visit.reason), max(1, visit.n_failures))


def is_audit_due(visit: Visit | None) -> bool:
    """Whether a 304 for this URL should be doubted."""
    return visit is not None and visit.n_not_modified % AUDIT_EVERY == AUDIT_EVERY - 1


def is_unchanged(visit: Visit | None, hints: Hints, fetched: Fetched) -> bool:
    """Whether an answer gives the same records and leads to the same addresses as the last look.

    Not for channels, whose messages are compared one by one. A page that had failed counts as changed, so that the
    archive shows that it is back; so does a page of which an entry now says something else.
    """
    if visit is None or visit.outcome is Outcome.FAILED or visit.shown_sha256 != fetched.shown_sha256:
        return False
    return visit.role is not CaptureRole.PAGE or hints in (Hints(), visit.hints)


def is_lie(visit: Visit, outcome: UrlOutcome, fetched: Fetched) -> bool:
    """Whether an answer shows that its server's word about changes is worth nothing."""
    if not visit.said or visit.said[0] == fetched.said:
        return False
    old, new = visit.validators, fetched.validators
    is_same = old.etag == new.etag if old.etag or new.etag else old.last_modified == new.last_modified
    return outcome.detail == LIED or (old != Validators() and is_same)


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
        return _not_modified(replace(known, hints=_merged(visit.hints, hints)), outcome, fetched)
    if outcome.reason in _NO_MORE:
        return replace(known, hints=_merged(visit.hints, hints), next_due_at=None)
    if outcome.reason == SkipReason.ROBOTS:
        return replace(known, next_due_at=at + DISALLOWED_PAUSE)
    return visit


def is_remembered(outcome: UrlOutcome) -> bool:
    """Whether a visit is begun for a URL that has none; other skips cost no request and are decided anew each time."""
    return outcome.outcome is not Outcome.SKIPPED or outcome.reason in _REMEMBERED


def is_walked(outcome: UrlOutcome) -> bool:
    """Whether a page of an entry that ended so is done with in a backfill; else the next crawl of it asks again."""
    if outcome.outcome is Outcome.FAILED:
        return outcome.reason in _MISSING
    return outcome.reason not in _PUT_OFF


def _put_off(visit: Visit, hints: Hints, at: datetime) -> Visit:
    if visit.last_fetched_at is not None or visit.n_failures:
        return visit
    return replace(visit, hints=_merged(visit.hints, hints), next_due_at=at)


def _fetched(visit: Visit, at: datetime, fetched: Fetched) -> Visit:
    is_first = not visit.said
    is_other = not is_first and visit.said[0] != fetched.said
    is_news = fetched.said not in visit.said
    looked = replace(
        visit,
        validators=fetched.validators,
        shown_sha256=fetched.shown_sha256,
        said=(fetched.said, *(it for it in visit.said if it != fetched.said))[:REMEMBERED_LOOKS],
        last_changed_at=at if is_news else visit.last_changed_at,
        n_changes=visit.n_changes + 1 if is_news and not is_first else visit.n_changes,
        n_changes_in_row=visit.n_changes_in_row + 1 if is_other else 0,
        n_not_modified=0,
        n_quiet=_quieter(visit.n_quiet, fetched),
    )
    return _seen(looked, at)


def _seen(visit: Visit, at: datetime) -> Visit:
    first = visit.first_fetched_at or at
    is_restless = visit.n_changes_in_row >= VOLATILE_AFTER or visit.n_changes > RESTARTS_MAX
    base = first if is_restless else visit.last_changed_at or first
    next_due = next((base + step * SLACK for step in LADDER if step * SLACK > at - base), None)
    return replace(visit, first_fetched_at=first, last_fetched_at=at, n_failures=0, next_due_at=next_due)


def _not_modified(visit: Visit, outcome: UrlOutcome, fetched: Fetched | None) -> Visit:
    """Learn from a 304, or from an answer in full that says the same: only that tells what an entry leads to."""
    n_quiet = _quieter(visit.n_quiet, fetched) if fetched else min(visit.n_quiet + 1, QUIET_MAX)
    n_not_modified = visit.n_not_modified + (outcome.detail not in _ANSWERED_IN_FULL)
    looked = replace(visit, n_not_modified=n_not_modified, n_quiet=n_quiet, n_changes_in_row=0)
    return _seen(looked, outcome.decided_at)


def _quieter(n_quiet: int, fetched: Fetched) -> int:
    if fetched.n_new is None:
        return 0
    if fetched.n_new == 0:
        return min(n_quiet + 1, QUIET_MAX)
    return 0 if fetched.n_new > fetched.n_items * BUSY_SHARE else n_quiet // 2


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
