"""Charts of the catalogue as geometry: what the templates draw as inline SVG, with no script and no library.

A chart is a few paths, not an element for each value, so that a page with hundreds of sources stays small. Colours come
from the style sheet by class name, so that they follow the reader's light or dark scheme; every chart also says in
words what it shows.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from exports.labels import counted

CELL = 9
"""Width of a day in a strip, gap included, in SVG units (px at normal size)."""
CELL_HEIGHT = 16
BAR = 20
"""Width of a day in a bar chart, gap included."""
BAR_HEIGHT = 120
MAX_SERIES = 8
"""Our languages; more colours cannot be told apart, so the rest is one series."""
REST = "others"
LEVELS = ("none", "failed", "quiet", "new1", "new2", "new3", "new4")
"""A day of a source: not looked at, nothing could be fetched, nothing new, then new ones by quarter of its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceDay:
    """What a source brought on one UTC day."""

    source_id: str
    day: date
    n_new: int
    n_fetched: int
    n_failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One source's days, oldest first, as one path for each level that occurs."""

    width: int
    height: int
    paths: tuple[tuple[str, str], ...]
    """Level and path data."""
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One colour of a bar chart."""

    name: str
    path: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBars:
    """Articles per day, stacked by series, oldest day first."""

    width: int
    height: int
    series: tuple[Series, ...]
    """Largest first, the rest last."""
    first: date
    last: date
    most: int
    """Articles of the fullest day: the height of the chart."""


def days_until(last: date, n_days: int) -> tuple[date, ...]:
    """The days up to and with `last`, oldest first.

    >>> [day.day for day in days_until(date(2026, 11, 2), 3)]
    [31, 1, 2]
    """
    return tuple(last - timedelta(days=back) for back in reversed(range(n_days)))


def draw_strip(found: Mapping[date, SourceDay], days: tuple[date, ...]) -> Strip:
    """Draw the days of one source; a day that is missing in `found` was not looked at."""
    most = max((day.n_new for day in found.values()), default=0)
    cells: defaultdict[str, list[str]] = defaultdict(list)
    for place, day in enumerate(days):
        cells[_level(found.get(day), most)].append(_box(place * CELL, 0, CELL - 1, CELL_HEIGHT))
    return Strip(
        width=len(days) * CELL - 1,
        height=CELL_HEIGHT,
        paths=tuple((level, "".join(cells[level])) for level in LEVELS if cells[level]),
        summary=_summary([found[day] for day in days if day in found], len(days)),
    )


def draw_day_bars(counts: Iterable[tuple[date, str, int]], days: tuple[date, ...]) -> DayBars:
    """Draw stacked bars of (day, series, n); days without articles stay empty. Raises KeyError for an unknown day."""
    by_series: defaultdict[str, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for day, name, n in counts:
        by_series[name][day] += n
    ranked = _merge_rest(sorted(by_series.items(), key=lambda item: (-sum(item[1].values()), item[0])))
    totals = {day: sum(values[day] for _, values in ranked) for day in days}
    most = max(totals.values(), default=0)
    ground = dict.fromkeys(days, 0)
    series = []
    for name, values in ranked:
        series.append(Series(name=name, path=_stack(values, ground, most), n=sum(values.values())))
        for day in days:
            ground[day] += values[day]
    return DayBars(
        width=len(days) * BAR - 2, height=BAR_HEIGHT, series=tuple(series), first=days[0], last=days[-1], most=most
    )


def _level(found: SourceDay | None, most: int) -> str:
    if found is None:
        return "none"
    if found.n_new:
        return f"new{1 + 4 * (found.n_new - 1) // max(most, 1)}"
    return "failed" if found.n_failed and not found.n_fetched else "quiet"


def _summary(found: list[SourceDay], n_days: int) -> str:
    n_new = sum(day.n_new for day in found)
    n_looked = sum(1 for day in found if day.n_fetched or day.n_failed)
    return f"{counted(n_new, 'new article')}; looked at on {n_looked} of {n_days} days"


def _merge_rest(
    ranked: list[tuple[str, defaultdict[date, int]]],
) -> list[tuple[str, defaultdict[date, int]]]:
    rest: defaultdict[date, int] = defaultdict(int)
    for _, values in ranked[MAX_SERIES:]:
        for day, n in values.items():
            rest[day] += n
    return [*ranked[:MAX_SERIES], *([(REST, rest)] if rest else [])]


def _stack(values: Mapping[date, int], ground: Mapping[date, int], most: int) -> str:
    boxes = []
    for place, (day, below) in enumerate(ground.items()):
        if n := values[day]:
            top, bottom = _height(below + n, most), _height(below, most)
            boxes.append(_box(place * BAR, BAR_HEIGHT - top, BAR - 2, top - bottom))
    return "".join(boxes)


def _height(n: int, most: int) -> int:
    return round(BAR_HEIGHT * n / most)


def _box(x: int, y: int, width: int, height: int) -> str:
    return f"M{x} {y}h{width}v{height}h-{width}z"
