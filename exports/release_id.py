"""Names of releases: the UTC day, from the second of a day on with a number: `2026-11-22`, `2026-11-22.2`.

A release that was issued again, with something taken out, has its revision at the end: `2026-11-22.r2`,
`2026-11-22.2.r3`. Ids never go back: when the clock does, the next id is the next number of the newest day.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

RELEASE_ID = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:\.([2-9]|[1-9]\d+))?(?:\.r([2-9]|[1-9]\d+))?$")


def id_order(release_id: str) -> tuple[date, int, int]:
    """Day, number and revision of an id, by which ids are sorted. Raises ValueError naming what is no id.

    >>> sorted(["2026-11-22.10", "2026-11-22.2", "2026-11-22", "2026-11-22.r2"], key=id_order)
    ['2026-11-22', '2026-11-22.r2', '2026-11-22.2', '2026-11-22.10']
    """
    match = RELEASE_ID.match(release_id)
    if match is None:
        raise ValueError(f"not a release id: {release_id!r}")
    return date.fromisoformat(match[1]), int(match[2] or 1), int(match[3] or 1)


def revised_id(release_id: str) -> str:
    """The id under which a release is issued again.

    >>> [revised_id(release_id) for release_id in ("2026-11-22", "2026-11-22.2", "2026-11-22.r2")]
    ['2026-11-22.r2', '2026-11-22.2.r2', '2026-11-22.r3']
    """
    _, _, revision = id_order(release_id)
    return f"{release_id.partition('.r')[0]}.r{revision + 1}"


def next_id(taken: Iterable[str], now: datetime) -> str:
    """The id of a release cut at `now`, after all that were ever given.

    >>> next_id(["2026-11-22"], datetime(2026, 11, 22, 12, tzinfo=UTC))
    '2026-11-22.2'
    """
    today = now.astimezone(UTC).date()
    newest_day, newest_number, _ = max((id_order(release_id) for release_id in taken), default=(date.min, 0, 1))
    return today.isoformat() if today > newest_day else f"{newest_day}.{newest_number + 1}"


def version_of(release_id: str) -> str:
    """The id as SemVer allows it: no leading zeros, number and revision as build metadata.

    >>> version_of("2026-09-01.2"), version_of("2026-09-01.r2")
    ('2026.9.1+2', '2026.9.1+r2')
    """
    day, number, revision = id_order(release_id)
    metadata = [*([str(number)] if number > 1 else []), *([f"r{revision}"] if revision > 1 else [])]
    version = f"{day.year}.{day.month}.{day.day}"
    return f"{version}+{'.'.join(metadata)}" if metadata else version
