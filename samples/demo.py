"""The demo: two days of the sample news world through the whole pipeline, as the Prefect flow that production runs.

Everything lies in a data root of its own, which each demo makes anew. The world's clock is fixed, so every demo gives
the same articles.
"""

import asyncio
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from exports.diff import ReleaseDiff, diff_releases
from flows.cli_options import MisusedError
from flows.cli_run import RunOrder, prefect_for, run_flow
from flows.reports import RunReport, Verdict
from flows.serve_mark import find_serving
from flows.settings import Settings
from samples.world import DAY_INSTANTS, NewsWorld, PortTakenError
from scrapers.counts import counted
from scrapers.data_root import DataRoot, open_data_root
from warehouse.analyst_copy import connect_analyst

DEMO_HOME = Path("demo-data")
DAYS = (1, 2)
FIRST_PORT = 8760
"""Fixed, so that every demo gives the same addresses and ids; any free ports where these are taken."""
_N_NAMED = 3
"""Articles named of each kind of change: enough to see what it means."""
_LOOK_EVERY_S = 0.2


class DemoError(MisusedError):
    """The demo cannot start; the message names the folder and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What the demo writes to, and where it works."""

    console: Console
    settings: Settings
    root: DataRoot
    world: NewsWorld


def run_demo(console: Console, home: Path = DEMO_HOME) -> int:
    """Run the demo and say what happened and where to look; return the exit code. Raises DemoError."""
    root = _fresh_root(home.resolve())
    settings = Settings(home=root.path, sources=root.sources)
    # The run's log stays readable in the UI; on the terminal it would bury the progress display.
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    with _open_world(console) as world:
        root.sources.mkdir()
        world.write_registry(root.sources)
        reports = asyncio.run(_run_days(_Shown(console=console, settings=settings, root=root, world=world)))
    _say_what_changed(console, root, reports)
    _say_where_to_look(console, root, home)
    return 0 if all(report.verdict is Verdict.COMPLETED for report in reports) else 1


def _fresh_root(home: Path) -> DataRoot:
    """Make the demo's data root anew; a folder that is no data root is left alone."""
    if home.exists() and any(home.iterdir()) and not (home / "kabarchy.json").is_file():
        raise DemoError(f"{home}: not a data root of the demo, and not empty; nothing was touched")
    if serving := find_serving(home / "prefect"):
        raise DemoError(f"{home}: is being served by process {serving.pid}; stop that first")
    shutil.rmtree(home, ignore_errors=True)
    return open_data_root(home)


@contextmanager
def _open_world(console: Console) -> Iterator[NewsWorld]:
    """Start the sample world on its usual ports, or on free ones."""
    with ExitStack() as stack:
        try:
            world = stack.enter_context(NewsWorld(first_port=FIRST_PORT))
        except PortTakenError as error:
            console.print(f"[yellow]{escape(str(error))}: taking free ports[/]")
            world = stack.enter_context(NewsWorld())
        yield world


async def _run_days(shown: _Shown) -> list[RunReport]:
    console, world = shown.console, shown.world
    console.print(
        f"[bold]Kabarchy demo[/]: {len(world.base_urls)} invented outlets on this machine, two days, one flow"
    )
    reports = []
    waiting = console.status("starting Prefect; its state lies in the data root…")
    waiting.start()
    async with prefect_for(shown.settings, shown.root):
        waiting.stop()
        for day in DAYS:
            world.day = day
            reports.append(await _run_day(shown, day))
            console.print(_day_table(reports[-1], day))
            console.print(f"  {escape(reports[-1].message)}\n")
    return reports


async def _run_day(shown: _Shown, day: int) -> RunReport:
    """Run the flow for one day while a line tells how far it is."""
    n_before = len(shown.world.requests)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=shown.console, transient=True) as progress:
        line = progress.add_task(f"day {day}: starting")
        running = asyncio.create_task(run_flow(RunOrder(as_of=DAY_INSTANTS[day])))
        while not running.done():
            n_answered = len(shown.world.requests) - n_before
            progress.update(
                line, description=f"day {day}: {counted(n_answered, 'request')} answered, {_stage(shown.root)}"
            )
            await asyncio.wait((running,), timeout=_LOOK_EVERY_S)
        return await running


def _stage(root: DataRoot) -> str:
    """Say which stage is at work, from what lies in the data root."""
    n_crawls = len(list(root.archive.rglob("*.warc.gz")))
    n_batches = len(list(root.staging.glob("[!.]*.x*")))
    if any(root.archive.rglob("*.open")) or n_crawls == 0:
        return "crawling"
    if n_batches < n_crawls:
        return f"extracting crawl {n_batches + 1} of {n_crawls}"
    return "releasing" if any(root.releases.glob(".tmp-*")) else "loading and publishing"


def _day_table(report: RunReport, day: int) -> Table:
    title = f"Day {day}, {DAY_INSTANTS[day]:%Y-%m-%d %H:%M} UTC"
    table = Table(title=title, title_justify="left", collapse_padding=True)  # within 80 columns
    table.add_column("source", no_wrap=True)
    names = ("discovered", "fetched", "skipped", "failed", "articles", "rejected")
    for name in names:
        table.add_column(name, justify="right")
    for source in report.sources:
        table.add_row(source.source_id, *(str(getattr(source, f"n_{name}")) for name in names))
    totals = (str(sum(getattr(source, f"n_{name}") or 0 for source in report.sources)) for name in names)
    table.add_section()
    table.add_row("all", *totals, style="bold")
    return table


def _say_what_changed(console: Console, root: DataRoot, reports: list[RunReport]) -> None:
    ids = [report.release for report in reports if report.release]
    console.print(f"[bold]Releases[/]: {', '.join(ids) or 'none'}")
    for old, new in itertools.pairwise(ids):
        diff = diff_releases(root.releases / old, root.releases / new)
        console.print(f"From {old} to {new} ({counted(diff.n_unchanged, 'article')} unchanged):")
        for sign, words, changed in _changes(diff):
            console.print(f"  [bold]{sign} {len(changed)} {words}[/]")
            for title in _titles(root, changed[:_N_NAMED]):
                console.print(f"      {escape(title)}", soft_wrap=True)


def _changes(diff: ReleaseDiff) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return (("+", "new", diff.added), ("~", "changed", diff.modified), ("-", "withdrawn", diff.deleted))


def _titles(root: DataRoot, article_ids: tuple[str, ...]) -> list[str]:
    query = "select source_id, coalesce(title, left(text, 80)) from article where article_id = ?"
    with connect_analyst(root.analyst) as connection:
        found = [row for id_ in article_ids for row in connection.execute(query, [id_]).fetchall()]
    return [f"{source_id}: {' '.join(title.split())}" for source_id, title in found]


def _say_where_to_look(console: Console, root: DataRoot, home: Path) -> None:
    newest = max((path for path in root.releases.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)
    lines = (
        ("the catalogue page", str(root.site / "index.html")),
        ("the release", str(newest)),
        (
            "ask the history",
            f'.venv/bin/kabarchy sql --home {home} "from coverage select source_id, n_articles, last_success_at"',
        ),
        ("prove the release", f".venv/bin/kabarchy releases verify --home {home} {newest.name}"),
        ("how it stands", f".venv/bin/kabarchy status --home {home}"),
        ("Prefect's UI, these runs in it", f".venv/bin/kabarchy serve --home {home} --no-schedules"),
    )
    console.print("\n[bold]Where to look[/]")
    for what, where in lines:
        console.print(f"  {what}:")
        console.print(f"    [cyan]{escape(where)}[/]", soft_wrap=True)
