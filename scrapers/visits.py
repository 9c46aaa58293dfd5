"""What each URL of a source last gave, and when it is due again: one SQLite file a source, `visits/<source>.sqlite`.

With it: which channel messages were seen (`scrapers.channel_posts`), which servers lie about changes, and how far each
backfill has come.

Derived from the archive and written after it, so that a kill between the two loses nothing: what a crawl left behind
is learned again from its file, and `rebuild_visits` makes the whole. The rules are in `scrapers.revisits`.
"""

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from scrapers.archive import ArchiveDamagedError, CrawlParts, list_crawls, read_parts
from scrapers.channel_posts import ChannelPosts, Shown
from scrapers.fetched import fetched_of, item_counts, shown_on
from scrapers.gist import Gist
from scrapers.outcomes import StoredCapture, StoredDiscovery, UrlOutcome, instant, parse_instant
from scrapers.records import CaptureRole, Hints
from scrapers.recovery import locked_source
from scrapers.registry import Source
from scrapers.revisits import (
    LOOK_BACK,
    NOT_SHOWN,
    Fetched,
    Visit,
    is_lie,
    is_remembered,
    learn,
)
from scrapers.tdm import SiteRights
from scrapers.visit_rows import visit_of, visit_row, walk_row

logger = logging.getLogger(__name__)

_SQL = Path(__file__).parent

_VERSION = 4
"""Of the file's layout; a file of another one is made anew from the archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """A page of an entry that a backfill has met."""

    entry_url: str | None
    is_done: bool
    """Read, or known not to be there; else it is asked for again."""


class _UnusableError(Exception):
    """Visits that have to be made anew, and why."""


class Visits:
    """The visits of one source. Use it in a `with` block; every change is durable against a kill when made."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:  # which closes the file when it is no database
            self._database = stack.enter_context(closing(sqlite3.connect(path, isolation_level=None)))
            self._database.row_factory = sqlite3.Row
            # WAL with NORMAL: a kill loses nothing; a power loss may lose the last changes, which the archive has.
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._sql = {it.stem.removeprefix("visits_"): it.read_text("utf-8") for it in _SQL.glob("visits_*.sql")}
            self.posts = ChannelPosts(self._database, self._sql)
            self.layout = _read_layout(self._database)
            """Version of what was there; None when there was nothing."""
            if self.layout is None:
                self._database.executescript(self._sql["schema"])
                self._database.execute(f"pragma user_version = {_VERSION}")
            stack.pop_all()

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
        return visit_of(row) if row else None

    def has_fetched(self, url: str) -> bool:
        """Whether a normalised address has ever answered."""
        visit = self.get(url)
        return visit is not None and visit.first_fetched_at is not None

    def due(self, now: datetime, n_most: int, *, is_new: bool) -> list[Visit]:
        """Pages that are due, longest overdue first; `is_new`: only those that never had their turn."""
        asked = {"now": instant(now), "n_most": n_most, "is_new": is_new}
        rows = self._database.execute(self._sql["due"], asked).fetchall()
        return [visit for row in rows if (visit := self.get(row["url"])) is not None]

    def address_of(self, page_key: str) -> str | None:
        """The address under which a page is known; None when it never answered, or failed at the last look."""
        row = self._database.execute(self._sql["same_page"], {"page_key": page_key}).fetchone()
        return row["url"] if row else None

    def count_unknown(self, urls: Iterable[str]) -> int:
        """How many of these addresses were never asked for nor put off."""
        (count,) = self._database.execute(self._sql["unknown"], {"urls": json.dumps(list(urls))}).fetchone()
        return int(count)

    def is_distrusted(self, url: str, role: CaptureRole) -> bool:
        """Whether the server of an address has lied about changes of such pages."""
        find = "select 1 from distrust where host = ? and role = ?"
        return self._database.execute(find, (urlsplit(url).netloc, str(role))).fetchone() is not None

    def walked(self, days: str, before: datetime) -> dict[str, Walked]:
        """Pages of entries that a backfill of these days had met before an instant, by address."""
        rows = self._database.execute(self._sql["walked"], {"days": days, "before": instant(before)}).fetchall()
        return {row["url"]: Walked(entry_url=row["entry_url"], is_done=bool(row["is_done"])) for row in rows}

    def learn(
        self,
        outcomes: Iterable[UrlOutcome],
        context: Mapping[str, Visit],
        fetched: Mapping[str, Fetched],
        *,
        days: str | None = None,
    ) -> None:
        """Remember outcomes. `context`: what led to a URL; `fetched`: what it answered; `days`: those of a backfill."""
        with self._database:
            self._database.execute("begin")
            for outcome in outcomes:
                self._learn_one(outcome, context.get(outcome.url), fetched.get(outcome.url))
                if days and outcome.role is not CaptureRole.PAGE:
                    self._database.execute(self._sql["walk"], walk_row(outcome, days))

    def learn_look(
        self,
        outcome: UrlOutcome,
        context: Visit,
        fetched: Fetched | None,
        found: StoredDiscovery | None,
        *,
        days: str | None,
    ) -> None:
        """Remember one look: how it ended, what was answered, and of an entry where it leads."""
        self.learn([outcome], {outcome.url: context}, {outcome.url: fetched} if fetched else {}, days=days)
        if found and fetched:
            self.learn_posts(outcome, shown_on(found, fetched), days=days)

    def learn_posts(self, page: UrlOutcome, shown: Shown, *, days: str | None) -> None:
        """Remember what a page of a channel shows; see `ChannelPosts.learn`."""
        self.posts.learn(shown, page.decided_at, is_new=days is None and page.detail != LOOK_BACK)

    def learn_crawl(self, parts: CrawlParts) -> None:
        """Remember what a file of the archive says; what is known already stays as it is."""
        seen = {stored.capture.request_url: stored for stored in parts.captures}
        found = {stored.page_url: stored for stored in parts.discoveries}
        rights = SiteRights.read(parts.site_files)
        fetched = {page_url: item_counts(stored) for page_url, stored in found.items()}
        for url, it in seen.items():
            if it.gist is not None:
                fetched[url] = fetched_of(it.capture, it.gist, found.get(url), rights)
        context = _context(self, parts, seen)
        ended = {outcome.url: outcome for outcome in parts.outcomes}
        for stored in parts.discoveries:
            # A page that was not taken yet when the crawl was killed is read again, as if for the first time.
            if (end := ended.get(stored.page_url)) is not None:
                shown = shown_on(stored, fetched[stored.page_url])
                self.learn_posts(end, shown, days=parts.header.backfill)
        asked = [it for it in parts.outcomes if it.detail != NOT_SHOWN]  # else only the page of its channel was
        self.learn(asked, context, fetched, days=parts.header.backfill)

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
        if known is not None and fetched is not None and is_lie(known, outcome, fetched):
            distrust = "insert or ignore into distrust (host, role) values (?, ?)"
            self._database.execute(distrust, (urlsplit(outcome.url).netloc, str(outcome.role)))
        learnt = learn(_basis(known, context, outcome), outcome, context.hints if context else Hints(), fetched)
        if learnt != known:
            self._database.execute(self._sql["put"], visit_row(learnt))


def _basis(known: Visit | None, context: Visit | None, outcome: UrlOutcome) -> Visit:
    """Return the visit to which an outcome is added; one that began with a failure learns here what led to it."""
    if known is None:
        return context or Visit(url=outcome.url, role=outcome.role, entry_url=outcome.entry_url)
    return replace(known, entry_kind=context.entry_kind) if context and known.entry_kind is None else known


def _read_layout(database: sqlite3.Connection) -> int | None:
    if database.execute("select 1 from sqlite_schema").fetchone() is None:
        return None
    return int(database.execute("pragma user_version").fetchone()[0])


def visits_path(folder: Path, source_id: str) -> Path:
    """Path of the visits of a source."""
    return folder / f"{source_id}.sqlite"


def open_visits(archive: Path, folder: Path, source: Source, *, trusted_until: datetime | None = None) -> Visits:
    """Open the visits of a source. When there are none, or none that can be used, they are made from the archive.

    Visits cannot be used that are damaged, of another layout, or later than `trusted_until`, the last record that a
    crawl left behind: then the archive has lost its end (a power cut: it is flushed, not synced, record by record).
    """
    path = visits_path(folder, source.id)
    if path.exists():
        try:
            return _open_usable(path, trusted_until)
        except _UnusableError as error:
            logger.warning("source=%s visits are made anew: %s", source.id, error)
    return Visits(_rebuild(archive, folder, source))


def _open_usable(path: Path, until: datetime | None) -> Visits:
    with ExitStack() as stack:
        try:
            visits = stack.enter_context(Visits(path))
            _require_usable(visits, until)
        except sqlite3.OperationalError:  # no room, no permission: visits made anew would fare no better
            raise
        except sqlite3.DatabaseError as error:
            raise _UnusableError(f"damaged: {error}") from error
        stack.pop_all()
    return visits


def _require_usable(visits: Visits, until: datetime | None) -> None:
    (found,) = visits._database.execute("pragma quick_check(1)").fetchone()
    if found != "ok":
        raise _UnusableError(f"damaged: {found}")
    if visits.layout != _VERSION:
        raise _UnusableError(f"of layout {visits.layout}, not {_VERSION}")
    latest = visits.latest()
    if until is not None and latest is not None and latest > until:
        raise _UnusableError(f"of {latest}, later than the archive, {until}")


def rebuild_visits(archive: Path, visits: Path, source: Source) -> Path:
    """Make the visits of a source anew from its finished crawls; aside, then renamed. Returns the path.

    Of a crawl that is damaged what stands before the damage is learnt, with a warning: its other pages are asked for
    again. Raises CrawlRunningError while the source is being crawled.
    """
    with locked_source(archive, source.id):
        return _rebuild(archive, visits, source)


def _rebuild(archive: Path, visits: Path, source: Source) -> Path:
    path = visits_path(visits, source.id)
    remove_unfinished(path)
    with Visits(aside := _aside(path)) as made:
        for crawl in list_crawls(archive, source.id):
            _learn_archived(made, crawl)
    remove_visits(path)
    aside.rename(path)  # closed above, so that its journal is already folded into it
    return path


def _aside(path: Path) -> Path:
    return path.with_suffix(".rebuilding")


def remove_unfinished(path: Path) -> None:
    """Remove what a kill left of visits that were being made anew, if anything."""
    remove_visits(_aside(path))


def remove_visits(path: Path) -> None:
    """Remove visits with their journal, if they are there."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _learn_archived(visits: Visits, crawl: Path) -> None:
    try:
        parts = read_parts(crawl, is_torn_allowed=True)
    except ArchiveDamagedError as error:
        logger.warning("nothing is learnt of a crawl: %s", error)
        return
    if parts.summary is None:
        logger.warning("a crawl is learnt up to its damage: %s: byte %d", crawl, parts.n_bytes)
        parts.captures[:] = [replace(it, gist=_as_unread(it.gist)) for it in parts.captures]
    visits.learn_crawl(parts)


def _as_unread(gist: Gist | None) -> Gist | None:
    """Forget what a page of a damaged crawl said: it gives no record, so that the next look has to keep the page."""
    return replace(gist, readable_sha256=None, messages={}) if gist else None


def _context(visits: Visits, parts: CrawlParts, seen: Mapping[str, StoredCapture]) -> dict[str, Visit]:
    """What led to each URL: a capture says it itself, of other URLs a discovery says it."""
    context = _context_of_entries(visits, parts, seen)
    for stored in parts.discoveries:
        captured = seen.get(stored.page_url)
        page = captured.capture if captured else visits.get(stored.page_url)  # it said the same as before
        entry_url = page.entry_url if page and page.entry_url else stored.page_url
        for link in stored.discovery.links:
            visit = Visit(
                url=link.url,
                role=CaptureRole.PAGE,
                entry_url=entry_url,
                entry_kind=page.entry_kind if page else None,
                hints=link.hints,
            )
            context.setdefault(link.url, visit)
    for url, stored_capture in seen.items():
        it = stored_capture.capture
        context[url] = Visit(url=url, role=it.role, entry_url=it.entry_url, entry_kind=it.entry_kind, hints=it.hints)
    return context


def _context_of_entries(visits: Visits, parts: CrawlParts, seen: Mapping[str, StoredCapture]) -> dict[str, Visit]:
    """What led to each page of an entry that has no capture: its entry, and what the page before said of it."""
    hints: dict[str, Hints] = {}
    for stored in parts.discoveries:
        for link in stored.discovery.next_pages:
            hints.setdefault(link.url, link.hints)
    kinds = {it.capture.entry_url or url: it.capture.entry_kind for url, it in seen.items()}
    context: dict[str, Visit] = {}
    for it in parts.outcomes:
        if it.role is not CaptureRole.PAGE and it.url not in seen:
            entry_url = it.entry_url or it.url
            known = visits.get(entry_url)
            kind = kinds.get(entry_url, known.entry_kind if known else None)
            said = hints.get(it.url, Hints())
            context[it.url] = Visit(url=it.url, role=it.role, entry_url=it.entry_url, entry_kind=kind, hints=said)
    return context
