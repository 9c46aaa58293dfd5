"""Names of releases."""

from datetime import UTC, datetime

import pytest

from exports.release_id import id_order, next_id, version_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("taken", "expected"),
    [
        ([], "2026-11-22"),
        (["2026-11-21.7"], "2026-11-22"),
        (["2026-11-22"], "2026-11-22.2"),
        (["2026-11-22.9", "2026-11-22.10", "2026-11-22.2"], "2026-11-22.11"),
        (["2026-12-31"], "2026-12-31.2"),
    ],
    ids=["first", "new-day", "same-day", "two-digits", "clock-went-back"],
)
def test_ids_count_up_within_a_day_and_never_go_back(taken: list[str], expected: str) -> None:
    assert next_id(taken, NOON) == expected


def test_the_id_is_the_day_in_utc_whatever_the_zone_of_now() -> None:
    assert next_id([], datetime.fromisoformat("2026-11-23T02:00:00+06:00")) == "2026-11-22"


def test_versions_have_no_leading_zeros() -> None:
    assert [version_of("2026-09-01"), version_of("2026-09-01.12")] == ["2026.9.1", "2026.9.1+12"]


@pytest.mark.parametrize("name", ["2026-11-22.1", "2026-11-22.02", "../2026-11-22", "2026-13-01", "latest", ""])
def test_what_is_no_id_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"id|month"):
        id_order(name)
