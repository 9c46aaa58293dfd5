"""How sources are listed."""

from datetime import UTC, datetime

import pytest

from flows.source_rows import health_row, trouble_lines
from flows.status import SourceStatus

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
FAILING = SourceStatus(
    source="outlet",
    status="enabled",
    last_success_at=AT,
    expected_per_week=20,
    new_in_7_days=3,
    health="failing",
    since=AT,
    reason="timeout: 30 s",
)


def test_a_row_says_how_a_source_fares() -> None:
    assert health_row(FAILING, None) == {
        "source": "outlet",
        "status": "enabled",
        "check": None,
        "health": "failing",
        "last success": "2026-11-20",
        "last new": None,
        "in 7 days": "3 (≥ 20)",
    }


def test_what_is_amiss_is_told_with_the_reason() -> None:
    assert list(trouble_lines(FAILING)) == ["outlet: failing since 2026-11-20 12:00 UTC: timeout: 30 s"]


@pytest.mark.parametrize("health", [None, "never", "healthy"])
def test_of_a_source_that_fares_well_or_is_not_crawled_nothing_more_is_told(health: str | None) -> None:
    assert list(trouble_lines(SourceStatus(source="outlet", status="enabled", health=health))) == []
