"""The verbs that need Prefect: `run` and `serve`. Prefect is imported inside functions, after its settings are made.

A run from the command line is the same flow as a scheduled one. It uses the server of the `kabarchy serve` that serves
its data root, or else a quiet server of its own for its length; both keep their state under the data root, so the run
is seen in the UI either way.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from inspect import isawaitable
from types import FrameType
from typing import NoReturn

from exports.errors import ReleaseDamagedError
from exports.lasting_pages import require_site_profile
from exports.profiles import Profile
from exports.release import require_profile
from flows.journal import require_no_run
from flows.reports import RunReport
from flows.serve_mark import ServePlan, find_serving
from flows.services import free_port, run_prefect_server
from flows.settings import Settings, own_environment, prefect_environment
from flows.stages import MAX_CRAWL_S, StageError
from scrapers.data_root import DataRoot
from scrapers.days import DayRange
from scrapers.loading import loading

_SEND_WAIT_S = 15.0
"""A run has at most some hundred log lines left, which take a second; longer means that the server is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What a run is asked to do; the parameters of the flow."""

    sources: tuple[str, ...] = ()
    as_of: datetime | None = None
    max_seconds: float = MAX_CRAWL_S
    """Time limit of each crawl."""
    days: DayRange | None = None
    """The days of a backfill; None: a run for what is new."""


class InterruptedRunError(Exception):
    """The run was ended by Ctrl-C or a signal; its crawls have been ended and what they archived is kept."""


def run_as_flow(settings: Settings, root: DataRoot, order: RunOrder) -> RunReport:
    """Run crawl, ingest and release as the Prefect flow and return its report; once in a process.

    Changes the environment of this process, which Prefect and the stages read, and what SIGTERM does to it. Raises
    RunUnderWayError, ServiceError, InterruptedRunError, and what stopped the flow.
    """
    require_no_run(root.runs)
    signal.signal(signal.SIGTERM, _interrupt)
    server = _point_prefect(settings, root)
    with loading():
        from prefect.exceptions import TerminationSignal

    async def run_once() -> RunReport:
        async with server:
            return await run_flow(order)

    try:
        return asyncio.run(run_once())
    except (KeyboardInterrupt, TerminationSignal) as error:
        raise InterruptedRunError("run: interrupted; what was archived is kept") from error


@asynccontextmanager
async def prefect_for(settings: Settings, root: DataRoot) -> AsyncIterator[None]:
    """Make `run_flow` possible for the length of a with block; once in a process, before Prefect is imported.

    Changes the environment of this process. Raises ServiceError when a server of our own does not start.
    """
    async with _point_prefect(settings, root):
        yield


async def run_flow(order: RunOrder) -> RunReport:
    """Run the flow within `prefect_for` and return its report. Raises what stopped the flow."""
    with loading():
        from flows.run import run

    try:
        backfill = (order.days.first, order.days.last) if order.days else None
        sources, limit = list(order.sources), order.max_seconds
        state = await run(sources, order.as_of, max_seconds=limit, backfill=backfill, return_state=True)
    finally:
        await _send_what_is_left()
    outcome: object = await state.aresult(raise_on_failure=False)
    if isinstance(outcome, RunReport):
        return outcome
    raise outcome if isinstance(outcome, Exception) else StageError(f"run: {state.name}: {state.message}")


async def _send_what_is_left() -> None:
    """Hand Prefect's queued logs and events to its server: without them a run's last tasks seem never to have ended.

    Left to the end of the process, it finds no server any more and tries for a minute and a half.
    """
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogHandler

    with suppress(TimeoutError):
        async with asyncio.timeout(_SEND_WAIT_S):
            await APILogHandler.aflush()
            drained = EventsWorker.drain_all(at_exit=False)
            if isawaitable(drained):  # it is, within an event loop; the annotation cannot say so
                await drained


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def serve_place(settings: Settings, root: DataRoot, plan: ServePlan, announce: Callable[[str], None]) -> None:
    """Serve until a signal asks to stop. Raises ServiceError, and ProfileMixedError before anything is started."""
    _require_for_everybody(root, announce)
    os.environ.update({**prefect_environment(settings, port=plan.port), **own_environment(settings)})
    with loading():
        from flows.serve import serve

    asyncio.run(serve(settings, root, plan, announce))


def _require_for_everybody(root: DataRoot, announce: Callable[[str], None]) -> None:
    """Refuse to show internal releases; one that is damaged stops no crawl, it is only said."""
    require_site_profile(root.site, Profile.PUBLIC)
    try:
        require_profile(root.releases, Profile.PUBLIC)
    except ReleaseDamagedError as error:
        announce(f"Damaged     {error}")


def _point_prefect(settings: Settings, root: DataRoot) -> AbstractAsyncContextManager[object]:
    """Set Prefect's environment and return the server to run, which is nothing when there is one already."""
    serving = find_serving(root.prefect)
    environment = prefect_environment(settings, port=serving.port if serving else free_port())
    configured = os.environ.get("PREFECT_API_URL")
    if configured:  # the operator's own server
        environment["PREFECT_API_URL"] = configured
    shown = replace(settings, catalogue_url=serving.catalogue_url) if serving else settings
    os.environ.update({**environment, **own_environment(shown)})
    return nullcontext() if serving or configured else run_prefect_server(environment, root.logs, is_quiet=True)
