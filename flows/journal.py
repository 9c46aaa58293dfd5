"""Which run is under way: at most one at a time, and one that was killed is continued under its own id.

runs/current.lock    held by the living run for as long as it lives, with its process id inside
runs/current.json    the run under way; still there after a kill, gone after any end that the run itself saw
runs/<run_id>.json   reports of ended runs (flows.reports)

Continuing means no more than using the same run id again: every stage is safe to repeat, and a source that was crawled
under that id is not crawled again, so a killed run and its continuation give what an undisturbed run gives.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from flows.locks import HeldError, hold, is_held
from scrapers.data_root import write_beside
from scrapers.days import DayRange

CONTINUED_WITHIN = timedelta(hours=6)
"""An older run's crawls say what the sites looked like too long ago; a fresh run visits whatever is due since then."""


class RunUnderWayError(Exception):
    """Another process has a run under way in this data root; the message names the process and the run."""


class RunMark(BaseModel):
    """A run under way."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    run_id: str
    sources: tuple[str, ...]
    """The sources as they were asked for; empty: all enabled ones."""
    as_of: AwareDatetime | None
    """The instant at which the crawls believe to start; None: the real one."""
    backfill: str | None = None
    """The days of a backfill; None: a run for what is new."""
    started_at: AwareDatetime
    pid: int

    @property
    def words(self) -> tuple[str, ...]:
        """Those of the command line by which it is asked for, and continued."""
        days = ("--backfill", *self.backfill.split("/")) if self.backfill else ()
        instant = ("--as-of", f"{self.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%S}") if self.as_of else ()
        return ("run", *self.sources, *days, *instant)

    def may_continue(self, now: datetime) -> bool:
        """Whether a run that is asked for by the same words now continues this one, if it was killed."""
        return timedelta(0) <= now - self.started_at <= CONTINUED_WITHIN


@contextmanager
def hold_run(
    runs: Path, sources: tuple[str, ...], *, as_of: datetime | None, now: datetime, days: DayRange | None = None
) -> Iterator[RunMark]:
    """Hold the data root's one run, new or continued, for the length of a with block. Raises RunUnderWayError."""
    asked = RunMark(
        run_id=_new_run_id(now),
        sources=sources,
        as_of=as_of,
        backfill=str(days) if days else None,
        started_at=now,
        pid=os.getpid(),
    )
    try:
        with hold(runs / "current.lock"):
            mark = _continue(read_mark(runs), asked)
            write_beside(runs / "current.json", mark.model_dump_json(indent=1) + "\n")
            try:
                yield mark
            finally:
                (runs / "current.json").unlink(missing_ok=True)
    except HeldError as error:
        raise RunUnderWayError(_describe(runs, holder=str(error))) from error


def read_mark(runs: Path) -> RunMark | None:
    """Return the run that is under way or was killed; None when there is none."""
    try:
        return RunMark.model_validate_json((runs / "current.json").read_bytes())
    except (OSError, ValidationError):  # unreadable: nothing that could be continued
        return None


def is_run_alive(runs: Path) -> bool:
    """Whether a living process holds the data root's run."""
    return is_held(runs / "current.lock")


def require_no_run(runs: Path) -> None:
    """Raise RunUnderWayError when a living process holds the run: before anything is started for another one."""
    if is_run_alive(runs):
        raise RunUnderWayError(_describe(runs, holder=(runs / "current.lock").read_text(encoding="ascii").strip()))


def _continue(left: RunMark | None, asked: RunMark) -> RunMark:
    if left is None or (left.sources, left.as_of, left.backfill) != (asked.sources, asked.as_of, asked.backfill):
        return asked
    return left.model_copy(update={"pid": asked.pid}) if left.may_continue(asked.started_at) else asked


def _describe(runs: Path, *, holder: str) -> str:
    mark = read_mark(runs)
    since = f", run {mark.run_id} since {mark.started_at:%Y-%m-%d %H:%M:%S} UTC" if mark else ""
    return f"a run is under way in {runs.parent}: process {holder}{since}"


def _new_run_id(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
