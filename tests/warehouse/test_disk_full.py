"""A file system of few megabytes fills up in a load and in a publication; with room, the next run completes."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.warehouse.factories import Page, crawl, stage
from tests.warehouse.home import Home
from warehouse.database import create_database
from warehouse.errors import WarehouseUnusableError

TEXT_BYTES = 8_000_000
"""Random digits, which no compression brings below the disk's size."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A mounted file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount(folder, "size=3m") or pytest.skip("mounting a small file system needs root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def mount(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def stage_much(home: Home) -> None:
    stage(home.staging, crawl(1, Page(slug="small")))
    stage(home.staging, crawl(2, Page(slug="large", text=os.urandom(TEXT_BYTES // 2).hex())))


def on(disk: Path, home: Home) -> Home:
    """The same home with its warehouse on another disk."""
    shutil.move(home.database.parent, disk / "warehouse")
    home.database.parent.symlink_to(disk / "warehouse")
    return home


def test_a_load_on_a_full_disk_says_so_and_is_completed_with_room(small_disk: Path, home: Home) -> None:
    stage_much(on(small_disk, home))

    with pytest.raises(WarehouseUnusableError, match=r"(?i)no space|could not (write|fsync)|disk"):
        home.load()

    assert mount(small_disk, "remount,size=64m")
    assert home.load().is_ok
    assert home.query("select count(*) from article") == [(2,)]


def test_a_publication_on_a_full_disk_leaves_the_old_generation(small_disk: Path, home: Home) -> None:
    stage(home.staging, crawl(1, Page(slug="small")))
    home.load()
    (small_disk / "analyst").mkdir()
    home.analyst.symlink_to(small_disk / "analyst")
    first = home.publish()
    stage_much(home)
    home.load()

    with pytest.raises(WarehouseUnusableError):
        home.publish()

    assert home.ask("select count(*) from article") == [(1,)]
    assert sorted(path.name for path in home.analyst.iterdir()) == ["current.json", first.name, "kabarchy.duckdb"]
    assert mount(small_disk, "remount,size=64m")
    assert home.publish() > first


def test_no_stub_is_left_when_there_is_no_room_for_a_new_database(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(b"\0" * 3_000_000)

    with pytest.raises(WarehouseUnusableError):
        create_database(small_disk / "kabarchy.duckdb")

    assert not (small_disk / "kabarchy.duckdb").exists()
