"""What the verbs of the command line share: their options, where they work, how they print."""

import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.markup import escape
from rich.table import Table

from exports.profiles import Profile
from flows.settings import Settings, read_settings
from scrapers.check_reports import sources_to_crawl
from scrapers.counts import counted
from scrapers.data_root import DataRoot, open_data_root
from scrapers.days import DayRange
from scrapers.registry import Source
from scrapers.registry_folder import load_registry

DONE, PROBLEMS, MISUSED = 0, 1, 2
"""Exit codes: done; ran and found problems; not used as meant."""

_PIPE_WIDTH = 200

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", metavar="DIR", help="Data root. [KABARCHY_HOME, else ./data]", show_default=False),
]
SourcesOption = Annotated[
    Path | None,
    typer.Option(
        "--sources",
        metavar="DIR",
        help="Registry folder. [KABARCHY_SOURCES, else <home>/sources, else the shipped one]",
        show_default=False,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
SourceNames = Annotated[
    list[str] | None,
    typer.Argument(metavar="SOURCE", help="Source ids; none: every enabled source.", show_default=False),
]
AsOfOption = Annotated[
    datetime | None, typer.Option("--as-of", hidden=True, help="Replays: the instant that it is said to be (UTC).")
]


MaxSecondsOption = Annotated[float, typer.Option("--max-seconds", help="Time limit of each crawl.")]


BackfillOption = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--backfill",
        metavar="FROM TO",
        help="Fetch what was published on these days (both included) in place of what is new; again to go on, until "
        "nothing is discovered.",
        show_default=False,
    ),
]


ProfileOption = Annotated[
    Profile, typer.Option("--profile", help="Which releases of the data root: for everybody, or internal ones.")
]


class MisusedError(Exception):
    """The command line asks for something that cannot be meant; the message names thing and value."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a verb works."""

    settings: Settings
    root: DataRoot

    @property
    def registry(self) -> dict[str, Source]:
        """Every source. Raises RegistryError."""
        return load_registry(self.settings.sources)

    def choose(self, names: Sequence[str] | None) -> list[Source]:
        """The named sources; else every enabled one, and the candidates that passed a check.

        Raises RegistryError, and MisusedError when that is none, or nobody is told who crawls.
        """
        registry = self.registry
        chosen = sources_to_crawl(self.root.checks, registry, tuple(names or ()))
        if not chosen:
            known = f"the registry has {counted(len(registry), 'source')}"
            raise MisusedError(
                f"{self.settings.sources}: nothing to crawl: none is enabled or has passed a check; {known}"
            )
        self.require_contact(real_sources(chosen))
        return chosen

    def choose_for(self, names: Sequence[str] | None, days: DayRange | None) -> list[Source]:
        """Those of `choose`. Raises MisusedError also for a named source that a backfill of these days cannot reach."""
        chosen = self.choose(names)
        near = [source.id for source in chosen if names and days and not source.reaches_back]
        if near:
            raise MisusedError(f"--backfill: {', '.join(near)}: only feeds, which do not reach back")
        return chosen

    def require_contact(self, real: Sequence[str]) -> None:
        """Raise MisusedError when sites that are not on this machine are to be asked and nobody is told who asks."""
        if real and not self.settings.contact_url:
            others = f" and {counted(len(real) - 1, 'other')}" if real[1:] else ""
            raise MisusedError(f"KABARCHY_CONTACT_URL is required to crawl {real[0]}{others}: a page about who crawls")


def real_sources(sources: Iterable[Source]) -> list[str]:
    """Return the ids of those sources of which somebody else's machine would be asked."""
    return [it.id for it in sources if not it.is_loopback and (it.entries or it.spare_entries)]


def read_place(home: Path | None, sources: Path | None = None) -> Settings:
    """Read the settings, options before environment. Raises SettingsError."""
    given = {"KABARCHY_HOME": home, "KABARCHY_SOURCES": sources}
    return read_settings({**os.environ, **{name: str(path) for name, path in given.items() if path}})


def open_place(home: Path | None, sources: Path | None = None) -> Place:
    """Open the data root, making it when it does not exist. Raises SettingsError and DataRootError."""
    settings = read_place(home, sources)
    return Place(settings, open_data_root(settings.home))


def as_utc(instant: datetime | None) -> datetime | None:
    """Read an instant of the command line: UTC unless it says otherwise."""
    if instant is None:
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def as_days(backfill: tuple[str, str] | None) -> DayRange | None:
    """Read two days of the command line. Raises MisusedError."""
    if backfill is None:
        return None
    try:
        return DayRange.parse("/".join(backfill))
    except ValueError as error:
        raise MisusedError(f"--backfill {' '.join(backfill)}: {error}") from error


def log_to_stderr() -> logging.Logger:
    """Send the log to stderr, a line an event; return the logger of the command line."""
    handler = RichHandler(console=Console(stderr=True), show_path=False, log_time_format="%H:%M:%S")
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler])
    return logging.getLogger("kabarchy")


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout; instants and paths as text."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n")


def print_rows(rows: Sequence[Mapping[str, object]], *, title: str | None = None) -> None:
    """Print rows that share their keys as a table on stdout, for people: see `_text`; "none" where there are none."""
    if not rows:
        typer.echo("none")
        return
    table = Table(title=title, title_justify="left")
    for name in rows[0]:
        table.add_column(escape(name), overflow="fold")  # an id that is cut off is of no use
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    # What reads a pipe needs whole values more than it needs 80 columns.
    Console(width=None if sys.stdout.isatty() else _PIPE_WIDTH).print(table)


def print_record(record: Mapping[str, object]) -> None:
    """Print one thing that is known by several facts on stdout, a line each."""
    width = max(map(len, record), default=0)
    for name, value in record.items():
        typer.echo(f"{name:<{width}}  {_text(value)}")


def _cell(value: object) -> str:
    return escape(_text(value))


def _text(value: object) -> str:
    """Show an instant in UTC to the second, yes and no, the members of a list, and a dash for None and for no member.

    JSON and CSV keep values as they are.
    """
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case list() | tuple():
            return ", ".join(map(str, value)) or "–"
        case _:
            return str(value)
