"""`kabarchy`: one verb for each thing that people do.

Exit codes: 0 done; 1 ran and found problems; 2 misused. What was asked for goes to stdout, the log to stderr. An error
that has a name is one line on stderr; anything else is a fault of ours and keeps its traceback.
"""

from typing import Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperGroup

from exports.errors import ExportError
from flows import cli_look, cli_releases, cli_sources, cli_sql, cli_stages, cli_takedown
from flows.cli_options import (
    DONE,
    MISUSED,
    PROBLEMS,
    AsOfOption,
    BackfillOption,
    HomeOption,
    JsonOption,
    MaxSecondsOption,
    MisusedError,
    SourceNames,
    SourcesOption,
    as_days,
    as_utc,
    open_place,
    print_json,
    print_rows,
)
from flows.cli_run import InterruptedRunError, RunOrder, run_as_flow, serve_place
from flows.journal import RunUnderWayError
from flows.reports import RunReport, Verdict, source_rows
from flows.serve_mark import ServePlan
from flows.services import ServiceError
from flows.settings import SettingsError
from flows.stages import MAX_CRAWL_S, StageError
from scrapers.data_root import DataRootError
from scrapers.recovery import CrawlRunningError
from scrapers.registry_folder import RegistryError
from scrapers.staging import BatchDamagedError
from scrapers.takedowns import TakedownError
from scrapers.warc import ArchiveDamagedError
from warehouse.errors import WarehouseError

_MISUSES = (MisusedError, SettingsError, DataRootError, RegistryError)
_BUSY = (CrawlRunningError, RunUnderWayError)
_TROUBLES = (
    ArchiveDamagedError,
    BatchDamagedError,
    ExportError,
    InterruptedRunError,
    OSError,
    ServiceError,
    StageError,
    TakedownError,
    WarehouseError,
)
_NAMED = (*_MISUSES, *_BUSY, *_TROUBLES)


class _Edge(TyperGroup):
    """Turns errors that have a name into a line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Invoke the verb; `ctx` is Click's context, a class that Typer keeps to itself."""
        try:
            return super().invoke(ctx)
        except _NAMED as error:
            typer.echo(f"kabarchy: {error}", err=True)
            raise typer.Exit(MISUSED if isinstance(error, _MISUSES) else PROBLEMS) from error


app = typer.Typer(
    cls=_Edge,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Crawl news sites and public Telegram channels, and publish them as open-data releases.",
)


@app.command()
def run(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    names: SourceNames = None,
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
    as_of: AsOfOption = None,
    max_seconds: MaxSecondsOption = MAX_CRAWL_S,
    backfill: BackfillOption = None,
) -> None:
    """Crawl, load and publish in one go, as the Prefect flow.

    A run that was killed is continued.
    """
    place = open_place(home, sources)
    days = as_days(backfill)
    place.choose_for(names, days)  # an unknown source is said before anything is started
    order = RunOrder(sources=tuple(names or ()), as_of=as_utc(as_of), max_seconds=max_seconds, days=days)
    report = run_as_flow(place.settings, place.root, order)
    print_json(report.model_dump(mode="json")) if as_json else _print_report(report)
    raise typer.Exit(DONE if report.verdict is Verdict.COMPLETED else PROBLEMS)


app.command()(cli_stages.crawl)
app.command()(cli_stages.extract)
app.command()(cli_stages.load)
app.command()(cli_stages.publish)
app.command()(cli_stages.rebuild)


@app.command()
def demo() -> None:
    """Run the whole pipeline over the embedded sample world.

    Two days of it; then say what changed and where to look.
    """
    from samples.demo import run_demo

    raise typer.Exit(run_demo(Console()))


app.add_typer(cli_sources.sources_app, name="sources")
app.add_typer(cli_releases.releases_app, name="releases")
app.add_typer(cli_takedown.takedown_app, name="takedown")
app.command()(cli_sql.sql)
app.command()(cli_look.status)


@app.command()
def serve(
    home: HomeOption = None,
    sources: SourcesOption = None,
    port: Annotated[int, typer.Option("--port", help="Port of Prefect's server and UI.")] = 4200,
    catalogue_port: Annotated[int, typer.Option("--catalogue-port", help="Port of the catalogue.")] = 8642,
    no_schedules: Annotated[bool, typer.Option("--no-schedules", help="Run nothing by itself.")] = False,
) -> None:
    """Bring up server, UI, worker, schedules and catalogue.

    Prefect's, with their state in the data root; reached from this machine only.
    """
    place = open_place(home, sources)
    plan = ServePlan(port=port, catalogue_port=catalogue_port, with_schedules=not no_schedules)
    serve_place(place.settings, place.root, plan, typer.echo)


def main() -> None:
    """Run the command line."""
    app()


def _print_report(report: RunReport) -> None:
    print_rows(source_rows(report.sources), title=f"run {report.run_id}: {report.verdict}")
    typer.echo(report.message)
    if report.catalogue:
        typer.echo(f"catalogue: {report.catalogue}")
