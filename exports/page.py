"""What the catalogue's first page shows, read from a release's own files and, for the live part, from a generation."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from exports.charts import DayBars, SourceDay, Strip, days_until, draw_day_bars, draw_strip
from exports.engine import open_engine, run_sql
from exports.freshness import SourceLook, stale_because
from exports.manifest import Manifest
from exports.published import list_data_files
from scrapers.published_tables import (
    PUBLISHED_ARTICLES,
    PUBLISHED_COVERAGE,
    PUBLISHED_LEDGER,
    PUBLISHED_SOURCES,
    PUBLISHED_VERSIONS,
)

CHART_DAYS = 30
"""A month fits a phone's width and shows the rhythm of a week four times."""
CHANGES_SHOWN = 8
"""Of each kind, on the first page; the page of the release shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in the table of sources. Instants are UTC; None: never, or not known."""

    source_id: str
    name: str
    homepage: str
    country: str
    languages: str
    rights_level: str
    licence: str | None
    evidence_url: str | None
    status: str
    n_articles: int
    last_published_at: datetime | None
    last_crawl_at: datetime | None
    last_success_at: datetime | None
    last_new_article_at: datetime | None
    n_new_last_7_days: int
    min_articles_per_week: int | None
    is_carried_forward: bool
    carried_forward_since: datetime | None
    stale_because: str | None
    """As the manifest says it (`exports.freshness`), at the instant that the page speaks of; None: not stale."""

    @property
    def freshness(self) -> str:
        """Why it is stale, in words; else `fresh`, or its status where it is not crawled."""
        return self.stale_because or ("fresh" if self.status == "enabled" else self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """How many ended so at a stage, over all sources and days."""

    stage: str
    outcome: str
    reason: str | None
    n: int
    share: float
    """Part of the stage, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewLine:
    """One article of the preview."""

    published_at: datetime | None
    source_name: str
    language: str
    title: str | None
    excerpt: str | None
    url: str
    n_words: int
    rights_level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """One article that was added, modified or deleted. Of a deleted one only the id is known."""

    op: str
    article_id: str
    source_name: str | None
    language: str | None
    title: str | None
    url: str | None
    past_title: str | None
    """The headline before, where it changed and both are published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts:
    """The tables of a release as the page shows them."""

    sources: tuple[SourceLine, ...]
    ledger: tuple[LedgerLine, ...]
    preview: tuple[PreviewLine, ...]
    changes: tuple[ChangeLine, ...]
    strips: dict[str, Strip]
    """By source id, the last 30 days."""
    by_language: DayBars
    by_country: DayBars

    @property
    def stale(self) -> tuple[SourceLine, ...]:
        """The sources that the manifest calls stale."""
        return tuple(line for line in self.sources if line.stale_because)


def read_release_facts(release: Path, manifest: Manifest) -> ReleaseFacts:
    """Read what the page shows of a release, from its Parquet files; freshness is judged at the release's instant."""
    until = manifest.judged_at.astimezone(UTC).date()
    with open_release_tables(release) as connection:
        sources = read_source_lines(connection, manifest.judged_at)
        by_day = run_sql(connection, "page_days", until=until, n_days=CHART_DAYS).fetchall()
        days = days_until(until, CHART_DAYS)
        return ReleaseFacts(
            sources=sources,
            ledger=tuple(LedgerLine(**row) for row in records(run_sql(connection, "page_ledger"))),
            preview=tuple(PreviewLine(**row) for row in records(run_sql(connection, "page_preview"))),
            changes=read_changes(connection, release, manifest, n_each=CHANGES_SHOWN),
            strips=read_strips(connection, [line.source_id for line in sources], days),
            by_language=draw_day_bars(((day, language, n) for day, language, _, n in by_day), days),
            by_country=draw_day_bars(((day, country, n) for day, _, country, n in by_day), days),
        )


@contextmanager
def open_release_tables(release: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a release's tables as views of their names, with today's columns.

    A table or column that the release does not have, being older or published by month only, is empty.
    """
    with open_engine([release]) as connection:
        for table in (PUBLISHED_ARTICLES, PUBLISHED_SOURCES, PUBLISHED_COVERAGE, PUBLISHED_LEDGER, PUBLISHED_VERSIONS):
            connection.from_arrow(table.schema.empty_table()).create(f"none_of_{table.name}")
            paths = [str(path) for path in list_data_files(release, table.name)]
            if paths:
                connection.read_parquet(paths).create_view(f"all_of_{table.name}")
            rows = f"union all by name from all_of_{table.name}" if paths else ""
            connection.sql(f"from none_of_{table.name} {rows}").create_view(table.name)
        yield connection


def read_changes(
    connection: duckdb.DuckDBPyConnection, release: Path, manifest: Manifest, *, n_each: int
) -> tuple[ChangeLine, ...]:
    """Read the newest changes of each kind since the release before; none for a first release."""
    if manifest.delta is None:
        return ()
    connection.read_parquet(str(release / manifest.delta.path)).create_view("delta", replace=True)
    return tuple(ChangeLine(**row) for row in records(run_sql(connection, "page_changes", n_each=n_each)))


def read_strips(
    connection: duckdb.DuckDBPyConnection, source_ids: Sequence[str], days: tuple[date, ...]
) -> dict[str, Strip]:
    """Draw the given days of each source."""
    rows = records(run_sql(connection, "page_source_days", until=days[-1], n_days=len(days)))
    found: defaultdict[str, dict[date, SourceDay]] = defaultdict(dict)
    for day in (SourceDay(**row) for row in rows):
        found[day.source_id][day.day] = day
    return {source_id: draw_strip(found[source_id], days) for source_id in source_ids}


def read_source_lines(connection: duckdb.DuckDBPyConnection, now: datetime) -> tuple[SourceLine, ...]:
    """Read every source from the tables `sources` and `coverage`, and judge how fresh it is at `now`."""
    return tuple(_source_line(row, now) for row in records(run_sql(connection, "page_sources")))


def _source_line(row: dict[str, Any], now: datetime) -> SourceLine:
    look = SourceLook(**{field.name: row[field.name] for field in fields(SourceLook)})
    return SourceLine(**row, stale_because=stale_because(look, now))


def read_live_sources(generation: Path, *, now: datetime) -> tuple[SourceLine, ...]:
    """Read how fresh every source is at `now`, from a generation for analysts."""
    with open_engine([], generation=generation) as connection:
        connection.table("generation.source").create_view("sources")
        connection.table("generation.coverage").create_view("coverage")
        return read_source_lines(connection, now)


def records(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rows of a result by the names of their columns."""
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
