"""A disk that fills up while a release is cut: a clear error, nothing half-visible, and with room the release."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from exports.errors import ReleaseUnwritableError
from exports.release import cut_release
from exports.verify import verify_release
from tests.exports.factories import DAY_1, DAY_2, World, article, write_generation
from tests.exports.readers import versions
from tests.small_disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """Room for a small release, not for one of 3 MB of random digits."""
    with small_disk(tmp_path / "disk", "4m") as disk:
        yield disk


def test_on_a_full_disk_the_old_release_stays_and_with_room_the_next_run_completes(
    disk: SmallDisk, tmp_path: Path
) -> None:
    small = write_generation(tmp_path / "small.duckdb", World(articles=[article(1)]))
    large_text = os.urandom(1_500_000).hex()
    large = write_generation(tmp_path / "large.duckdb", World(articles=[article(1), article(2, text=large_text)]))
    cut_release(small, disk.path / "releases", now=DAY_1, code_version="1")

    with pytest.raises(ReleaseUnwritableError, match=r"(?i)release 2026-11-21 .*(no space|could not)"):
        cut_release(large, disk.path / "releases", now=DAY_2, code_version="1")

    assert {path.name for path in (disk.path / "releases").iterdir()} == {"2026-11-20", "versions.json", ".lock"}
    assert versions(disk.path / "releases")["latest"] == "2026-11-20"

    disk.grow("99m")
    release = cut_release(large, disk.path / "releases", now=DAY_2, code_version="1")

    assert release is not None
    assert all(result.is_ok for result in verify_release(release.path))
