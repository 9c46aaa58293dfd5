"""The stages as plain verbs, without Prefect: each does its step of a run on what is there."""

import asyncio
from functools import partial

import typer

from exports.profiles import Profile
from flows import stages
from flows.cli_options import (
    DONE,
    PROBLEMS,
    AsOfOption,
    BackfillOption,
    HomeOption,
    JsonOption,
    MaxSecondsOption,
    Place,
    ProfileOption,
    SourceNames,
    SourcesOption,
    as_days,
    as_utc,
    log_to_stderr,
    open_place,
    print_json,
    print_record,
    print_rows,
)
from flows.journal import hold_run
from flows.processes import Log, gather_in_turn
from flows.reports import SourceReport, source_rows
from flows.showing import cut_and_show
from scrapers.clock import Clock
from scrapers.visits import rebuild_visits

_NO_WAIT_S = 0.0
"""A person is told at once that another loader is at work."""


def crawl(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    names: SourceNames = None,
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
    as_of: AsOfOption = None,
    max_seconds: MaxSecondsOption = stages.MAX_CRAWL_S,
    backfill: BackfillOption = None,
) -> None:
    """Only crawl: fill the archive."""
    place, log, instant = open_place(home, sources), log_to_stderr(), as_utc(as_of)
    days = as_days(backfill)
    chosen = place.choose_for(names, days)
    with hold_run(place.root.runs, tuple(names or ()), as_of=instant, days=days, now=Clock().now()) as mark:
        order = stages.CrawlOrder(run_id=mark.run_id, as_of=instant, max_seconds=max_seconds, days=days)
        jobs = (partial(stages.crawl_source, place.settings, source, order, log) for source in chosen)
        reports: tuple[SourceReport, ...] = asyncio.run(gather_in_turn(stages.CRAWLS_AT_ONCE, jobs))
    rows = source_rows(reports)
    print_json(rows) if as_json else print_rows(rows)
    raise typer.Exit(PROBLEMS if any(report.problem for report in reports) else DONE)


def extract(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Read what was crawled: make a batch of each crawl that has none."""
    place = open_place(home, sources)
    problems = asyncio.run(stages.extract_pending(place.settings, log_to_stderr()))
    _finish({"problems": problems}, problems, as_json)


def load(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Load what was read, and make the generation that analysts ask."""
    place = open_place(home, sources)
    _finish(*asyncio.run(_load(place, log_to_stderr())), as_json)


def publish(
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
    as_of: AsOfOption = None,
    profile: ProfileOption = Profile.PUBLIC,
) -> None:
    """Cut a release of what changed, and build the catalogue.

    With --profile internal: a release with the full text of everything, for your own analysts and not for
    redistribution, in <home>/releases-internal, with its catalogue in <home>/site-internal; it is never sent anywhere.
    """
    place, log, now = open_place(home, sources), log_to_stderr(), Clock(as_utc(as_of)).now()

    shown = asyncio.run(
        cut_and_show(
            partial(stages.cut_release, place.settings, now, log, profile=profile),
            partial(stages.build_site, place.settings, now, log, profile=profile),
        )
    )
    result: dict[str, object] = {"release": shown.release, "catalogue": str(shown.page) if shown.page else None}
    _finish(result, shown.failures, as_json)


def rebuild(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Make everything that is derived from the archive again.

    Visits, missing batches, warehouse, generation.
    """
    place, log = open_place(home, sources), log_to_stderr()
    for source in place.registry.values():
        rebuild_visits(place.root.archive, place.root.visits, source)
    _finish(*asyncio.run(_rebuild(place, log)), as_json)


async def _load(place: Place, log: Log) -> tuple[dict[str, object], tuple[str, ...]]:
    counts, problems = await stages.load_staged(place.settings, log, wait_s=_NO_WAIT_S)
    generation = await stages.publish_generation(place.settings, log, wait_s=_NO_WAIT_S)
    return {**counts.model_dump(), "generation": generation}, problems


async def _rebuild(place: Place, log: Log) -> tuple[dict[str, object], tuple[str, ...]]:
    not_extracted = await stages.extract_pending(place.settings, log)
    counts, not_loaded = await stages.rebuild_warehouse(place.settings, log)
    generation = await stages.publish_generation(place.settings, log, wait_s=_NO_WAIT_S)
    return {**counts.model_dump(), "generation": generation}, (*not_extracted, *not_loaded)


def _finish(result: dict[str, object], problems: tuple[str, ...], as_json: bool) -> None:
    print_json(result) if as_json else print_record(result)
    for problem in problems:
        typer.echo(f"kabarchy: {problem}", err=True)
    raise typer.Exit(PROBLEMS if problems else DONE)
