"""The sample world's own clock: the days it has, and the instant of each day's crawl."""

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType

DAY_INSTANTS: Mapping[int, datetime] = MappingProxyType(
    {
        1: datetime(2026, 11, 20, 12, 0, tzinfo=UTC),
        2: datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        3: datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    }
)
"""UTC instant of each day's crawl. Dates in words ("2 саат мурун", "kecha") are true when read at that instant."""


def require_day(day: int) -> int:
    """Return the day. Raises ValueError naming it when the world has no such day."""
    if day not in DAY_INSTANTS:
        raise ValueError(f"the sample world has no day {day}, only {', '.join(map(str, DAY_INSTANTS))}")
    return day
