"""How far the backfills of a source have come: what the next crawl of the same days would ask for.

Read from the visits (`scrapers.visits`) without holding up a crawl. Articles are put off by a source and not by the
days that they are of: those that an ordinary crawl put off count too, as the next crawl of any backfill asks for them.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scrapers.counts import counted
from scrapers.days import DayRange
from scrapers.outcomes import instant
from scrapers.visits import visits_path

_SQL = Path(__file__).with_suffix(".sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a backfill has not done yet."""

    n_entry_pages: int
    """Pages of entries to be read: met over the budget of a crawl, or failed."""
    n_pages: int
    """Articles to be fetched that never had their turn; more may come from the pages of entries."""

    @property
    def is_nothing(self) -> bool:
        """Whether the backfill is finished."""
        return not (self.n_entry_pages or self.n_pages)

    def __str__(self) -> str:
        """What is left, in words.

        >>> str(Left(n_entry_pages=1, n_pages=20)), str(Left(n_entry_pages=0, n_pages=1))
        ('1 page of entries and 20 articles', '1 article')
        """
        pages = counted(self.n_entry_pages, "page of entries", "pages of entries") if self.n_entry_pages else None
        articles = counted(self.n_pages, "article") if self.n_pages else None
        return " and ".join(part for part in (pages, articles) if part) or "nothing"


def left_of_backfills(visits: Path, source_id: str, now: datetime) -> dict[DayRange, Left]:
    """Return what is left of each backfill of a source that ever began, by its days, the earliest first.

    `visits`: their folder. Visits that cannot be read tell nothing; the next crawl makes them anew.
    """
    path = visits_path(visits, source_id)
    if not path.exists():
        return {}
    try:  # to be written too, so that SQLite leaves no journal of its own behind
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as database:
            rows = database.execute(_SQL.read_text("utf-8"), {"now": instant(now)}).fetchall()
    except sqlite3.Error:
        return {}
    return {DayRange.parse(days): Left(n_entry_pages=n_walk, n_pages=n_pages) for days, n_walk, n_pages in rows}
