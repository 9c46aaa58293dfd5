"""What all crawls know together of a host: whose turn it is, when it was asked last, how often today, how it fares.

    hosts/<key>.json    one line of JSON, changed under its own lock, which is held for microseconds
    hosts/<key>.turn    locked by the one process that is talking to the host just now

The key is the registrable domain, so that `www.` and the editions of one outlet share a pace; an address that has none
(a literal, this machine) is a host by itself, port included. Locks are the kernel's: a process that dies lets go of
them. A line that cannot be read costs one delay, nothing else. Nothing is synced to disk: after a power cut a host is
asked as if for the first time. Instants of pace are monotonic, which one machine's processes share; days and closings
are the crawl's clock.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

from scrapers.outcomes import instant, parse_instant

_LINE_MAX_BYTES = 4096
"""A line has some 300 bytes; one write of this size is whole or not there when a process is killed."""

WHY_MAX_CHARS = 300


@dataclass(slots=True, kw_only=True)
class HostState:
    """What is known of a host. None: nothing."""

    talked_at_s: float | None = None
    """Monotonic instant at which the last request went out, or was answered."""
    free_at_s: float | None = None
    """Monotonic instant before which no crawl sends: the delay of the last to talk, Retry-After, a slow answer."""
    day: str | None = None
    """UTC day of `n_requests`."""
    n_requests: int = 0
    n_failures: int = 0
    """In a row."""
    n_closings: int = 0
    """In a row, without a good answer between them."""
    closed_at: str | None = None
    closed_until: str | None = None
    why: str | None = None
    is_blocked: bool = False
    """Closed because it turned us away, not because it is in trouble."""

    @property
    def rest(self) -> str:
        """Until when it rests, and why."""
        until = f"{parse_instant(self.closed_until):%Y-%m-%d %H:%M} UTC" if self.closed_until else "now"
        return f"rests until {until}: {self.why}"

    def seconds_to_wait(self, now_s: float, delay_s: float, hold_max_s: float) -> float:
        """Seconds until the next request may go out; 0 when it may now.

        An instant of talking that lies ahead is of another boot of the machine, or of a line that could not be read; a
        pause beyond `hold_max_s` likewise.
        """
        if self.talked_at_s is not None:
            self.talked_at_s = min(self.talked_at_s, now_s)
        paced_s = 0.0 if self.talked_at_s is None else self.talked_at_s + delay_s - now_s
        held_s = 0.0 if self.free_at_s is None else self.free_at_s - now_s
        return max(0.0, paced_s, held_s if held_s <= hold_max_s else 0.0)

    def ask(self, now_s: float, day: str) -> None:
        """Count a request that goes out now."""
        self.n_requests = self.n_requests + 1 if self.day == day else 1
        self.day, self.talked_at_s, self.free_at_s = day, now_s, None

    def hold_until(self, at_s: float) -> None:
        """Let no crawl send before a monotonic instant; never shortens."""
        self.free_at_s = max(self.free_at_s or 0.0, at_s)

    def is_closed(self, now: datetime) -> bool:
        """Whether the host rests. A closing that lies in the future is of a clock that was set back: void."""
        if self.closed_at is None or self.closed_until is None:
            return False
        return parse_instant(self.closed_at) <= now < parse_instant(self.closed_until)

    def close(self, now: datetime, pause: timedelta, why: str, *, is_blocked: bool) -> None:
        """Let the host rest; never for less than it rests already."""
        until = now + pause
        if self.is_closed(now) and self.closed_until is not None:
            until = max(until, parse_instant(self.closed_until))
        self.n_closings += 1
        self.closed_at, self.closed_until = instant(now), instant(until)
        self.why, self.is_blocked = why[:WHY_MAX_CHARS], is_blocked

    def recover(self) -> None:
        """The host has answered as it should."""
        self.n_failures = self.n_closings = 0
        self.closed_at = self.closed_until = self.why = None
        self.is_blocked = False


_FIELDS = tuple(it.name for it in fields(HostState))


class HostFile:
    """The shared state of one host, and the lock on its turn."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^a-z0-9.-]", "_", key.lower())[:200]
        self._state = os.open(folder / f"{name}.json", os.O_RDWR | os.O_CREAT, 0o644)
        self._turn = os.open(folder / f"{name}.turn", os.O_RDWR | os.O_CREAT, 0o644)

    def take_turn(self) -> bool:
        """Become the one who talks to the host; False while another process does. Not to be called twice."""
        try:
            fcntl.flock(self._turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def end_turn(self) -> None:
        """Let the next one talk to the host."""
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    @contextmanager
    def change(self) -> Iterator[HostState]:
        """Hand out the state; what is changed in the block is written at its end. Raises OSError."""
        fcntl.flock(self._state, fcntl.LOCK_EX)
        try:
            line = os.pread(self._state, _LINE_MAX_BYTES, 0).partition(b"\n")[0]
            state = _read(line)
            yield state
            if (written := _written(state)) != line:
                os.pwrite(self._state, written + b"\n", 0)
        finally:
            fcntl.flock(self._state, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the files."""
        os.close(self._state)
        os.close(self._turn)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def utc_day(now: datetime) -> str:
    """The UTC day of an instant, as it is written."""
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def host_key(url: str) -> str:
    """Which addresses share a pace.

    >>> host_key("https://www.rus.outlet.com.kz/a"), host_key("http://127.0.0.1:8000/a")
    ('outlet.com.kz', '127.0.0.1:8000')
    """
    parts = urlsplit(url)
    return _domain(parts.hostname or "") or parts.netloc.rpartition("@")[2].lower()


@cache
def _domain(host: str) -> str | None:
    return _suffixes().privatesuffix(host)


@cache
def _suffixes() -> PublicSuffixList:
    """The list of public suffixes that comes with the library; of no use for names that are in no public domain."""
    return PublicSuffixList(accept_unknown=False, only_icann=True)


def _read(line: bytes) -> HostState:
    try:
        return HostState(**json.loads(line)) if line else HostState()
    except (ValueError, TypeError):
        return HostState(talked_at_s=float("inf"))


def _written(state: HostState) -> bytes:
    # What a longer line leaves behind the end of this one is never read.
    return json.dumps({name: value for name in _FIELDS if (value := getattr(state, name))}).encode()
