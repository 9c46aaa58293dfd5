"""What each URL of a source last gave, and when it is due again: one SQLite file a source, `visits/<source>.sqlite`.

Derived from the archive and written after it, so that a kill between the two loses nothing: what a crawl left behind
is learned again from its file, and `rebuild_visits` makes the whole. The rules are in `scrapers.revisits`.
"""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scrapers.archive import CrawlParts, list_crawls, read_parts
from scrapers.outcomes import Discovery, StoredCapture, UrlOutcome, instant, parse_instant
from scrapers.records import Capture, CaptureRole, Hints, Outcome
from scrapers.recovery import locked_source
from scrapers.registry import Source
from scrapers.revisits import Fetched, Validators, Visit, is_remembered, learn

logger = logging.getLogger(__name__)

_SQL = Path(__file__).parent
_INSTANTS = ("first_fetched_at", "last_fetched_at", "last_changed_at", "decided_at", "next_due_at")
_PLAIN = ("url", "entry_url", "entry_kind", "body_sha256", "reason", "n_changes_in_row", "n_failures")


class Visits:
    """The visits of one source. Use it in a `with` block; every change is durable against a kill when made."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        # WAL with NORMAL: a kill loses nothing; a power loss may lose the last changes, which the archive still has.
        self._database.execute("pragma journal_mode = wal")
        self._database.execute("pragma synchronous = normal")
        self._database.executescript((_SQL / "visits_schema.sql").read_text(encoding="utf-8"))
        self._put = (_SQL / "visits_put.sql").read_text(encoding="utf-8")
        self._due = (_SQL / "visits_due.sql").read_text(encoding="utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def latest(self) -> datetime | None:
        """When the last outcome that is known was decided; None when there is none."""
        (latest,) = self._database.execute("select max(decided_at) from visit").fetchone()
        return parse_instant(latest) if latest else None

    def get(self, url: str) -> Visit | None:
        """What is known of a normalised address; None when it was never asked for nor put off."""
        row = self._database.execute("select * from visit where url = ?", (url,)).fetchone()
        return _visit(row) if row else None

    def due(self, now: datetime, n_most: int) -> list[Visit]:
        """Pages that are due, longest overdue first."""
        rows = self._database.execute(self._due, {"now": instant(now), "n_most": n_most}).fetchall()
        return [visit for row in rows if (visit := self.get(row["url"])) is not None]

    def knows_all(self, posts: Iterable[str]) -> bool:
        """Whether every one of these channel messages was seen before."""
        find = "select 1 from post where post = ?"
        return all(self._database.execute(find, (post,)).fetchone() for post in posts)

    def learn_posts(self, posts: Iterable[str]) -> None:
        """Remember channel messages as seen."""
        with self._database:
            self._database.execute("begin")
            self._database.executemany("insert or ignore into post (post) values (?)", [(post,) for post in posts])

    def learn(
        self, outcomes: Iterable[UrlOutcome], context: Mapping[str, Visit], fetched: Mapping[str, Fetched]
    ) -> None:
        """Remember outcomes. `context` says by URL what led there, `fetched` what was answered."""
        with self._database:
            self._database.execute("begin")
            for outcome in outcomes:
                self._learn_one(outcome, context.get(outcome.url), fetched.get(outcome.url))

    def learn_crawl(self, parts: CrawlParts) -> None:
        """Remember what a file of the archive says; what is known already stays as it is."""
        seen = {stored.capture.request_url: stored for stored in parts.captures}
        found = {stored.page_url: stored.discovery for stored in parts.discoveries}
        fetched = {url: fetched_of(it.capture, it.payload_sha256, found.get(url)) for url, it in seen.items()}
        context = _context(parts, seen)
        ended = {outcome.url for outcome in parts.outcomes}
        for stored in parts.discoveries:
            # A page that was not taken yet when the crawl was killed is read again, as if for the first time.
            if stored.page_url in ended:
                self.learn_posts(stored.discovery.posts)
        self.learn(parts.outcomes, context, fetched)

    def forget(self, is_withheld: Callable[[str], bool]) -> None:
        """Remove every address that is withheld, its bytes included."""
        self._database.execute("pragma secure_delete = on")
        urls = [url for (url,) in self._database.execute("select url from visit").fetchall() if is_withheld(url)]
        with self._database:
            self._database.execute("begin")
            self._database.executemany("delete from visit where url = ?", [(url,) for url in urls])
        self._database.execute("vacuum")
        self._database.execute("pragma wal_checkpoint(truncate)")

    def _learn_one(self, outcome: UrlOutcome, context: Visit | None, fetched: Fetched | None) -> None:
        known = self.get(outcome.url)
        if known is None and not is_remembered(outcome):
            return
        fresh = Visit(url=outcome.url, role=outcome.role, entry_url=outcome.entry_url)
        learnt = learn(known or context or fresh, outcome, context.hints if context else Hints(), fetched)
        if learnt != known:
            self._database.execute(self._put, _row(learnt))


def visits_path(folder: Path, source_id: str) -> Path:
    """Path of the visits of a source."""
    return folder / f"{source_id}.sqlite"


def open_visits(archive: Path, folder: Path, source: Source, *, trusted_until: datetime | None = None) -> Visits:
    """Open the visits of a source; when there are none, they are made from the archive.

    `trusted_until`: the last record that a crawl left behind. When the visits know of something later, the archive has
    lost its end (a power cut: it is flushed, not synced, record by record) and they are made anew.
    """
    path = visits_path(folder, source.id)
    if path.exists():
        visits = Visits(path)
        latest = visits.latest()
        if trusted_until is None or latest is None or latest <= trusted_until:
            return visits
        visits.close()
        logger.warning("source=%s visits know more than the archive: made anew", source.id)
    return Visits(_rebuild(archive, folder, source))


def rebuild_visits(archive: Path, visits: Path, source: Source) -> Path:
    """Make the visits of a source anew from its finished crawls; aside, then renamed. Returns the path.

    Raises ArchiveDamagedError naming file and offset, and CrawlRunningError while the source is being crawled.
    """
    with locked_source(archive, source.id):
        return _rebuild(archive, visits, source)


def _rebuild(archive: Path, visits: Path, source: Source) -> Path:
    path = visits_path(visits, source.id)
    aside = path.with_suffix(".rebuilding")
    _remove(aside)
    with Visits(aside) as made:
        for crawl in list_crawls(archive, source.id):
            made.learn_crawl(read_parts(crawl))
    _remove(path)
    aside.rename(path)  # closed above, so that its journal is already folded into it
    return path


def fetched_of(capture: Capture, body_sha256: str, discovery: Discovery | None) -> Fetched:
    """What a visit keeps of a capture; `discovery` is where it leads, when it is of an entry.

    Of a sitemap index no validators: that the index is the same says nothing of the sitemaps that it names.
    """
    if capture.entry_kind == "sitemap" and discovery is not None and discovery.next_pages:
        return Fetched(validators=Validators(), body_sha256=body_sha256)
    headers = {name.lower(): value for name, value in capture.headers}
    validators = Validators(etag=headers.get("etag"), last_modified=headers.get("last-modified"))
    return Fetched(validators=validators, body_sha256=body_sha256)


def _context(parts: CrawlParts, seen: Mapping[str, StoredCapture]) -> dict[str, Visit]:
    """What led to each URL: a capture says it itself, of other URLs a discovery says it."""
    context: dict[str, Visit] = {}
    for stored in parts.discoveries:
        page = seen[stored.page_url].capture
        entry_url = page.entry_url or page.request_url
        for link in stored.discovery.links:
            visit = Visit(
                url=link.url,
                role=CaptureRole.PAGE,
                entry_url=entry_url,
                entry_kind=page.entry_kind,
                hints=link.hints,
            )
            context.setdefault(link.url, visit)
    for url, stored_capture in seen.items():
        it = stored_capture.capture
        context[url] = Visit(url=url, role=it.role, entry_url=it.entry_url, entry_kind=it.entry_kind, hints=it.hints)
    return context


def _row(visit: Visit) -> dict[str, Any]:
    return {
        **{name: getattr(visit, name) for name in _PLAIN},
        **{name: _written(getattr(visit, name)) for name in _INSTANTS},
        "role": str(visit.role),
        "outcome": visit.outcome and str(visit.outcome),
        "title": visit.hints.title,
        "published": visit.hints.published,
        "modified": visit.hints.modified,
        "etag": visit.validators.etag,
        "last_modified": visit.validators.last_modified,
    }


def _visit(row: sqlite3.Row) -> Visit:
    instants: dict[str, Any] = {name: parse_instant(row[name]) if row[name] else None for name in _INSTANTS}
    return Visit(
        role=CaptureRole(row["role"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        hints=Hints(title=row["title"], published=row["published"], modified=row["modified"]),
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
        **{name: row[name] for name in _PLAIN},
        **instants,
    )


def _written(at: datetime | None) -> str | None:
    return instant(at) if at else None


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
