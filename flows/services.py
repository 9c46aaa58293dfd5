"""Programs that run beside us for as long as we do: Prefect's server and worker. They end with us, whatever happens."""

import asyncio
import contextlib
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from flows.processes import guarded, own_python, stop_group

_START_WAIT_S = 90.0
"""The first start in a data root migrates an empty database: 9 s on a quiet machine, far more on a busy one."""
_ASK_EVERY_S = 0.2
_STOP_WAIT_S = 15.0
"""A worker waits for its flow runs to end; those end their crawls within 10 s."""
_QUIET_SERVER = {
    "PREFECT_SERVER_UI_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
}
"""A server for one run from the command line has nobody to schedule for and no one looking."""


class ServiceError(Exception):
    """A service did not start or ended by itself; the message names it, the reason and its log file."""


@contextlib.asynccontextmanager
async def run_service(
    name: str, command: Sequence[str], environment: Mapping[str, str], log_file: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program for the length of a with block, its output appended to a log file."""
    log_file.parent.mkdir(parents=True, exist_ok=True)
    with log_file.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *guarded(command, death_signal=signal.SIGTERM),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        await asyncio.shield(stop_group(process, _STOP_WAIT_S))


@contextlib.asynccontextmanager
async def run_prefect_server(
    environment: Mapping[str, str], logs: Path, *, is_quiet: bool
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run Prefect's server for the length of a with block; it answers when the block begins. Raises ServiceError.

    `environment` is that of `prefect_environment`; a quiet server has no UI and starts nothing by itself.
    """
    log_file = logs / "prefect-server.log"
    extra = _QUIET_SERVER if is_quiet else {}
    command = own_python("prefect", "server", "start")
    async with run_service("prefect server", command, {**environment, **extra}, log_file) as process:
        await _answers(process, f"{environment['PREFECT_API_URL']}/health", log_file)
        yield process


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free(port: int, purpose: str) -> None:
    """Raise ServiceError naming the port when somebody listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServiceError(f"port {port} for {purpose}: {error.strerror}") from error


async def _answers(process: asyncio.subprocess.Process, url: str, log_file: Path) -> None:
    for _ in range(int(_START_WAIT_S / _ASK_EVERY_S)):
        if process.returncode is not None:
            raise ServiceError(f"prefect server: ended at once with code {process.returncode}, see {log_file}")
        if await asyncio.to_thread(_is_up, url):
            return
        await asyncio.sleep(_ASK_EVERY_S)
    raise ServiceError(f"prefect server: no answer at {url} within {_START_WAIT_S:.0f} s, see {log_file}")


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 - our own server on this machine
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
