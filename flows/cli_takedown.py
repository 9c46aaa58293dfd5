"""The verbs of `kabarchy takedown`: take articles out of everything, and see what was."""

from dataclasses import asdict
from importlib.metadata import version
from typing import Annotated

import typer

from flows.cli_options import (
    HomeOption,
    JsonOption,
    MisusedError,
    Place,
    SourcesOption,
    open_place,
    print_json,
    print_record,
    print_rows,
)
from flows.settings import imprint_of
from flows.takedown import Request, carry_out, register_request
from scrapers.clock import Clock
from scrapers.takedowns import TakedownReason, read_register

takedown_app = typer.Typer(no_args_is_help=True, help="Articles that must not be held or published any more.")


@takedown_app.command("add")
def add(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Article ids.", show_default=False)] = None,
    reason: Annotated[TakedownReason, typer.Option("--reason", help="What the tombstone says.")] = (
        TakedownReason.TAKEDOWN
    ),
    url: Annotated[list[str] | None, typer.Option("--url", help="The article at this address; repeatable.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Everything of this source.")] = None,
    note: Annotated[str | None, typer.Option("--note", help="For you alone: who asked, and when.")] = None,
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Register articles, and take them out of everything.

    Out of archive, warehouse and every release; safe to interrupt and to repeat.
    Say which by ids, --url or --source. With --source and --reason source_optout the source is never crawled again.

    Publish afterwards: readers of a bucket see releases and pages as they were until then.
    """
    if not (ids or url or source):
        raise MisusedError("nothing to take down: give ids, --url or --source")
    if reason is TakedownReason.SOURCE_OPTOUT and not source:
        raise MisusedError("--reason source_optout is for a whole source: give --source")
    place = open_place(home, sources)
    request = Request(ids=tuple(ids or ()), urls=tuple(url or ()), source_id=source, reason=reason, note=note)
    register_request(place.root, place.registry, request, now=Clock().now())
    _carry_out(place, as_json)


@takedown_app.command("apply")
def apply(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Carry out again what is registered.

    After an interruption, or to be sure.
    """
    _carry_out(open_place(home, sources), as_json)


@takedown_app.command("list")
def show(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List what was taken down, notes included.

    Exit code 0 also when some of it still waits to be carried out.
    """
    register = read_register(open_place(home).root.takedowns)
    rows = [entry.model_dump(mode="json") for entry in (*register.takedowns, *register.opt_outs)]
    if as_json:
        print_json({"is_carried_out": register.is_carried_out, "entries": rows})
        return
    print_rows([entry.model_dump() for entry in register.takedowns])
    for opt_out in register.opt_outs:
        typer.echo(f"opted out: {opt_out.source_id}, {opt_out.taken_down_at:%Y-%m-%d}")
    if not register.is_carried_out:
        typer.echo("not all of it was carried out: run `kabarchy takedown apply`", err=True)


def _carry_out(place: Place, as_json: bool) -> None:
    imprint = imprint_of(place.settings)
    report = carry_out(place.root, place.registry, now=Clock().now(), code_version=version("kabarchy"), imprint=imprint)
    print_json(asdict(report)) if as_json else print_record(asdict(report))
