"""One process at a time cuts releases in a folder, and one builds a catalogue in another.

The kernel frees a lock when its holder ends, however it ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exports.errors import ReleasesLockedError


@contextmanager
def lock_releases(releases: Path) -> Iterator[None]:
    """Hold `<releases>/.lock`, with our pid in it. Raises ReleasesLockedError at once when another process does."""
    descriptor = os.open(releases / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            raise ReleasesLockedError(f"{releases}: a release is being cut by process {holder}") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def lock_site(site: Path) -> Iterator[None]:
    """Hold `<site>/.lock`; waits for another process that builds the catalogue, which takes minutes at most."""
    descriptor = os.open(site / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
