import os
import time
from pathlib import Path

import pytest

from tests.warehouse.children import child
from tests.warehouse.home import Home
from warehouse.errors import WarehouseLockedError
from warehouse.lock import loader_lock

HOLD = """
import sys; from pathlib import Path; from warehouse.lock import loader_lock
with loader_lock(Path(sys.argv[1])):
    print("held", flush=True); input()
"""


def test_a_second_loader_is_told_which_process_is_at_work(home: Home) -> None:
    with child(HOLD, home.database) as holder, pytest.raises(WarehouseLockedError, match=f"process {holder.pid}$"):
        home.load()


def test_a_second_loader_in_the_same_process_is_refused_too(home: Home) -> None:
    with loader_lock(home.database), pytest.raises(WarehouseLockedError, match=f"process {os.getpid()}$"):
        home.load()


def test_a_lock_ends_with_the_process_that_was_killed(home: Home) -> None:
    with child(HOLD, home.database) as holder:
        holder.kill()
        holder.wait()

        assert home.load().is_ok


def test_a_loader_can_wait_for_another(home: Home) -> None:
    hold_briefly = HOLD.replace("input()", "import time; time.sleep(0.5)")

    with child(hold_briefly, home.database), loader_lock(home.database, wait_s=20):
        holder = home.database.with_name("kabarchy.duckdb.lock").read_text()

    assert holder == f"{os.getpid()}\n"


def test_waiting_has_an_end(tmp_path: Path) -> None:
    database = tmp_path / "kabarchy.duckdb"
    started = time.monotonic()

    with loader_lock(database), pytest.raises(WarehouseLockedError), loader_lock(database, wait_s=0.3):
        pass

    assert 0.3 <= time.monotonic() - started < 5
