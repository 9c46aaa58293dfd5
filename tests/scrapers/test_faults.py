"""The table of faults names tests and hosts that exist, and every host of the loopback internet."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.scrapers.test_internet import ENTRIES, PAGES

HERE = Path(__file__).parent
TABLE = (HERE / "FAULTS.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w./]+\.py)::(test_\w+)`", TABLE)))
HOSTS = [name.strip() for found in re.findall(r"`test_internet\.py\[([^\]]+)\]`", TABLE) for name in found.split("·")]
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and not line.startswith("| fault |")]


@cache
def names_in(path: Path) -> frozenset[str]:
    parsed = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(node.name for node in parsed.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("file", "test"), NAMED)
def test_a_test_that_the_table_names_exists(file: str, test: str) -> None:
    assert test in names_in((HERE / file).resolve())


@pytest.mark.parametrize("row", ROWS)
def test_each_fault_has_an_outcome_and_names_what_shows_it(row: str) -> None:
    _, fault, outcome, shown_by, _ = (cell.strip() for cell in row.split("|"))

    assert fault
    assert outcome
    assert re.fullmatch(r"`[^`]+\.py(?:::test_\w+|\[[^\]]+\])`(?: · `[^`]+\.py(?:::test_\w+|\[[^\]]+\])`)*", shown_by)


def test_every_host_of_the_loopback_internet_stands_in_the_table_once() -> None:
    assert sorted(HOSTS) == sorted([*PAGES, *ENTRIES])
