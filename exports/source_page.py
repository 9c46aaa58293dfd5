"""What the catalogue shows of one source: its health, its days, how well its articles are described, its rights."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import duckdb

from exports.charts import Strip, days_until
from exports.engine import run_sql
from exports.page import LedgerLine, PreviewLine, SourceLine, read_source_lines, read_strips, records

STRIP_DAYS = 90
"""A quarter: long enough to see an outlet fade, and still no wider than a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRate:
    """How many of a source's articles carry something, 0 to 1; None when it has none."""

    what: str
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """Everything on the page of a source."""

    line: SourceLine
    rights: dict[str, Any]
    """The source's row of the published table `sources`."""
    first_published_at: datetime | None
    strip: Strip
    first_day: date
    fill_rates: tuple[FillRate, ...]
    languages: tuple[tuple[str, int], ...]
    months: tuple[tuple[str, int], ...]
    """Articles by UTC month of publication, newest first."""
    ledger: tuple[LedgerLine, ...]
    newest: tuple[PreviewLine, ...]

    @property
    def fullest_month(self) -> int:
        """Articles of the month with most of them."""
        return max((n for _, n in self.months), default=0)


def read_source_facts(connection: duckdb.DuckDBPyConnection, *, created: datetime) -> tuple[SourceFacts, ...]:
    """Read the facts of every source from a release's tables (`exports.page.open_release_tables`).

    `created` is the instant of the release: the last day of the strips, and when freshness is judged.
    """
    lines = read_source_lines(connection, created)
    days = days_until(created.astimezone(UTC).date(), STRIP_DAYS)
    strips = read_strips(connection, [line.source_id for line in lines], days)
    ask = partial(_by_source, connection)
    languages, months = ask("page_source_languages"), ask("page_source_months")
    ledger, newest = ask("page_source_ledger"), ask("page_source_preview")
    rights = {row["source_id"]: row for row in records(connection.execute("from sources"))}
    coverage = {row["source_id"]: row for row in records(connection.execute("from coverage"))}
    return tuple(
        SourceFacts(
            line=line,
            rights=rights[line.source_id],
            first_published_at=coverage.get(line.source_id, {}).get("first_published_at"),
            strip=strips[line.source_id],
            first_day=days[0],
            fill_rates=_fill_rates(coverage.get(line.source_id, {})),
            languages=tuple((row["language"], row["n"]) for row in languages[line.source_id]),
            months=tuple((row["month"], row["n"]) for row in months[line.source_id]),
            ledger=tuple(LedgerLine(**row) for row in ledger[line.source_id]),
            newest=tuple(PreviewLine(**row) for row in newest[line.source_id]),
        )
        for line in lines
    )


def _by_source(connection: duckdb.DuckDBPyConnection, name: str) -> defaultdict[str, list[dict[str, Any]]]:
    """Ask about all sources at once: one question for each reads all articles as often as there are sources."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in records(run_sql(connection, name)):
        found[row.pop("source_id")].append(row)
    return found


def _fill_rates(coverage: dict[str, Any]) -> tuple[FillRate, ...]:
    named = (
        ("a headline", "title_share"),
        ("a publication time", "date_share"),
        ("an author", "author_share"),
        ("a text", "text_share"),
    )
    return tuple(FillRate(what=what, share=coverage.get(column)) for what, column in named)
