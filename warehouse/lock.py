"""One loader at a time, from the command line and from the scheduler alike.

The lock is an advisory lock of the kernel on `<database>.lock`, a file of our own beside the database: it ends with the
process that holds it, so a kill leaves nothing to clean up. The file names the holder's process id. It is never
removed, because a waiting loader could then lock a file that no longer has a name.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.errors import WarehouseLockedError

_POLL_S = 0.1
"""A person does not notice it, and a load takes longer."""


@contextmanager
def loader_lock(database: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the loader's lock of a database.

    Waits up to `wait_s` seconds for another holder, then raises WarehouseLockedError naming its process id.
    """
    path = database.with_name(f"{database.name}.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _acquire(descriptor, path, deadline=time.monotonic() + wait_s)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, path: Path, *, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
                raise WarehouseLockedError(f"{path}: another loader is at work, process {pid}") from None
            time.sleep(_POLL_S)
        else:
            return
