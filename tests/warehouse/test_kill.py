"""SIGKILL at named moments; then the same command again gives what an undisturbed one gives."""

import pytest

from tests.warehouse.children import WAS_KILLED, run_child
from tests.warehouse.home import ANALYST_NAMES, Content, Home, fingerprints
from warehouse.analyst_copy import connect_analyst

KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from tests.warehouse.factories import registry
from tests.warehouse.home import Home

path, work, moment, nth = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
module_name, _, name = moment.partition(":")
module = importlib.import_module(module_name)
original, calls = getattr(module, name.partition("=")[0]), []

def killing(*arguments, **keywords):
    calls.extend([1] if name.partition("=")[2] in ("", *arguments[1:2]) else [])
    if len(calls) == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    return original(*arguments, **keywords)

setattr(module, name.partition("=")[0], killing)
getattr(Home(path=path, sources=registry("tunduk", "topol")), work)()
"""
"""Kills itself at the n-th call of a function, or of run_sql with a statement (`run_sql=insert_records`)."""

LOADING = [
    ("warehouse.database:replace_database", 1),
    ("warehouse.loader:run_sql=insert_records", 1),
    ("warehouse.loader:run_sql=insert_contents", 3),
    ("warehouse.loader:run_sql=insert_loaded_batch", 4),
    ("warehouse.loader:run_sql=delete_orphan_contents", 1),
    ("warehouse.loader:run_sql=insert_sources", 1),
]
REBUILDING = [("warehouse.loader:replace_database", 1)]
PUBLISHING = [
    ("warehouse.analyst_copy:run_sql=copy_ledger", 1),
    ("warehouse.analyst_copy:_settle", 1),
    ("warehouse.analyst_copy:_point_to", 1),
]


@pytest.fixture(scope="module")
def undisturbed(published: Home) -> Content:
    """What every table says when nothing goes wrong."""
    return published.content()


@pytest.mark.parametrize(("moment", "nth"), LOADING)
def test_a_killed_load_is_completed_by_the_next(week: Home, undisturbed: Content, moment: str, nth: int) -> None:
    week.database.unlink()
    killed = run_child(KILLED, week.path, "load", moment, str(nth))

    report = week.load()

    assert killed.returncode == WAS_KILLED
    assert report.is_ok
    assert week.content() == undisturbed


@pytest.mark.parametrize(("moment", "nth"), REBUILDING)
def test_a_killed_rebuild_leaves_the_old_warehouse(week: Home, undisturbed: Content, moment: str, nth: int) -> None:
    week.load()

    killed = run_child(KILLED, week.path, "rebuild", moment, str(nth))

    assert killed.returncode == WAS_KILLED
    assert week.content() == undisturbed


@pytest.mark.parametrize(("moment", "nth"), PUBLISHING)
def test_a_killed_publication_is_completed_by_the_next(week: Home, undisturbed: Content, moment: str, nth: int) -> None:
    week.load()
    killed = run_child(KILLED, week.path, "publish", moment, str(nth))

    path = week.publish()

    assert killed.returncode == WAS_KILLED
    assert sorted(p.name for p in week.analyst.glob(".*")) == []
    with connect_analyst(week.analyst) as con:
        assert path == (week.analyst / "kabarchy.duckdb").resolve()
        assert fingerprints(con, ANALYST_NAMES) == {name: undisturbed[name] for name in ANALYST_NAMES}
