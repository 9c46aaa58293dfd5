"""When a page is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest

from scrapers.outcomes import UrlOutcome
from scrapers.records import CaptureRole, FailReason, Hints, Outcome, SkipReason
from scrapers.revisits import Fetched, Validators, Visit, is_due, learn

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW = Visit(url="http://site.test/a", role=CaptureRole.PAGE)
NOTHING = Hints()


def end(at: datetime, outcome: Outcome, reason: str | None = None) -> UrlOutcome:
    return UrlOutcome(url=NEW.url, role=CaptureRole.PAGE, entry_url=None, outcome=outcome, reason=reason, decided_at=at)


def fetch(visit: Visit, at: datetime, body: str = "same", hints: Hints = NOTHING) -> Visit:
    fetched = Fetched(validators=Validators(etag=body), body_sha256=body)
    return learn(visit, end(at, Outcome.FETCHED), hints, fetched)


def fail(visit: Visit, at: datetime, reason: FailReason) -> Visit:
    return learn(visit, end(at, Outcome.FAILED, reason), NOTHING, None)


def hours_of_visits(visit: Visit, body_of_visit: str, n: int) -> list[float]:
    hours = []
    for number in range(n):
        due = visit.next_due_at
        hours.append((due - START).total_seconds() / 3600 if due else -1.0)
        visit = fetch(visit, due or START, body_of_visit.format(number)) if due else visit
    return hours


def test_an_unchanged_page_is_visited_ever_more_rarely_and_then_no_more() -> None:
    assert hours_of_visits(fetch(NEW, START), "same", 7) == pytest.approx([0.9, 5.4, 21.6, 64.8, 216, 648, -1])


def test_a_change_starts_the_ladder_again() -> None:
    changed = fetch(fetch(NEW, START), START + timedelta(days=2), "edited")

    assert changed.last_changed_at == START + timedelta(days=2)
    assert is_due(changed, NOTHING, START + timedelta(days=2, hours=1))


def test_a_page_that_differs_at_every_visit_is_not_visited_for_ever() -> None:
    assert hours_of_visits(fetch(NEW, START), "counter {}", 12)[-1] == -1


def test_a_304_counts_as_a_visit_without_a_change() -> None:
    first = fetch(NEW, START)

    seen = learn(first, end(START + timedelta(hours=1), Outcome.SKIPPED, SkipReason.NOT_MODIFIED), NOTHING, None)

    assert (seen.last_changed_at, seen.body_sha256) == (START, "same")
    assert seen.next_due_at == START + timedelta(hours=5.4)


def test_an_entry_that_names_another_time_of_change_makes_a_page_due() -> None:
    visit = fetch(NEW, START, hints=Hints(modified="Monday"))

    assert is_due(visit, Hints(modified="Tuesday"), START)
    assert not is_due(visit, Hints(modified="Monday"), START)
    assert not is_due(visit, NOTHING, START)


@pytest.mark.parametrize("reason", [FailReason.NOT_FOUND, FailReason.GONE])
def test_a_missing_page_is_looked_for_twice_and_then_no_more(reason: FailReason) -> None:
    once = fail(fetch(NEW, START - timedelta(days=1)), START, reason)
    twice = fail(once, START + timedelta(days=1), reason)
    thrice = fail(twice, START + timedelta(days=8), reason)

    assert once.next_due_at == START + timedelta(days=0.9)
    assert twice.next_due_at == START + timedelta(days=1 + 6.3)
    assert thrice.next_due_at is None


def test_a_page_that_is_back_is_visited_as_before() -> None:
    back = fetch(fail(fetch(NEW, START), START + timedelta(hours=1), FailReason.GONE), START + timedelta(days=1))

    assert (back.n_failures, back.last_changed_at) == (0, START)


def test_other_failures_back_off_and_never_end() -> None:
    once = fail(NEW, START, FailReason.TIMEOUT)
    many = once
    for hour in range(1, 10):
        many = fail(many, START + timedelta(hours=hour), FailReason.TIMEOUT)

    assert once.next_due_at == START + timedelta(hours=0.9)
    assert many.next_due_at == START + timedelta(hours=9, days=9)


@pytest.mark.parametrize("reason", [FailReason.INTERRUPTED, FailReason.HOST_CLOSED, FailReason.ROBOTS_UNREACHABLE])
def test_a_url_that_had_no_turn_is_due_at_once_and_a_known_one_stays_as_it_is(reason: FailReason) -> None:
    known = fetch(NEW, START)

    assert is_due(fail(NEW, START, reason), NOTHING, START)
    assert fail(known, START + timedelta(minutes=1), reason) == known


def test_learning_the_same_outcome_twice_changes_nothing() -> None:
    once = fail(fetch(NEW, START), START + timedelta(hours=1), FailReason.SERVER_ERROR)

    assert fail(once, START + timedelta(hours=1), FailReason.SERVER_ERROR) == once


def test_a_visit_without_hints_keeps_the_last_ones() -> None:
    visit = fetch(fetch(NEW, START, hints=Hints(title="T")), START + timedelta(hours=1))

    assert visit.hints.title == "T"
