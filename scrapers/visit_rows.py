"""Visits as rows of their SQLite file, and back; instants are written in UTC (`outcomes.instant`)."""

import sqlite3
from datetime import datetime
from typing import Any

from scrapers.outcomes import UrlOutcome, instant, parse_instant
from scrapers.records import CaptureRole, Hints, Outcome
from scrapers.revisits import Validators, Visit, is_walked
from scrapers.same_page import page_key

_INSTANTS = ("first_fetched_at", "last_fetched_at", "last_changed_at", "decided_at", "next_due_at")
_COUNTS = ("n_changes", "n_changes_in_row", "n_not_modified", "n_quiet", "n_failures")
_PLAIN = ("url", "entry_url", "entry_kind", "shown_sha256", "reason", *_COUNTS)


def visit_row(visit: Visit) -> dict[str, Any]:
    """Values of the columns of `visit` (`visits_put.sql`)."""
    return {
        **{name: getattr(visit, name) for name in _PLAIN},
        **{name: _written(getattr(visit, name)) for name in _INSTANTS},
        "said": " ".join(visit.said),
        "page_key": page_key(visit.url),
        "role": str(visit.role),
        "outcome": visit.outcome and str(visit.outcome),
        "title": visit.hints.title,
        "published": visit.hints.published,
        "modified": visit.hints.modified,
        "etag": visit.validators.etag,
        "last_modified": visit.validators.last_modified,
    }


def visit_of(row: sqlite3.Row) -> Visit:
    """Read a row of `visit` back."""
    instants: dict[str, Any] = {name: parse_instant(row[name]) if row[name] else None for name in _INSTANTS}
    return Visit(
        role=CaptureRole(row["role"]),
        said=tuple(row["said"].split()),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        hints=Hints(title=row["title"], published=row["published"], modified=row["modified"]),
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
        **{name: row[name] for name in _PLAIN},
        **instants,
    )


def walk_row(outcome: UrlOutcome, days: str) -> dict[str, Any]:
    """Values of the columns of a page that a backfill has met (`visits_walk.sql`)."""
    return {
        "days": days,
        "url": outcome.url,
        "entry_url": outcome.entry_url,
        "is_done": is_walked(outcome),
        "decided_at": instant(outcome.decided_at),
    }


def _written(at: datetime | None) -> str | None:
    return instant(at) if at else None
