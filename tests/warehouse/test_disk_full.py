"""A file system of few megabytes fills up in a load and in a publication; with room, the next run completes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.small_disk import SmallDisk, small_disk
from tests.warehouse.factories import Page, crawl, stage
from tests.warehouse.home import Home
from warehouse.database import create_database
from warehouse.errors import WarehouseUnusableError

TEXT_BYTES = 8_000_000
"""Random digits, which no compression brings below the disk's size."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", "3m") as disk:
        yield disk


def stage_much(home: Home) -> None:
    stage(home.staging, crawl(1, Page(slug="small")))
    stage(home.staging, crawl(2, Page(slug="large", text=os.urandom(TEXT_BYTES // 2).hex())))


def on(disk: SmallDisk, home: Home) -> Home:
    """The same home with its warehouse on another disk."""
    shutil.move(home.database.parent, disk.path / "warehouse")
    home.database.parent.symlink_to(disk.path / "warehouse")
    return home


def test_a_load_on_a_full_disk_says_so_and_is_completed_with_room(disk: SmallDisk, home: Home) -> None:
    stage_much(on(disk, home))

    with pytest.raises(WarehouseUnusableError, match=r"(?i)no space|could not (write|fsync)|disk"):
        home.load()

    disk.grow("64m")
    assert home.load().is_ok
    assert home.query("select count(*) from article") == [(2,)]


def test_a_publication_on_a_full_disk_leaves_the_old_generation(disk: SmallDisk, home: Home) -> None:
    stage(home.staging, crawl(1, Page(slug="small")))
    home.load()
    (disk.path / "analyst").mkdir()
    home.analyst.symlink_to(disk.path / "analyst")
    first = home.publish()
    stage_much(home)
    home.load()

    with pytest.raises(WarehouseUnusableError):
        home.publish()

    assert home.ask("select count(*) from article") == [(1,)]
    assert sorted(path.name for path in home.analyst.iterdir()) == ["current.json", first.name, "kabarchy.duckdb"]
    disk.grow("64m")
    assert home.publish() > first


def test_no_stub_is_left_when_there_is_no_room_for_a_new_database(disk: SmallDisk) -> None:
    (disk.path / "ballast").write_bytes(b"\0" * 3_000_000)

    with pytest.raises(WarehouseUnusableError):
        create_database(disk.path / "kabarchy.duckdb")

    assert not (disk.path / "kabarchy.duckdb").exists()
