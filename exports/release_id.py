"""Names of releases: the UTC day, from the second of a day on with a number: `2026-11-22`, `2026-11-22.2`.

Ids never go back: when the clock does, the next id is the next number of the newest day.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

RELEASE_ID = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:\.([2-9]|[1-9]\d+))?$")


def id_order(release_id: str) -> tuple[date, int]:
    """Day and number of an id, by which ids are sorted. Raises ValueError naming what is no id.

    >>> sorted(["2026-11-22.10", "2026-11-22.2", "2026-11-22"], key=id_order)
    ['2026-11-22', '2026-11-22.2', '2026-11-22.10']
    """
    match = RELEASE_ID.match(release_id)
    if match is None:
        raise ValueError(f"not a release id: {release_id!r}")
    return date.fromisoformat(match[1]), int(match[2] or 1)


def next_id(taken: Iterable[str], now: datetime) -> str:
    """The id of a release cut at `now`, after all that were ever given.

    >>> next_id(["2026-11-22"], datetime(2026, 11, 22, 12, tzinfo=UTC))
    '2026-11-22.2'
    """
    today = now.astimezone(UTC).date()
    newest_day, newest_number = max((id_order(release_id) for release_id in taken), default=(date.min, 0))
    return today.isoformat() if today > newest_day else f"{newest_day}.{newest_number + 1}"


def version_of(release_id: str) -> str:
    """The id as SemVer allows it: no leading zeros.

    >>> version_of("2026-09-01.2")
    '2026.9.1+2'
    """
    day, number = id_order(release_id)
    version = f"{day.year}.{day.month}.{day.day}"
    return version if number == 1 else f"{version}+{number}"
