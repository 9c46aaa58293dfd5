"""A run that is killed leaves no trace: the next `kabarchy run` goes on and ends as an undisturbed one.

The whole process group of the command gets SIGKILL while files on disk show that it is inside a stage; the next run is
killed in the stage after that, and so through all five. The runs share one Prefect server, which saves a start each.
"""

import os
import signal
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from exports.verify import verify_release
from flows.services import free_port
from flows.settings import Settings, prefect_environment
from samples.world import DAY_INSTANTS, NewsWorld
from scrapers.data_root import DataRoot, open_data_root
from scrapers.tables import ANALYST_TABLES
from tests.flows.kabarchy import COMMAND, command_line, wait_for
from tests.pipeline import COMMAND_PATH, Pipeline

pytestmark = [pytest.mark.timeout(240)]

SOURCES = ("kolkabar_tg", "tunduk_times")
"""A channel and a feed: few enough for a run of seconds."""
OF_THE_LOOK = frozenset(
    {"run_id", "crawl_id", "capture_id", "valid_from", "valid_to", "since", "carried_forward_since"}
)
"""Columns that say which run looked and when; with them every instant but those that the pages state."""


@dataclass(frozen=True)
class Place:
    """Where runs of one kind happen: a data root, and the environment that leads there."""

    root: DataRoot
    environment: dict[str, str]

    def start(self) -> "subprocess.Popen[bytes]":
        words = [*COMMAND, "run", "--as-of", f"{DAY_INSTANTS[1]:%Y-%m-%dT%H:%M:%S}"]
        with (self.root.path / "run.log").open("ab") as log:
            return subprocess.Popen(words, env=self.environment, stdout=log, stderr=log, start_new_session=True)

    def run(self) -> int:
        return self.start().wait(timeout=120)

    def tables(self) -> dict[str, list[str]]:
        """Content of every analyst table, run ids and times of looking aside."""
        pipeline = Pipeline(self.root)
        return {table.name: content_of(pipeline.table(f"select * from {table.name}")) for table in ANALYST_TABLES}


def content_of(table: pa.Table) -> list[str]:
    stated = ("published_at", "modified_at")
    kept = [n for n in table.column_names if n in stated or not (n in OF_THE_LOOK or n.endswith("_at"))]
    return sorted(map(str, table.select(kept).to_pylist()))


def differences(found: dict[str, list[str]], expected: dict[str, list[str]]) -> dict[str, Counter[str]]:
    """Rows that only one side has, by table; empty when all tables are equal."""
    sides = {name: (Counter(found[name]), Counter(rows)) for name, rows in expected.items()}
    return {name: (a - b) + (b - a) for name, (a, b) in sides.items() if a != b}


@pytest.fixture(scope="module")
def world() -> Iterator[NewsWorld]:
    with NewsWorld(day=1) as world:
        yield world


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    home = tmp_path_factory.mktemp("prefect")
    variables = prefect_environment(Settings(home=home, sources=home), port=free_port())
    environment = {**os.environ, **variables, "PREFECT_SERVER_UI_ENABLED": "false", "PYTHONPATH": COMMAND_PATH}
    command = [COMMAND[0], "-m", "prefect", "server", "start"]
    with (home / "server.log").open("ab") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    wait_for(lambda: answers(f"{variables['PREFECT_API_URL']}/health") or None, seconds=60, what="prefect server")
    yield environment
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def place_in(home: Path, world: NewsWorld, prefect: dict[str, str]) -> Place:
    root = open_data_root(home)
    root.sources.mkdir()
    for source_id in set(world.write_registry(root.sources)).difference(SOURCES):
        (root.sources / f"{source_id}.toml").unlink()
    return Place(root, {**prefect, "KABARCHY_HOME": str(home)})


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, world: NewsWorld) -> dict[str, list[str]]:
    """What the stages give one after the other, without Prefect and with no kill."""
    place = place_in(tmp_path_factory.mktemp("undisturbed"), world, {})
    assert Pipeline(place.root).run(DAY_INSTANTS[1], "undisturbed") is not None
    return place.tables()


def is_crawling(root: DataRoot) -> bool:
    return any(path.stat().st_size > 8_000 for path in root.archive.rglob("*.open"))


def is_extracting(root: DataRoot) -> bool:
    return 0 < len(list(root.staging.glob("[!.]*.x*"))) < len(SOURCES)


def is_loading(root: DataRoot) -> bool:
    return any(root.warehouse.parent.glob("*.duckdb*.wal")) or any(root.warehouse.parent.glob(".*.duckdb"))


def is_copying(root: DataRoot) -> bool:
    return any(root.analyst.glob(".*.duckdb*")) and not (root.analyst / "current.json").exists()


def is_releasing(root: DataRoot) -> bool:
    return any(root.releases.glob(".tmp-*/release/*"))


STAGES = (is_crawling, is_extracting, is_loading, is_copying, is_releasing)


def kill_inside(place: Place, is_inside: Callable[[DataRoot], bool]) -> bool:
    """Start a run, kill its process group once it is inside a stage; say whether it was killed there."""
    run = place.start()
    while run.poll() is None and not is_inside(place.root):
        time.sleep(0.005)  # the shortest stage, that of the copy, takes some 0.2 s
    with suppress(ProcessLookupError):  # it ended before it was seen inside: the caller is told
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    wait_for(lambda: not is_at_work(place.root) or None, seconds=10, what="the end of all its stages")
    return is_inside(place.root)


def is_at_work(root: DataRoot) -> bool:
    """Whether any process still works in a data root."""
    return any(str(root.path) in command_line(folder) for folder in Path("/proc").iterdir() if folder.name.isdigit())


def test_a_run_killed_in_every_stage_ends_as_an_undisturbed_run(
    tmp_path: Path, world: NewsWorld, prefect: dict[str, str], undisturbed: dict[str, list[str]]
) -> None:
    place = place_in(tmp_path / "home", world, prefect)

    was_inside = {stage.__name__: kill_inside(place, stage) for stage in STAGES}
    exit_code = place.run()

    assert was_inside == dict.fromkeys(was_inside, True)
    assert exit_code == 0
    assert differences(place.tables(), undisturbed) == {}
    releases = [path for path in place.root.releases.iterdir() if path.is_dir()]
    assert [[gate for gate in verify_release(path) if not gate.is_ok] for path in releases] == [[]]
