"""Days: which addresses a dated entry has for them, and whether something that is dated lies among them.

Days are the newsroom's own, as its addresses are. An entry with `{YYYY}` and `{MM}` alone has one address a month.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from scrapers.identity import normalise_url
from scrapers.outcomes import DiscoveredUrl
from scrapers.registry import DATE_TOKENS, TOKEN, ListingEntry, SitemapEntry

_ZONES = timedelta(days=1)
"""By how much a day written in another zone may be off: what lies at the edges is taken in."""

_DAY_IN_ADDRESS = re.compile(r"/(20\d\d)[-/]?(0[1-9]|1[0-2])[-/]?(0[1-9]|[12]\d|3[01])(?=/)")
_WRITTEN_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days of a backfill, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raise ValueError for a range without a day."""
        if self.first > self.last:
            raise ValueError(f"no day from {self.first} to {self.last}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the written form. Raises ValueError when it is not that."""
        first, last = map(_read_day, text.split("/", 1))
        return cls(first, last)

    def __str__(self) -> str:
        """Written form (ISO 8601).

        >>> str(DayRange(date(2026, 11, 1), date(2026, 11, 20)))
        '2026-11-01/2026-11-20'
        """
        return f"{self.first}/{self.last}"

    def newest_first(self) -> Iterator[date]:
        """Yield the days."""
        for n in range((self.last - self.first).days + 1):
            yield self.last - timedelta(days=n)

    def excludes(self, link: DiscoveredUrl) -> bool:
        """Whether a page was published outside, by what its entry or its address says; where neither does: no."""
        published = _written_day(link.hints.published) or _day_in(link.url)
        return self.is_before(link) or (published is not None and published > str(self.last + _ZONES))

    def is_before(self, link: DiscoveredUrl) -> bool:
        """Whether a page, or all that a further page of an entry leads to, is older than the first day."""
        day = _written_day(link.hints.published) or _day_in(link.url) or _written_day(link.hints.modified)
        return day is not None and day < self._earliest  # nothing is published after its last change

    @property
    def _earliest(self) -> str:
        return str(self.first - _ZONES)


def addresses(entry: SitemapEntry | ListingEntry, days: DayRange) -> list[str]:
    """Return the addresses of a dated entry for these days, normalised, newest first, each once."""
    filled = [_fill(entry.url, day) for day in days.newest_first()]
    return list(dict.fromkeys(map(normalise_url, filled)))


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"no day as 2026-11-30: {text!r}") from error


def _fill(template: str, day: date) -> str:
    return TOKEN.sub(lambda token: day.strftime(DATE_TOKENS[token[1]]), template)


def _day_in(url: str) -> str | None:
    found = _DAY_IN_ADDRESS.search(url)
    return f"{found[1]}-{found[2]}-{found[3]}" if found else None


def _written_day(text: str | None) -> str | None:
    """Return the day that a time begins with, in whatever zone."""
    found = _WRITTEN_DAY.match(text or "")
    return found[0] if found else None
