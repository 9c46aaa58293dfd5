"""Reads one written date: ISO, RFC 2822, numeric, with month names, yearless, relative. Says how much was written.

Knows nothing of pages. What a text leaves out is supplied by the caller: the zone of the newsroom, and the instant of
the capture for relative and yearless forms.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from scrapers.extraction.date_words import AGO, DAYS_BACK, MONTH, ZONE_NAMES, month_number, seconds_of_unit
from scrapers.records import Precision

_MAX_CHARS = 500  # a date is at most a few words; longer texts are cut before the patterns see them
_TIME_DISTANCE = 25  # characters between a date and its time: "20:58 (Бишкек) 28 ноября", ", в четверг в "

_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"(?:(?:T|\s+|,\s*)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?(?![\d:]))?"
)
_COMPACT = re.compile(
    r"^(?P<y>(?:19|20)\d{2})(?P<m>[01]\d)(?P<d>[0-3]\d)(?:T?(?P<H>[0-2]\d)(?P<M>[0-5]\d)(?P<S>[0-5]\d)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?$"
)
_EPOCH = re.compile(r"^(\d{10})(?:\d{3})?$")
_YEAR_FIRST = re.compile(
    rf"(?i)(?<!\d)(?P<y>\d{{4}})[\s\-–]*(?:nj[iy]\s+)?(?:жыл|йил|yil|ýyl|сол|г(?:од)?)\w*\.?[\s,]+(?P<d>\d{{1,2}})"
    rf"[\s\-–]*(?:nj[iy][\s\-]+)?(?P<m>{MONTH})"
)
_DAY_FIRST = re.compile(
    rf"(?i)(?<![\d:.,/])(?<!\d[-–])(?<!\.[-–])(?P<d>\d{{1,2}})(?:st|nd|rd|th|[\s\-–]?nj[iy]|-?го|-е|\s?-?ші)?[\s.\-–]*(?:of\s+|de\s+)?"
    rf"(?P<m>{MONTH})(?:[\s,.\-–]*(?:de\s+)?(?P<y>(?:19|20)\d{{2}}(?!\d(?!\d?(?:\.\s|:\d\d)))|['’]\d{{2}}(?!\d)))?"
)
_MONTH_FIRST = re.compile(
    rf"(?i)(?<!\w)(?P<m>{MONTH})\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(?P<y>(?:19|20)\d{{2}})(?!\d))?"
)
_NUMERIC = re.compile(
    r"(?:(?<=:\d\d/)|(?<![\d.,/:]))(?P<d>\d{1,2})(?P<sep>[./-])(?P<m>\d{1,2})(?P=sep)(?P<y>(?:19|20)\d{2}|\d{2})(?![\d/])"
)
_NUMERIC_YEAR_FIRST = re.compile(
    r"(?<![\d./])(?P<y>(?:19|20)\d{2})(?P<sep>[./])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})(?!\d)"
)
_EAST_ASIAN = re.compile(r"(?P<y>(?:19|20)\d{2})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<day>\d{1,2})\s?[日일]")
_YEAR_LAST = re.compile(  # Unix and Java: "Mon Aug 03 12:45:00 EDT 2015"
    rf"(?i)(?<!\w)(?P<m>{MONTH})\s+(?P<d>\d{{1,2}})\s+\d{{1,2}}:\d\d:\d\d\s+(?:[A-Z+0-9:]{{3,9}}\s+)?(?P<y>(?:19|20)\d{{2}})(?!\d)"
)
_DAY_WORD = re.compile(r"(?i)(?<!\w)(" + "|".join(map(re.escape, DAYS_BACK)) + r")(?!\w)")

_TIME = re.compile(
    r"(?i)(?<![\d:.,+-])(?P<H>[01]?\d|2[0-4])(?::|\s?h\s?|\s?[時时]\s?|\.(?=\d\d\s*uhr))(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d))?(?![\d:])"
    r"\s*(?P<half>[ap]\.?m\b\.?)?"
)
_OFFSET = re.compile(r"\s*\(?(?:(?:UTC|GMT)\s?(?P<of_utc>[+-]\d{1,2}(?::?\d{2})?)|(?P<bare>[+-]\d{2}:?\d{2}))(?!\d)")
_CITIES = "|".join(name for name in ZONE_NAMES if not name.isascii() or len(name) > 4)
_ABBREVIATIONS = "|".join(name.upper() for name in ZONE_NAMES if name.isascii() and len(name) <= 4)
_ZONE_NAME = re.compile(rf"[\s,]{{0,2}}\(?(?P<name>(?i:{_CITIES}|msk)\b|(?:{_ABBREVIATIONS})\b)")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenDate:
    """A date as it was written."""

    wall: datetime
    """Naive: what calendar and clock showed at the place meant."""
    precision: Precision
    zone: tzinfo | None
    """The zone or offset that was written; None when none was."""
    raw: str

    def at(self, zone: ZoneInfo) -> datetime:
        """Return the instant in UTC; a text without a zone of its own, or without a time, is read in `zone`.

        Raises OverflowError at the ends of the calendar.
        """
        is_day = self.precision is Precision.DAY
        return self.wall.replace(tzinfo=zone if is_day or self.zone is None else self.zone).astimezone(UTC)


def read_date(text: str, *, fetched_at: datetime, zone: ZoneInfo) -> WrittenDate | None:
    """Read the first date in a text; None when there is none, or it is none of the calendar (31 February).

    Relative and yearless forms are read against `fetched_at` (UTC) as seen in `zone`: the latest day they can mean.
    """
    text = text.strip()[:_MAX_CHARS]
    local_now = fetched_at.astimezone(zone).replace(tzinfo=None)
    readers = _READERS if any(map(str.isdigit, text)) else (_read_relative,)  # most lines have no digit: a third less
    return next((found for read in readers if (found := read(text, local_now)) is not None), None)


Reader = Callable[[str, datetime], WrittenDate | None]


def _read_machine(text: str, _local_now: datetime) -> WrittenDate | None:
    if epoch := _EPOCH.match(text):
        wall = datetime.fromtimestamp(int(epoch[1]), UTC).replace(tzinfo=None)
        return WrittenDate(wall=wall, precision=Precision.SECOND, zone=UTC, raw=text)
    match = _COMPACT.match(text) or _ISO.search(text)
    if match is None:
        return None
    if match["H"] is None:
        return _written(text, match, year=int(match["y"]), month=int(match["m"]))
    return _with_time(
        _calendar_day(int(match["y"]), int(match["m"]), int(match["d"])), match, zone=_offset(match["zone"]), raw=text
    )


def _read_named_month(text: str, local_now: datetime) -> WrittenDate | None:
    for pattern in (_YEAR_LAST, _YEAR_FIRST, _DAY_FIRST, _MONTH_FIRST):
        if match := pattern.search(text):
            month = month_number(match["m"])
            year = _year(match["y"]) if match["y"] else _latest_year(local_now, month=month, day=int(match["d"]))
            return _written(text, match, year=year, month=month)
    return None


def _read_numeric(text: str, _local_now: datetime) -> WrittenDate | None:
    if east := _EAST_ASIAN.search(text):
        return _written(text, east, year=int(east["y"]), month=int(east["m"]), day=int(east["day"]))
    match = _NUMERIC_YEAR_FIRST.search(text) or _NUMERIC.search(text)
    if match is None:
        return None
    month, day = int(match["m"]), int(match["d"])
    if month > 12 >= day:  # American order, certain only when the other is impossible
        month, day = day, month
    return _written(text, match, year=_year(match["y"]), month=month, day=day)


def _read_relative(text: str, local_now: datetime) -> WrittenDate | None:
    if word := _DAY_WORD.search(text):
        day = local_now - timedelta(days=DAYS_BACK[word[1].casefold()])
        return _written(text, word, year=day.year, month=day.month, day=day.day)
    if ago := AGO.search(text):
        seconds = seconds_of_unit(ago["unit"])
        then = local_now - timedelta(seconds=int(ago["n"] or 1) * seconds)
        if seconds < 86_400:
            return WrittenDate(
                wall=then.replace(second=0, microsecond=0), precision=Precision.MINUTE, zone=None, raw=text
            )
        return _day_only(_midnight(then), text)
    return None


_READERS: tuple[Reader, ...] = (_read_machine, _read_named_month, _read_numeric, _read_relative)


def _year(written: str) -> int:
    """Return the year of "2012", "12" or "'12"."""
    digits = written.lstrip("'’")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _latest_year(local_now: datetime, *, month: int, day: int) -> int:
    """Return the year of the latest such day that is not after tomorrow."""
    tomorrow = local_now + timedelta(days=1)
    return tomorrow.year if (month, day) <= (tomorrow.month, tomorrow.day) else tomorrow.year - 1


def _written(text: str, match: re.Match[str], *, year: int, month: int, day: int | None = None) -> WrittenDate | None:
    """Add the time that stands nearest to a matched day."""
    midnight = _calendar_day(year, month, int(match["d"]) if day is None else day)
    if midnight is None:
        return None
    time = min(_times(text, match), key=lambda found: found[0], default=None)
    if time is None:
        return _day_only(midnight, text)
    return _with_time(midnight, time[1], zone=_zone_after(text, time[1].end()), raw=text)


def _times(text: str, day: re.Match[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield (distance, match) of the times near a matched day; one after it is nearer than one before."""
    for match in _TIME.finditer(text):
        if match.start() >= day.end() and (gap := match.start() - day.end()) <= _TIME_DISTANCE:
            yield gap, match
        elif match.end() <= day.start() and (gap := day.start() - match.end()) <= _TIME_DISTANCE:
            yield gap + 1, match
        elif day.start() <= match.start() < day.end():
            yield 0, match


def _with_time(midnight: datetime | None, time: re.Match[str], *, zone: tzinfo | None, raw: str) -> WrittenDate | None:
    if midnight is None:
        return None
    hour, minute, second = int(time["H"]), int(time["M"]), int(time["S"] or 0)
    half = (time.groupdict().get("half") or "").lower()
    if half and hour <= 12:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    if (hour, minute, second) == (0, 0, 0):  # content systems write a bare day as its midnight
        return _day_only(midnight, raw)
    precision = Precision.MINUTE if time["S"] is None else Precision.SECOND
    return WrittenDate(
        wall=midnight.replace(hour=hour, minute=minute, second=second), precision=precision, zone=zone, raw=raw
    )


def _day_only(midnight: datetime, raw: str) -> WrittenDate:
    return WrittenDate(wall=midnight, precision=Precision.DAY, zone=None, raw=raw)


def _midnight(wall: datetime) -> datetime:
    return wall.replace(hour=0, minute=0, second=0, microsecond=0)


def _calendar_day(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day)  # noqa: DTZ001 - a wall clock has no zone yet
    except ValueError:
        return None


def _zone_after(text: str, position: int) -> tzinfo | None:
    if offset := _OFFSET.match(text, position):
        return _offset(offset["of_utc"] or offset["bare"])
    if name := _ZONE_NAME.match(text, position):
        return ZoneInfo(ZONE_NAMES[name["name"].casefold()])
    return UTC if text[position : position + 1] == "Z" else None


def _offset(written: str | None) -> tzinfo | None:
    """Return the zone of "Z", "+06", "+6", "+0600" or "+06:00"; None for what no place on earth has."""
    if written is None:
        return None
    if written == "Z":
        return UTC
    digits = written[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        return None
    delta = timedelta(hours=hours, minutes=minutes)
    return timezone(-delta if written[0] == "-" else delta)
