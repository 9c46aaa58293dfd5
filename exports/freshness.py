"""How fresh each source is when a release is made: judged from its crawls and by what is expected of it.

Days are counted to the release's own instant and not to the latest crawl: when everything stands still, it shows. A
release that is issued again keeps the instant of its first issue: its rows and its looks are those of that day.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from exports.engine import run_sql
from exports.labels import counted
from exports.manifest import Freshness, Manifest, ManifestSource

STALE_AFTER_DAYS = 2
"""A source is crawled at least daily; one missed night is no alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLook:
    """What the warehouse knows of the crawls of one source. Instants are UTC."""

    status: str
    last_success_at: datetime | None
    is_carried_forward: bool
    carried_forward_since: datetime | None
    n_new_last_7_days: int
    min_articles_per_week: int | None


def days_stale(look: SourceLook, now: datetime) -> int | None:
    """Whole days since the latest complete crawl; None when there never was one."""
    return None if look.last_success_at is None else max((now - look.last_success_at).days, 0)


def stale_because(look: SourceLook, now: datetime) -> str | None:
    """Why a source is stale at `now`; None when it is fresh, or not enabled and nothing is expected of it."""
    if look.status != "enabled":
        return None
    n_days = days_stale(look, now)
    if n_days is None:
        return "never crawled completely"
    if look.is_carried_forward:
        since = look.carried_forward_since or look.last_success_at
        return f"carried forward since {since:%Y-%m-%d}"
    if n_days >= STALE_AFTER_DAYS:
        return f"no complete crawl for {n_days} days"
    if look.n_new_last_7_days < (look.min_articles_per_week or 0):
        found = counted(look.n_new_last_7_days, "new article")
        return f"{found} in a week, at least {look.min_articles_per_week} expected"
    return None


def read_sources(connection: duckdb.DuckDBPyConnection, now: datetime) -> tuple[ManifestSource, ...]:
    """Every source with its share of the release and its freshness, from the tables sources, coverage, articles."""
    result = run_sql(connection, "source_facts")
    names = [column[0] for column in result.description]
    return tuple(_source(dict(zip(names, row, strict=True)), now) for row in result.fetchall())


def _source(facts: dict[str, object], now: datetime) -> ManifestSource:
    source = ManifestSource.model_validate(facts)
    look = SourceLook(
        status=source.status,
        last_success_at=source.last_success_at,
        is_carried_forward=source.is_carried_forward,
        carried_forward_since=source.carried_forward_since,
        n_new_last_7_days=source.n_new_last_7_days,
        min_articles_per_week=source.min_articles_per_week,
    )
    why = stale_because(look, now)
    judged = {"n_days_stale": days_stale(look, now), "is_stale": why is not None, "stale_because": why}
    return source.model_copy(update=judged)


def sum_up(sources: tuple[ManifestSource, ...], now: datetime) -> Freshness:
    """Freshness of the release as a whole."""
    return Freshness(
        judged_at=now,
        n_sources=len(sources),
        stale=tuple(source.source_id for source in sources if source.is_stale),
    )


def find_freshness_faults(connection: duckdb.DuckDBPyConnection, manifest: Manifest) -> list[str]:
    """What the manifest says of freshness otherwise than its own tables and instant do."""
    sources = read_sources(connection, manifest.judged_at)
    said = {source.source_id: source for source in manifest.sources}
    faults = [f"{source.source_id}: not in the manifest" for source in sources if source.source_id not in said]
    faults += [
        f"{source.source_id}: the manifest says {said[source.source_id].stale_because or 'fresh'},"
        f" the tables {source.stale_because or 'fresh'}"
        for source in sources
        if source.source_id in said and said[source.source_id] != source
    ]
    if manifest.freshness != sum_up(sources, manifest.judged_at):
        faults.append("the manifest's list of stale sources is not that of the tables")
    if manifest.supersedes is None and manifest.judged_at != manifest.created:
        faults.append(f"judged at {manifest.judged_at:%Y-%m-%d %H:%M}, not at the instant of the release")
    return faults
