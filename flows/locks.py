"""Locks between processes: held by a living process, gone with it, and able to say who holds them."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

_TRIES = 3
_PAUSE_S = 0.02
"""`is_held` of another process holds the lock for some microseconds; three tries with pauses outlast that."""


class HeldError(Exception):
    """Another process holds the lock; the message is its process id."""


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold a lock file (flock) for the length of a with block. Raises HeldError at once when another process does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        if not _take(file.fileno()):
            raise HeldError(path.read_text(encoding="ascii").strip() or "unknown")
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def is_held(path: Path) -> bool:
    """Whether a living process holds a lock file."""
    try:
        with path.open(encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _take(descriptor: int) -> bool:
    for _ in range(_TRIES):
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        time.sleep(_PAUSE_S)
    return False
