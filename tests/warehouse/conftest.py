import shutil
from pathlib import Path

import pytest

from tests.warehouse.factories import registry, stage_week
from tests.warehouse.home import Home
from warehouse.database import create_database


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse at the newest schema with nothing in it; not to be changed."""
    path = tmp_path_factory.mktemp("empty") / "kabarchy.duckdb"
    create_database(path)
    return path


@pytest.fixture
def home(tmp_path: Path, empty_database: Path) -> Home:
    """Nothing staged, an empty warehouse, no generation, and a registry of two sources."""
    home = Home(path=tmp_path, sources=registry("tunduk", "topol"))
    home.database.parent.mkdir()
    shutil.copyfile(empty_database, home.database)
    return home


@pytest.fixture
def week(home: Home) -> Home:
    """Three days staged, not loaded."""
    stage_week(home.staging)
    return home


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The week, loaded and published once; not to be changed."""
    home = Home(path=tmp_path_factory.mktemp("published"), sources=registry("tunduk", "topol"))
    stage_week(home.staging)
    home.load()
    home.publish()
    return home
