from collections.abc import Iterator

import pytest

from samples.world import NewsWorld


@pytest.fixture(scope="package")
def running_world() -> Iterator[NewsWorld]:
    with NewsWorld() as world:
        yield world


@pytest.fixture
def world(running_world: NewsWorld) -> NewsWorld:
    """The world on day 1; other tests may have asked it before."""
    running_world.day = 1
    return running_world
