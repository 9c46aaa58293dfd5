from collections.abc import Iterator
from pathlib import Path

import pytest

from samples.world import NewsWorld
from scrapers.data_root import open_data_root
from tests.flows.kabarchy import Kabarchy

KEPT = ("jailoo_brief", "tunduk_times")
"""Two outlets suffice to see that one does not stop the other."""


@pytest.fixture(scope="module")
def world() -> Iterator[NewsWorld]:
    with NewsWorld() as world:
        yield world


@pytest.fixture
def kabarchy(world: NewsWorld, tmp_path: Path) -> Kabarchy:
    """The command over an empty data root that knows two outlets of the sample world."""
    return kabarchy_in(tmp_path / "home", world)


def kabarchy_in(home: Path, world: NewsWorld) -> Kabarchy:
    root = open_data_root(home)
    root.sources.mkdir()
    for source_id in set(world.write_registry(root.sources)).difference(KEPT):
        (root.sources / f"{source_id}.toml").unlink()
    return Kabarchy(home)


@pytest.fixture
def world_urls(world: NewsWorld) -> dict[str, str]:
    return dict(world.base_urls)
