"""What the catalogue page shows, read from a release's own files and, for the live part, from a generation."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from exports.engine import open_engine, run_sql


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

    @property
    def freshness(self) -> str:
        """One word for the reader: new, carried forward, thin, fresh."""
        if self.last_success_at is None:
            return "never complete"
        if self.is_carried_forward:
            return "carried forward"
        is_thin = self.n_new_last_7_days < (self.min_articles_per_week or 0)
        return "fewer than expected" if is_thin else "fresh"


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
class ReleaseFacts:
    """The tables of a release as the page shows them."""

    sources: tuple[SourceLine, ...]
    ledger: tuple[LedgerLine, ...]
    preview: tuple[PreviewLine, ...]


def read_release_facts(release: Path) -> ReleaseFacts:
    """Read what the page shows of a release, from its Parquet files."""
    with open_engine([release]) as connection:
        for name in ("articles", "sources", "coverage", "ledger"):
            connection.read_parquet(str(release / f"{name}.parquet")).create_view(name)
        return ReleaseFacts(
            sources=tuple(SourceLine(**row) for row in _rows(connection, "page_sources")),
            ledger=tuple(LedgerLine(**row) for row in _rows(connection, "page_ledger")),
            preview=tuple(PreviewLine(**row) for row in _rows(connection, "page_preview")),
        )


def read_live_sources(generation: Path) -> tuple[SourceLine, ...]:
    """Read how fresh every source is now, from a generation for analysts."""
    with open_engine([], generation=generation) as connection:
        connection.table("generation.source").create_view("sources")
        connection.table("generation.coverage").create_view("coverage")
        return tuple(SourceLine(**row) for row in _rows(connection, "page_sources"))


def _rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[dict[str, Any]]:
    result = run_sql(connection, name)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
