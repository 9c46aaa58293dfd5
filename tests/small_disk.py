"""A file system of few megabytes that can fill up, and be given more room."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted file system."""

    path: Path

    def grow(self, size: str) -> None:
        """Give it more room."""
        assert _mount(self.path, f"remount,size={size}")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[SmallDisk]:
    """Mount a file system of `size` (as mount writes it: 3m) on a new folder; skip where that is not allowed."""
    folder.mkdir()
    _mount(folder, f"size={size}") or pytest.skip("mounting a small file system needs root")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def _mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
