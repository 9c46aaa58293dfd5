"""Folders that several test processes look at: the first that needs one builds it, the others wait and read."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def built_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """A folder as `build` fills it, once for all processes of a test session; not to be changed.

    A build that fails leaves no mark: the next process tries it in a folder of its own and fails by itself.
    """
    shared = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    mark = shared / f"{name}.built"
    with (shared / f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not mark.exists():
            folder = factory.mktemp(name)
            build(folder)
            mark.write_text(str(folder))
    return Path(mark.read_text())
