"""The crawl's clock."""

from datetime import UTC, datetime, timedelta, timezone

from scrapers.clock import Clock

START = datetime(2026, 11, 20, 18, tzinfo=timezone(timedelta(hours=6)))


def test_a_simulated_clock_starts_at_its_instant_in_utc_and_runs() -> None:
    clock = Clock(START)
    first, second = clock.now(), clock.now()

    assert START <= first <= second < START + timedelta(minutes=1)
    assert first.tzinfo is UTC


def test_a_real_clock_tells_the_time() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_clock_goes_on_after_an_instant_to_come_and_ignores_one_that_is_past() -> None:
    clock = Clock(START)
    clock.go_on_after(START + timedelta(hours=1))
    ahead = clock.now()
    clock.go_on_after(START)

    assert START + timedelta(hours=1) < ahead <= clock.now() < START + timedelta(hours=1, minutes=1)
