"""A disk that fills up while a release is cut: a clear error, nothing half-visible, and with room the release."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.errors import ReleaseUnwritableError
from exports.release import cut_release
from exports.verify import verify_release
from tests.exports.factories import DAY_1, DAY_2, World, article, write_generation
from tests.exports.readers import versions


def mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted file system of 4 MB: enough for a small release, not for one of 3 MB of random digits."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "size=4m") or pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_on_a_full_disk_the_old_release_stays_and_with_room_the_next_run_completes(
    small_disk: Path, tmp_path: Path
) -> None:
    small = write_generation(tmp_path / "small.duckdb", World(articles=[article(1)]))
    large_text = os.urandom(1_500_000).hex()
    large = write_generation(tmp_path / "large.duckdb", World(articles=[article(1), article(2, text=large_text)]))
    cut_release(small, small_disk / "releases", now=DAY_1, code_version="1")

    with pytest.raises(ReleaseUnwritableError, match=r"(?i)release 2026-11-21 .*(no space|could not)"):
        cut_release(large, small_disk / "releases", now=DAY_2, code_version="1")

    assert {path.name for path in (small_disk / "releases").iterdir()} == {"2026-11-20", "versions.json", ".lock"}
    assert versions(small_disk / "releases")["latest"] == "2026-11-20"

    assert mount(small_disk, "remount,size=99m")
    release = cut_release(large, small_disk / "releases", now=DAY_2, code_version="1")

    assert release is not None
    assert all(result.is_ok for result in verify_release(release.path))
