from pathlib import Path

import pytest

from tests.warehouse.factories import registry, stage_week
from tests.warehouse.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Empty folders for staging, warehouse and generations, and a registry of two sources."""
    return Home(path=tmp_path, sources=registry("tunduk", "topol"))


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
