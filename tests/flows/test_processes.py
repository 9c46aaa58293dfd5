"""Child processes are ended, named and accounted for, whatever they do. Python's start takes most of the time here."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.processes import ChildLimits, ChildResult, gather_in_turn, guarded, run_child
from tests.flows.kabarchy import is_alive, wait_for

LOG = logging.getLogger("test.child")
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def run(code: str, *, time_s: float = 20.0, grace_s: float = 5.0, memory_mb: int = 0) -> ChildResult:
    limits = ChildLimits(time_s=time_s, grace_s=grace_s, memory_mb=memory_mb)
    return asyncio.run(run_child(python(code), limits, LOG))


def test_a_child_that_ends_by_itself_hands_over_its_output_and_exit_code() -> None:
    result = run("print('{}'); raise SystemExit(1)")

    assert (result.exit_code, result.stdout, result.violent_end) == (1, "{}\n", None)


def test_a_child_that_crashes_is_named_by_its_signal() -> None:
    result = run("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")

    assert result.violent_end == "killed by SIGSEGV"


def test_a_child_that_hangs_is_stopped_at_its_time_limit() -> None:
    result = run("import time; time.sleep(60)", time_s=0.3)

    assert result.is_out_of_time
    assert result.violent_end is not None
    assert result.violent_end.startswith("stopped at its time limit")
    assert result.duration_s < 5


def test_a_child_that_ignores_sigterm_is_killed_after_its_grace() -> None:
    result = run(STUBBORN, time_s=0.5, grace_s=0.5)

    assert result.exit_code == -signal.SIGKILL
    assert result.stdout == "up\n"


def test_a_child_in_its_grace_can_still_say_what_it_did() -> None:
    code = "import signal, sys, time; signal.signal(15, lambda *_: (print('kept 3'), sys.exit(1))); time.sleep(60)"

    result = run(code, time_s=0.5)

    assert (result.stdout, result.exit_code) == ("kept 3\n", 1)


def test_what_a_child_has_started_ends_with_it() -> None:
    result = run("import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid)")

    wait_for(lambda: not is_alive(int(result.stdout)), seconds=5, what="the grandchild's end")


def test_a_child_cannot_take_more_memory_than_its_limit() -> None:
    result = run("bytearray(2**30)", memory_mb=256)

    assert (result.exit_code, result.last_words) == (1, "MemoryError")


def test_log_lines_arrive_with_their_level_and_the_last_complaint_is_remembered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, logger=LOG.name)
    record = '{"t": "2026-11-20T12:00:00Z", "level": "WARNING", "logger": "scrapers.crawl", "message": "source=x slow"}'

    result = run(
        f"import sys; print('''{record}\\nINFO warehouse loaded\\nerror: no such source: y''', file=sys.stderr)"
    )

    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("WARNING", "scrapers.crawl: source=x slow"),
        ("INFO", "warehouse loaded"),
        ("ERROR", "no such source: y"),
    ]
    assert result.last_words == "no such source: y"


def test_last_words_are_the_complaint_without_the_name_of_its_logger() -> None:
    record = '{"level": "ERROR", "logger": "scrapers.crawl", "message": "entry=x not read"}'

    assert run(f"import sys; print('{record}', file=sys.stderr)").last_words == "entry=x not read"


def test_a_line_without_end_neither_blocks_the_child_nor_fills_our_memory(caplog: pytest.LogCaptureFixture) -> None:
    result = run("import sys; sys.stderr.write('x' * 5_000_000)")

    assert result.exit_code == 0
    assert len(caplog.records[0].getMessage()) == 2**20


def test_cancelling_ends_the_child_before_it_returns(tmp_path: Path) -> None:
    pid_file = str(tmp_path / "pid")
    code = f"import os, pathlib, time; pathlib.Path({pid_file!r}).write_text(str(os.getpid())); time.sleep(60)"

    async def cancel_when_started() -> None:
        task = asyncio.create_task(run_child(python(code), ChildLimits(time_s=30), LOG))
        while not (tmp_path / "pid").exists():
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.1)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel_when_started())

    assert not is_alive(int((tmp_path / "pid").read_text()))


def test_a_guarded_program_dies_with_its_parent() -> None:
    program = guarded(["/bin/sleep", "60"], death_signal=signal.SIGKILL)
    asks_for_own_pid = f"import os; program = {program}; program[4] = str(os.getpid())"
    code = (
        f"{asks_for_own_pid}; import subprocess, time; print(subprocess.Popen(program).pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        wait_for(lambda: b"60" in Path(f"/proc/{pid}/cmdline").read_bytes()[-4:], seconds=5, what="the program's start")

        parent.kill()

    wait_for(lambda: not is_alive(pid), seconds=5, what="the program's end")


def test_a_program_whose_parent_is_gone_already_does_not_start(tmp_path: Path) -> None:
    program = guarded(["/usr/bin/touch", str(tmp_path / "started")], death_signal=signal.SIGKILL)
    program[4] = str(os.getpid() + 1)

    done = subprocess.run(program, check=False)

    assert (done.returncode, (tmp_path / "started").exists()) == (1, False)


def test_jobs_are_done_side_by_side_but_never_more_than_allowed() -> None:
    under_way: set[int] = set()
    most = 0

    async def job(number: int) -> int:
        nonlocal most
        under_way.add(number)
        most = max(most, len(under_way))
        await asyncio.sleep(0.01)
        under_way.remove(number)
        return number

    started = time.monotonic()
    results = asyncio.run(gather_in_turn(3, [lambda n=n: job(n) for n in range(9)]))  # type: ignore[misc]

    assert (results, most) == (tuple(range(9)), 3)
    assert time.monotonic() - started < 5
