"""Child processes: one stage each, so that a crash, a leak or a hang costs that stage and never the run.

`run_child` starts a program in a process group of its own, relays its log lines, and brings the group to an end when
its time is up or when we are cancelled: SIGTERM, a grace period, SIGKILL. However it ends, the result says how. When we
are killed ourselves, the kernel kills the child (`flows.launch`), which is what lets the next run continue this one.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Log = logging.Logger | logging.LoggerAdapter[logging.Logger]

_Result = TypeVar("_Result")

_LAUNCHER = Path(__file__).with_name("launch.py")
_MAX_LINE_BYTES = 2**20
"""A log line with a long traceback is some 10 kB; what is longer is cut rather than allowed to fill our memory."""
_LOOK_EVERY_S = 0.05
_KILL_WAIT_S = 5.0
"""After SIGKILL only the kernel is still busy with the process."""
_DRAIN_WAIT_S = 2.0
"""How long a grandchild may hold the pipes open once the child has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What a child may use before it is ended."""

    time_s: float
    grace_s: float = 10.0
    """Between SIGTERM and SIGKILL. A crawl ends itself within 10 s, and a cancelled run has to end within 15 s."""
    memory_mb: int = 0
    """Address space, not resident memory: the hard wall behind the child's own softer limit; 0 for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildResult:
    """How a child ended."""

    exit_code: int
    """Negative: the number of the signal that ended it."""
    is_out_of_time: bool
    stdout: str
    last_words: str
    """Last line on stderr that was an error or no log line, empty when there was none."""
    duration_s: float

    @property
    def violent_end(self) -> str | None:
        """Why the child did not end by itself; None when it did."""
        if self.is_out_of_time:
            return f"stopped at its time limit after {self.duration_s:.0f} s"
        if self.exit_code < 0:
            return f"killed by {signal.Signals(-self.exit_code).name}"
        return None


def own_python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs one of our modules with this interpreter."""
    return [sys.executable, "-m", module, *arguments]


def guarded(command: Sequence[str], *, death_signal: signal.Signals, memory_mb: int = 0) -> list[str]:
    """Return the command that runs another one so that it gets `death_signal` when this process ends."""
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER)]
    return [*launcher, str(os.getpid()), str(int(death_signal)), str(memory_mb), *command]


async def run_child(command: Sequence[str], limits: ChildLimits, log: Log) -> ChildResult:
    """Run a program to its end and return how it ended; its group is gone when this returns or raises."""
    started = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *guarded(command, death_signal=signal.SIGKILL, memory_mb=limits.memory_mb),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    output = asyncio.create_task(_collect(process.stdout))
    words = asyncio.create_task(_relay(process.stderr, log))
    try:
        is_out_of_time = not await _ends_within(process, limits.time_s)
    finally:  # also when cancelled: the child ends before we do
        await asyncio.shield(stop_group(process, limits.grace_s))
    await asyncio.wait((output, words), timeout=_DRAIN_WAIT_S)
    return ChildResult(
        exit_code=process.returncode if process.returncode is not None else -signal.SIGKILL,
        is_out_of_time=is_out_of_time,
        stdout=_result_or(output, ""),
        last_words=_result_or(words, ""),
        duration_s=time.monotonic() - started,
    )


async def stop_group(process: asyncio.subprocess.Process, grace_s: float) -> None:
    """End a process that leads its group: SIGTERM if it still runs, SIGKILL to whatever is left after the grace."""
    if process.returncode is None:
        _signal_group(process.pid, signal.SIGTERM)
        await _ends_within(process, grace_s)
    _signal_group(process.pid, signal.SIGKILL)
    await _ends_within(process, _KILL_WAIT_S)


async def gather_in_turn(n_at_once: int, jobs: Iterable[Callable[[], Awaitable[_Result]]]) -> tuple[_Result, ...]:
    """Do jobs side by side, at most `n_at_once` at a time; return their results in the order of the jobs."""
    slots = asyncio.Semaphore(n_at_once)

    async def do_in_turn(job: Callable[[], Awaitable[_Result]]) -> _Result:
        async with slots:
            return await job()

    return tuple(await asyncio.gather(*(do_in_turn(job) for job in jobs)))


async def _ends_within(process: asyncio.subprocess.Process, seconds: float) -> bool:
    """Wait for the process alone; asyncio's own wait also waits for every grandchild that holds its pipes."""
    deadline = time.monotonic() + seconds
    while process.returncode is None and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_EVERY_S)
    return process.returncode is not None


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _result_or(task: "asyncio.Task[str]", default: str) -> str:
    if task.done():
        return task.result()
    task.cancel()
    return default


async def _collect(stream: asyncio.StreamReader | None) -> str:
    return (await stream.read()).decode("utf-8", "replace") if stream else ""


async def _relay(stream: asyncio.StreamReader | None, log: Log) -> str:
    """Pass the child's log on and return its last words."""
    last: deque[str] = deque(maxlen=1)
    async for line in _lines(stream):
        level, name, text = _read_log_line(line)
        log.log(level, "%s", f"{name}: {text}" if name else text)
        if level >= logging.ERROR:
            last.append(text)
    return last[0].splitlines()[-1] if last else ""


async def _lines(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    rest = b""
    while stream and (chunk := await stream.read(2**16)):
        *lines, rest = (rest + chunk).split(b"\n")
        rest = rest[:_MAX_LINE_BYTES]
        for line in lines:
            if line.strip():
                yield line.decode("utf-8", "replace").rstrip()
    if rest.strip():
        yield rest.decode("utf-8", "replace").rstrip()


def _read_log_line(line: str) -> tuple[int, str | None, str]:
    """Return level, logger and words of a line of a child's log.

    Reads `{"t","level","logger","message",["exception"]}` or `LEVEL text`; anything else is a complaint.

    `error: ` before a complaint says to a person what the level of the log says here.
    """
    levels = logging.getLevelNamesMapping()
    try:
        record = json.loads(line)
        name, text = str(record["logger"]), str(record["message"])
        level = levels.get(str(record["level"]).upper(), logging.INFO)
    except (ValueError, KeyError, TypeError):
        word, _, rest = line.partition(" ")
        return (levels[word], None, rest) if word in levels else (logging.ERROR, None, line.removeprefix("error: "))
    return level, name, f"{text}\n{record['exception']}" if record.get("exception") else text
