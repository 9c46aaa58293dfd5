"""What holds for the whole suite: no network but this machine's own, and what takes longest begins first."""

import atexit
import ctypes
import fcntl
import gc
import os
import socket
import struct
from pathlib import Path

import pytest
import scrapy.core.downloader.contextfactory  # noqa: F401 - it looks at every module there is (see scrapers.__main__)

LONGEST_FIRST = (
    "test_serve.py",
    "test_real_pages.py",
    "test_end_to_end.py",
    "test_withdrawn_is_not_lost.py",
    "test_takedown.py",
    "test_extraction_floors.py",
    "test_months.py",
    "test_ten_releases.py",
    "test_recovery.py",
    "test_kill.py",
)
"""Files that take longest, a minute and more each on a busy machine; a process takes a file whole, in this order."""

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


def pytest_sessionstart() -> None:
    """Begin without a network, and without looking for garbage while tests are collected: nothing of it is any.

    At the exit it is given back, after the last look of pytest: libraries that find theirs then report it as lost.
    """
    gc.disable()
    atexit.register(gc.unfreeze)
    _leave_network()


def pytest_collection_finish() -> None:
    """From now on look for garbage, but never again in what was collected: it stays."""
    gc.freeze()
    gc.enable()


def _leave_network() -> None:
    """Move this process, and all that it starts, into a network namespace that has nothing but a loopback.

    So every test runs with outgoing connections refused by the kernel. It needs root; others keep their network.
    """
    if os.geteuid() == 0 and ctypes.CDLL(None).unshare(_CLONE_NEWNET) == 0:
        with socket.socket() as any_socket:  # the loopback of a new namespace is down
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files: what takes longest first, so that no process waits for it at the end."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(Path(item.path).name, len(places)))
