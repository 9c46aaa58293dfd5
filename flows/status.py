"""How a data root stands: read from its files, without Prefect and without holding anything up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb

from exports.versions import read_versions
from flows.journal import CONTINUED_WITHIN, RunMark, is_run_alive, read_mark
from flows.reports import list_reports, load_report
from flows.serve_mark import find_serving
from scrapers.backfills import left_of_backfills
from scrapers.counts import counted
from scrapers.data_root import DataRoot
from scrapers.pending import pending_crawls
from scrapers.registry import Source
from scrapers.takedowns import read_register
from warehouse.analyst_copy import connect_analyst, current_generation
from warehouse.errors import NoGenerationError

_FRESHNESS = "source_id, n_articles as articles, last_crawl_at, last_success_at, last_new_article_at"
_HEALTH = (
    "source_id, n_expected_per_week as expected_per_week, n_seen_last_7_days as new_in_7_days, state as health, since, "
    "reason"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """How fresh one source is, as far as it is loaded. Instants in UTC; None: never."""

    source: str
    status: str
    """enabled, candidate or disabled."""
    articles: int = 0
    last_crawl_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_article_at: datetime | None = None
    expected_per_week: int | None = None
    """Fewest new articles expected; None: at least one."""
    new_in_7_days: int | None = None
    """Before the latest crawl of any source; None: not known yet."""
    health: str | None = None
    """healthy, stale, failing, backing_off, blocked or never, see the table source_health; None: not known yet."""
    since: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How a data root stands. None: there is none yet."""

    home: str
    run_under_way: str | None
    """A living run, or one that was killed, and whether it can be continued."""
    latest_run: str | None
    n_pending_crawls: int
    generation: str | None
    latest_release: str | None
    unfinished_takedown: str | None
    """What holds releases up until it is carried out, and how; None: all that is registered was."""
    unfinished_backfills: tuple[str, ...]
    """What is left of each, and how it goes on."""
    served_at: tuple[str, ...]
    sources: tuple[SourceStatus, ...]


def read_status(root: DataRoot, registry: Mapping[str, Source], now: datetime) -> Status:
    """Read how a data root stands at an instant of the real clock."""
    serving = find_serving(root.prefect)
    return Status(
        home=str(root.path),
        run_under_way=_run_under_way(root, now),
        latest_run=_latest_run(root),
        n_pending_crawls=len(pending_crawls(root.archive, root.staging)),
        generation=_generation(root),
        latest_release=read_versions(root.releases).latest,
        unfinished_takedown=_unfinished_takedown(root),
        unfinished_backfills=tuple(_unfinished_backfills(root, registry, now)),
        served_at=(f"http://127.0.0.1:{serving.port}/", serving.catalogue_url) if serving else (),
        sources=read_sources(root, registry),
    )


def _run_under_way(root: DataRoot, now: datetime) -> str | None:
    mark = read_mark(root.runs)
    if mark is None:
        return None
    fate = f"process {mark.pid}" if is_run_alive(root.runs) else f"killed; {_continuation(mark, now)}"
    return f"run {mark.run_id} since {mark.started_at:%Y-%m-%d %H:%M} UTC, {fate}"


def _continuation(mark: RunMark, now: datetime) -> str:
    if mark.may_continue(now):
        return f"goes on by kabarchy {' '.join(mark.words)}"
    within_h = CONTINUED_WITHIN // timedelta(hours=1)
    return f"only runs begun in the last {within_h} hours are continued, so the next one begins anew"


def _latest_run(root: DataRoot) -> str | None:
    reports = list_reports(root.runs)
    if not reports:
        return None
    report = load_report(reports[-1])
    return f"{report.run_id} {report.verdict}: {report.message}"


def _unfinished_takedown(root: DataRoot) -> str | None:
    register = read_register(root.takedowns)
    if register.is_carried_out:
        return None
    n_left = register.n_entries - register.n_carried_out
    left = f"{n_left} of {counted(register.n_entries, 'entry', 'entries')}"
    return f"{left} not carried out, no release is cut: run kabarchy takedown apply"


def _unfinished_backfills(root: DataRoot, registry: Mapping[str, Source], now: datetime) -> Iterator[str]:
    for source_id in registry:
        for days, left in left_of_backfills(root.visits, source_id, now).items():
            if not left.is_nothing:
                words = f"kabarchy run {source_id} --backfill {days.first} {days.last}"
                yield f"{source_id}: {left} left; goes on by {words}"


def _generation(root: DataRoot) -> str | None:
    try:
        return current_generation(root.analyst).name
    except NoGenerationError:
        return None


def read_sources(root: DataRoot, registry: Mapping[str, Source]) -> tuple[SourceStatus, ...]:
    """Read how each source of a registry fares, by the newest generation; without one, only the registry speaks."""
    try:
        with connect_analyst(root.analyst) as connection:
            held = _by_source(connection.table("coverage").project(_FRESHNESS))
            health = _health(connection)
    except NoGenerationError:
        held, health = {}, {}
    return tuple(
        SourceStatus(
            source=source.id,
            status=source.status.state.value,
            **held.get(source.id, {}),
            **health.get(source.id, {}),
        )
        for source in registry.values()
    )


def _health(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    try:
        return _by_source(connection.table("source_health").project(_HEALTH))
    except duckdb.CatalogException:  # a generation made before there was this table; the next load makes one with it
        return {}


def _by_source(rows: duckdb.DuckDBPyRelation) -> dict[str, dict[str, Any]]:
    """The columns behind the first by name, for each source."""
    return {row[0]: dict(zip(rows.columns[1:], row[1:], strict=True)) for row in rows.fetchall()}
