"""When a page is looked at again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scrapers.outcomes import UrlOutcome
from scrapers.records import CaptureRole, FailReason, Hints, Outcome, SkipReason
from scrapers.registry import Polling
from scrapers.revisits import Fetched, Validators, Visit, is_due, is_due_to_poll, is_lie, learn

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEW = Visit(url="http://site.test/a", role=CaptureRole.PAGE)
NOTHING = Hints()


def end(at: datetime, outcome: Outcome, reason: str | None = None) -> UrlOutcome:
    return UrlOutcome(url=NEW.url, role=CaptureRole.PAGE, entry_url=None, outcome=outcome, reason=reason, decided_at=at)


def fetch(visit: Visit, at: datetime, body: str = "same", hints: Hints = NOTHING) -> Visit:
    fetched = Fetched(validators=Validators(etag=body), body_sha256=body, shown_sha256=body)
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

    assert (seen.last_changed_at, seen.shown_sha256) == (START, "same")
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


def test_a_box_that_rotates_between_a_few_texts_starts_nothing_again() -> None:
    visit = fetch(NEW, START)
    for number, hour in enumerate((1, 6, 7, 24, 25, 26)):
        visit = fetch(visit, START + timedelta(hours=hour), ("other", "same", "third")[number % 3])

    assert visit.last_changed_at == START + timedelta(hours=7)
    assert visit.n_changes == 2


def test_a_page_is_rewritten_so_often_before_its_changes_start_nothing_again() -> None:
    visit = fetch(NEW, START)
    for day in range(1, 12):
        visit = fetch(visit, START + timedelta(days=day), f"edition {day}")
        visit = fetch(visit, START + timedelta(days=day, hours=1), f"edition {day}")

    assert visit.next_due_at == START + timedelta(days=27)


def test_what_differs_in_counters_only_has_not_changed() -> None:
    said = [Fetched(Validators(), f"body {n}", "the same words", shown_sha256=f"body {n}") for n in (1, 2)]
    first = learn(NEW, end(START, Outcome.FETCHED), NOTHING, said[0])
    second = learn(first, end(START + timedelta(hours=1), Outcome.FETCHED), NOTHING, said[1])

    assert (second.last_changed_at, second.shown_sha256) == (START, "body 2")


ENTRY = Visit(url="http://site.test/feed", role=CaptureRole.ENTRY)
BOUNDS = Polling(min_minutes=10, max_minutes=60)


def read(visit: Visit, at: datetime, n_new: int | None) -> Visit:
    said = Fetched(Validators(), str(at), n_items=20, n_new=n_new)
    return learn(visit, end(at, Outcome.FETCHED), NOTHING, said)


def pause(visit: Visit) -> int:
    """Minutes after which an entry is due."""
    last = visit.last_fetched_at or START
    return next(n for n in range(200) if is_due_to_poll(visit, BOUNDS, last + timedelta(minutes=n)))


def test_an_entry_without_news_is_read_ever_more_rarely_within_its_bounds() -> None:
    pauses, visit = [], read(ENTRY, START, 20)
    for hour in range(1, 6):
        pauses.append(pause(visit))
        visit = read(visit, START + timedelta(hours=hour), 0)

    assert pauses == [9, 14, 27, 54, 54]


@pytest.mark.parametrize(("n_new", "n_quiet"), [(0, 5), (2, 2), (6, 0), (None, 0)])
def test_news_bring_an_entry_back_by_their_share(n_new: int | None, n_quiet: int) -> None:
    quiet = ENTRY
    for hour in range(4):
        quiet = read(quiet, START + timedelta(hours=hour), 0)

    assert read(quiet, START + timedelta(hours=9), n_new).n_quiet == n_quiet


def test_an_entry_that_failed_is_due() -> None:
    failed = learn(read(ENTRY, START, 0), end(START, Outcome.FAILED, FailReason.TIMEOUT), NOTHING, None)

    assert is_due_to_poll(replace(failed, outcome=Outcome.FAILED), BOUNDS, START)


@pytest.mark.parametrize(
    ("old", "new", "is_proven"),
    [
        (Validators(etag='"1"'), Validators(etag='"1"'), True),
        (Validators(etag='"1"'), Validators(etag='"2"'), False),
        (Validators(last_modified="Mon"), Validators(last_modified="Mon"), True),
        (Validators(etag='"1"', last_modified="Mon"), Validators(etag='"2"', last_modified="Mon"), False),
        (Validators(), Validators(), False),
    ],
)
def test_other_words_under_the_same_validator_are_a_lie(old: Validators, new: Validators, is_proven: bool) -> None:
    visit = learn(NEW, end(START, Outcome.FETCHED), NOTHING, Fetched(old, "a", "some words"))
    now = end(START + timedelta(hours=1), Outcome.FETCHED)

    assert is_lie(visit, now, Fetched(new, "b", "other words")) is is_proven
    assert not is_lie(visit, now, Fetched(new, "b", "some words"))
