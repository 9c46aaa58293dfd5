"""The verb that looks at a data root: `status`. It reads files and needs neither Prefect nor a network.

For people what needs them comes first: the sources that do not fare well, then why; `--json` has all of it. The table
fits a terminal of 80 columns.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

import typer

from flows.cli_options import HomeOption, JsonOption, SourcesOption, open_place, print_json, print_rows
from flows.source_rows import new_in_a_week
from flows.status import SourceStatus, Status, read_status
from scrapers.clock import Clock
from scrapers.counts import counted

_HEALTHY, _NEVER, _NEVER_CRAWLED, _UNKNOWN = "healthy", "never", "never crawled", "not known"


def status(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Say how the sources fare, and how the data root stands.

    The latest run, generation and release, and what is under way.
    """
    place = open_place(home, sources)
    found = read_status(place.root, place.registry, Clock().now())
    if as_json:
        print_json(asdict(found))
    else:
        print_status(found)


def print_status(found: Status) -> None:
    """Print how a data root stands, for people."""
    facts = {
        "data root": found.home,
        "under way": found.run_under_way or "nothing",
        "latest run": found.latest_run or "none",
        "waiting": f"{counted(found.n_pending_crawls, 'crawl')} to extract" if found.n_pending_crawls else "nothing",
        "generation": found.generation or "none",
        "latest release": found.latest_release or "none",
        **({"takedown": found.unfinished_takedown} if found.unfinished_takedown else {}),
        **({"backfill": "\n                ".join(found.unfinished_backfills)} if found.unfinished_backfills else {}),
        "served at": ", ".join(found.served_at) or "not served",
        "sources": _summary(found.sources),
    }
    for name, value in facts.items():
        typer.echo(f"{name:<15} {value}")
    ordered = sorted(found.sources, key=_urgency)
    print_rows([_row(source) for source in ordered])
    for source in ordered:
        if source.reason:
            typer.echo(f"{source.source}: {_fate(source)} since {_minute(source.since)}: {source.reason}")


def _summary(sources: Sequence[SourceStatus]) -> str:
    n_by_fate = Counter(_fate(source) for source in sorted(sources, key=_urgency))
    return ", ".join(f"{n} {fate}" for fate, n in n_by_fate.items()) or "none"


def _fate(source: SourceStatus) -> str:
    """How a source fares, or that nobody is to crawl it."""
    if source.status == "disabled":
        return source.status
    if source.last_crawl_at is None and source.health in (None, _NEVER):
        return _NEVER_CRAWLED
    return (source.health or _UNKNOWN).replace("_", " ")


def _urgency(source: SourceStatus) -> tuple[int, str]:
    place = {_HEALTHY: 1, _NEVER_CRAWLED: 2, _UNKNOWN: 3, "disabled": 4}
    return place.get(_fate(source), 0), source.source


def _row(source: SourceStatus) -> dict[str, object]:
    return {
        "source": source.source,
        "health": _fate(source),
        "last success": _minute(source.last_success_at),
        "in 7 days": new_in_a_week(source),
        "articles": source.articles,
    }


def _minute(instant: datetime | None) -> str:
    return "never" if instant is None else f"{instant.astimezone(UTC):%Y-%m-%d %H:%M}"
