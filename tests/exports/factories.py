"""Generations for analysts, as small as a test needs them: the tables that exports reads, rows made by defaults."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from scrapers.tables import ARTICLE, CITATION, COVERAGE, LEDGER, SOURCE, TOMBSTONE
from warehouse.database import read_sql
from warehouse.generation_tables import PAST_VERSION

Row = dict[str, Any]

DAY_1 = datetime(2026, 11, 20, 6, tzinfo=UTC)
DAY_2 = datetime(2026, 11, 21, 6, tzinfo=UTC)
DAY_3 = datetime(2026, 11, 22, 6, tzinfo=UTC)
DAY_4 = datetime(2026, 11, 23, 6, tzinfo=UTC)
TEXT = "Бишкекте жаңы китепкана ачылды.\nАл бардык окурмандарга акысыз иштейт. " * 6


def article_id(n: int) -> str:
    return sha256(str(n).encode()).hexdigest()[:24]


def article(n: int, **changed: Any) -> Row:
    """An article of source `open`, published n hours into November 2026."""
    text = changed.get("text", TEXT)
    row: Row = {
        "article_id": article_id(n),
        "source_id": "open",
        "country": "KG",
        "kind": "article",
        "url": f"https://open.example/news/{n}",
        "title": f"Headline {n}",
        "text": text,
        "excerpt": text[:100],
        "language": "ky",
        "language_confidence": 0.9987,
        "language_declared": None,
        "published_at": datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=n),
        "published_precision": "minute",
        "published_origin": "json_ld",
        "published_raw": "2026-11-01",
        "zone_assumed": False,
        "modified_at": None,
        "authors": "Айжан Асанова",
        "section": None,
        "tags": "a | b",
        "n_words": len(text.split()),
        "n_chars": len(text),
        "text_origin": "body",
        "first_seen_at": DAY_1,
        "last_changed_at": DAY_1,
        "n_versions": 1,
        "duplicate_of": None,
        "story_id": None,
        "tdm_reserved": None,
    }
    row |= changed
    row["content_sha256"] = sha256(repr(sorted(row.items())).encode()).hexdigest()
    return row


def source(source_id: str, level: str = "metadata", **changed: Any) -> Row:
    is_open = level == "full_text"
    row: Row = {
        "source_id": source_id,
        "name": f"The {source_id}",
        "homepage": f"https://{source_id}.example/",
        "country": "KG",
        "languages": "ky | ru",
        "timezone": "Asia/Bishkek",
        "status": "enabled",
        "status_reason": None,
        "rights_level": level,
        "rights_basis": "licence" if is_open else "default",
        "licence": "CC-BY-4.0" if is_open else None,
        "evidence_url": f"https://{source_id}.example/licence" if is_open else None,
        "tdm_reserved": None,
        "min_articles_per_week": 5,
        "max_articles_per_week": 500,
        "min_articles": 1,
    }
    return row | changed


def citation(n: int, position: int = 0, **changed: Any) -> Row:
    row: Row = {
        "article_id": article_id(n),
        "position": position,
        "kind": "inline",
        "label": "a channel",
        "url": "https://t.me/s/a_channel",
        "domain": "t.me/a_channel",
        "cited_article_id": None,
    }
    return row | changed


def past_version(was: Row, version: int, valid_from: datetime, valid_to: datetime) -> Row:
    """What an article said before."""
    kept = ("article_id", "source_id", "content_sha256", "title", "text", "published_at", "n_chars")
    return {name: was[name] for name in kept} | {"version": version, "valid_from": valid_from, "valid_to": valid_to}


def tombstone(n: int, reason: str = "takedown") -> Row:
    return {"article_id": article_id(n), "withdrawn_date": DAY_3.date(), "reason": reason}


SOURCES = (source("open", "full_text"), source("short", "excerpt"), source("closed", "metadata"))


@dataclass
class World:
    """What a generation holds; coverage and ledger follow from it."""

    articles: Sequence[Row] = field(default_factory=list)
    sources: Sequence[Row] = SOURCES
    citations: Sequence[Row] = ()
    last_crawl_at: datetime = DAY_1
    ledger: Sequence[Row] | None = None
    past_versions: Sequence[Row] = ()
    tombstones: Sequence[Row] = ()
    date_share: float = 1 / 3

    def tables(self) -> dict[str, Sequence[Row]]:
        ledger = self.ledger if self.ledger is not None else self._ledger()
        return {
            "article": self.articles,
            "citation": self.citations,
            "source": self.sources,
            "coverage": [self._coverage(row["source_id"]) for row in self.sources],
            "ledger": ledger,
            "past_version": self.past_versions,
            "tombstone": self.tombstones,
        }

    def _coverage(self, source_id: str) -> Row:
        held = [row for row in self.articles if row["source_id"] == source_id]
        published = [row["published_at"] for row in held if row["published_at"] is not None]
        return {
            "source_id": source_id,
            "n_articles": len(held),
            "first_published_at": min(published, default=None),
            "last_published_at": max(published, default=None),
            "last_crawl_at": self.last_crawl_at,
            "last_success_at": self.last_crawl_at,
            "last_new_article_at": max((row["first_seen_at"] for row in held), default=None),
            "n_new_last_7_days": len(held),
            "min_articles_per_week": 5,
            "is_carried_forward": source_id == "short",
            "title_share": 1.0 if held else None,
            "date_share": self.date_share if held else None,
            "author_share": None,
            "text_share": 1.0 if held else None,
            "max_articles_per_week": 500,
            "carried_forward_since": self.last_crawl_at if source_id == "short" else None,
            "n_days_stale": 0,
        }

    def _ledger(self) -> list[Row]:
        counts: dict[tuple[str, date], int] = {}
        for row in self.articles:
            key = (row["source_id"], row["first_seen_at"].date())
            counts[key] = counts.get(key, 0) + 1
        rows = []
        for (source_id, day), n in counts.items():
            rows += [
                ledger_row(source_id, day, "url", "fetched", n + 1),
                ledger_row(source_id, day, "url", "fetched", 2, reason="entry"),
                ledger_row(source_id, day, "url", "skipped", 2, reason="robots"),
                ledger_row(source_id, day, "page", "articles", n),
                ledger_row(source_id, day, "page", "rejected", 1),
                ledger_row(source_id, day, "record", "article", n),
                ledger_row(source_id, day, "record", "rejection", 1, reason="too_short"),
                ledger_row(source_id, day, "article", "published", n),
            ]
        return rows


def ledger_row(source_id: str, day: date, stage: str, outcome: str, n: int, reason: str | None = None) -> Row:
    return {"source_id": source_id, "day": day, "stage": stage, "outcome": outcome, "reason": reason, "n": n}


def write_generation(path: Path, world: World) -> Path:
    """Write a database with the tables for analysts that releases are made from, filled as the world says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    rows = world.tables()
    with duckdb.connect(path) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.begin()  # one transaction: a commit for each table takes most of the time
        for table in (ARTICLE, PAST_VERSION, CITATION, SOURCE, COVERAGE, LEDGER, TOMBSTONE):
            connection.register("incoming", pa.Table.from_pylist(list(rows[table.name]), schema=table.schema))
            connection.execute(f"create table {table.name} as select * from incoming")
            connection.unregister("incoming")
        connection.execute(read_sql("generation_article_version"))
        connection.commit()
    return path
