import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.journal import RunUnderWayError, hold_run, is_run_alive, read_mark, require_no_run
from scrapers.days import DayRange
from tests.pipeline import ROOT

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def leave_killed_run(runs: Path, sources: tuple[str, ...] = (), as_of: datetime | None = None) -> str:
    """Begin a run in another process and kill it; return its id."""
    read = "(lambda text: datetime.datetime.fromisoformat(text) if text else None)"
    given = f"as_of={read}({as_of.isoformat() if as_of else ''!r}), now={read}({NOON.isoformat()!r})"
    code = (
        "import datetime, os, pathlib, signal; from flows.journal import hold_run\n"
        f"with hold_run(pathlib.Path({str(runs)!r}), {sources!r}, {given}): os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    mark = read_mark(runs)
    assert mark is not None
    return mark.run_id


def test_a_run_that_ended_leaves_no_mark_even_when_it_failed(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="boom"), hold_run(tmp_path, (), as_of=None, now=NOON):
        raise ValueError("boom")

    assert read_mark(tmp_path) is None
    assert not is_run_alive(tmp_path)


def test_run_ids_begin_with_their_instant_and_differ(tmp_path: Path) -> None:
    with hold_run(tmp_path, (), as_of=None, now=NOON) as first:
        pass
    with hold_run(tmp_path, (), as_of=None, now=NOON) as second:
        pass

    assert first.run_id.startswith("20261120T120000Z-")
    assert first.run_id != second.run_id


def test_a_second_run_is_refused_naming_run_and_process(tmp_path: Path) -> None:
    with hold_run(tmp_path, (), as_of=None, now=NOON) as mark:
        with pytest.raises(
            RunUnderWayError, match=f"process {os.getpid()}, run {mark.run_id} since 2026-11-20 12:00:00 UTC"
        ):
            require_no_run(tmp_path)
        with pytest.raises(RunUnderWayError), hold_run(tmp_path, ("x",), as_of=None, now=NOON):
            pass
        assert read_mark(tmp_path) == mark


def test_a_killed_run_is_continued_under_its_id(tmp_path: Path) -> None:
    run_id = leave_killed_run(tmp_path)

    with hold_run(tmp_path, (), as_of=None, now=NOON + timedelta(hours=5)) as mark:
        assert (mark.run_id, mark.started_at, mark.pid) == (run_id, NOON, os.getpid())


@pytest.mark.parametrize(
    ("sources", "as_of", "hours"),
    [(("a_source",), None, 1), ((), NOON, 1), ((), None, 7), ((), None, -1)],
    ids=["other sources", "other instant", "too old", "clock went back"],
)
def test_a_killed_run_is_not_continued_by_one_that_is_not_its_like(
    tmp_path: Path, sources: tuple[str, ...], as_of: datetime | None, hours: int
) -> None:
    run_id = leave_killed_run(tmp_path)

    with hold_run(tmp_path, sources, as_of=as_of, now=NOON + timedelta(hours=hours)) as mark:
        assert mark.run_id != run_id


@pytest.mark.parametrize(
    ("sources", "days", "as_of", "words"),
    [
        ((), None, None, "run"),
        (("a", "b"), DayRange(date(2026, 11, 1), date(2026, 11, 2)), None, "run a b --backfill 2026-11-01 2026-11-02"),
        ((), None, NOON, "run --as-of 2026-11-20T12:00:00"),
    ],
)
def test_a_run_says_by_which_words_it_is_continued(
    tmp_path: Path, sources: tuple[str, ...], days: DayRange | None, as_of: datetime | None, words: str
) -> None:
    with hold_run(tmp_path, sources, as_of=as_of, now=NOON, days=days) as mark:
        assert " ".join(mark.words) == words


def test_an_unreadable_mark_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "current.json").write_text("{")

    with hold_run(tmp_path, (), as_of=None, now=NOON) as mark:
        assert read_mark(tmp_path) == mark
