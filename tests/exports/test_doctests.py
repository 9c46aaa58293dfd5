"""The examples in the docstrings are true."""

import doctest
from types import ModuleType

import pytest

from exports import pages, release_id


@pytest.mark.parametrize("module", [pages, release_id], ids=lambda module: module.__name__)
def test_the_examples_of_a_module_hold(module: ModuleType) -> None:
    result = doctest.testmod(module)

    assert result.attempted > 0
    assert result.failed == 0
