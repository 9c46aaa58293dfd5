"""Serve: Prefect's server and worker, our deployments and automations, and the catalogue, brought up by one command.

Everything listens on 127.0.0.1 only and ends with this process. prefect/serve.json says where the server answers while
prefect/serve.lock is held, so that `kabarchy run` in another terminal shows its runs in the same UI.
"""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from flows.catalogue_server import serve_catalogue
from flows.deploy import POOL, cancel_runs_under_way, set_up
from flows.locks import HeldError, hold
from flows.processes import own_python
from flows.serve_mark import ServeMark, ServePlan, lock_file, write_mark
from flows.services import ServiceError, require_free, run_prefect_server, run_service
from flows.settings import Settings, own_environment, prefect_environment
from scrapers.clock import Clock
from scrapers.data_root import DataRoot

logger = logging.getLogger(__name__)

_CANCEL_WAIT_S = 15.0
"""A cancelled run has ended its crawls by then."""


async def serve(settings: Settings, root: DataRoot, plan: ServePlan, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, then end everything. `announce` gets a line for each thing a person wants to know.

    Prefect's settings must be in the environment already. Raises ServiceError when a port is taken, another process
    serves this data root, or a service ends by itself.
    """
    require_free(plan.port, "Prefect's server")
    require_free(plan.catalogue_port, "the catalogue")
    stop = _stop_event()
    try:
        with hold(lock_file(root.prefect)), serve_catalogue(root.site, root.releases, port=plan.catalogue_port) as page:
            announce(f"Catalogue   {page}")
            await _serve_prefect(replace(settings, catalogue_url=page), root, plan, stop, announce)
    except HeldError as error:
        raise ServiceError(f"{root.path}: served already by process {error}") from error


async def _serve_prefect(
    settings: Settings, root: DataRoot, plan: ServePlan, stop: asyncio.Event, announce: Callable[[str], None]
) -> None:
    environment = {**prefect_environment(settings, port=plan.port), **own_environment(settings)}
    async with run_prefect_server(environment, root.logs, is_quiet=False) as server:
        announce(f"Prefect     http://127.0.0.1:{plan.port}/")
        await set_up(with_schedules=plan.with_schedules, now=Clock().now(), log=logger)
        command = own_python("prefect", "worker", "start", "--pool", POOL, "--type", "process", "--name", "kabarchy")
        log_file = root.logs / "prefect-worker.log"
        async with run_service("prefect worker", command, environment, log_file) as worker:
            write_mark(root.prefect, ServeMark(pid=os.getpid(), port=plan.port, catalogue_url=settings.catalogue_url))
            try:
                announce("Ready; Ctrl-C ends all of it.")
                await _until(stop, {"prefect server": server, "prefect worker": worker}, root.logs)
            finally:
                (root.prefect / "serve.json").unlink(missing_ok=True)
            announce("Ending the runs under way.")
            await cancel_runs_under_way(wait_s=_CANCEL_WAIT_S)


async def _until(stop: asyncio.Event, services: dict[str, asyncio.subprocess.Process], logs: Path) -> None:
    """Wait until we are asked to stop. Raises ServiceError when a service ends first."""
    waits = {asyncio.create_task(process.wait()): name for name, process in services.items()}
    asked = asyncio.create_task(stop.wait())
    done, pending = await asyncio.wait({asked, *waits}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    if asked not in done:
        names = ", ".join(f"{waits[task]} (code {task.result()})" for task in done if task in waits)
        raise ServiceError(f"ended by itself: {names}; see {logs}")


def _stop_event() -> asyncio.Event:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
