"""A kill at any point leaves the old pointer or the new one, and the next run completes what the dead one began."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from exports.catalogue import build_site
from exports.errors import ReleaseDamagedError
from exports.reissue import reissue_releases
from exports.release import Release, cut_release
from exports.versions import read_versions, write_versions
from scrapers.tables import TOMBSTONE
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, DAY_2, World, article, tombstone, write_generation
from tests.exports.readers import sums, versions

ROOT = Path(__file__).parents[2]
CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
import exports.draft, exports.release

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

module, function, generation, releases, now = sys.argv[1:]
setattr(sys.modules[module], function, die)
moment = datetime.fromisoformat(now)
exports.release.cut_release(Path(generation), Path(releases), now=moment, code_version="1.2.3")
"""
POINTS = {
    "while-writing": ("exports.draft", "write_months"),
    "before-verifying": ("exports.release", "verify_release"),
    "before-the-pointer": ("exports.release", "write_versions"),
}


def cut(generation: Path, releases: Path) -> Release | None:
    return cut_release(generation, releases, now=DAY_2, code_version="1.2.3")


@pytest.fixture
def releases(history: History, tmp_path: Path) -> Path:
    """A folder with the first release of the history, as it was before the second."""
    return copy_first(history, tmp_path / "releases")


@pytest.fixture(scope="module")
def undisturbed(history: History, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The second release, cut without a kill."""
    releases = copy_first(history, tmp_path_factory.mktemp("undisturbed") / "releases")
    cut(history.generations[1], releases)
    return releases / "2026-11-21"


def copy_first(history: History, releases: Path) -> Path:
    first = history.cut[0]
    shutil.copytree(first.path, releases / first.id)
    write_versions(releases, read_versions(releases), [first.manifest])
    return releases


@pytest.mark.parametrize("point", POINTS)
def test_after_a_kill_the_pointer_is_old_and_the_next_run_gives_the_same_release(
    history: History, releases: Path, undisturbed: Path, point: str
) -> None:
    arguments = [*POINTS[point], str(history.generations[1]), str(releases), DAY_2.isoformat()]
    killed = subprocess.run([sys.executable, "-c", CHILD, *arguments], cwd=ROOT, check=False)

    assert killed.returncode == -signal.SIGKILL
    assert versions(releases)["latest"] == "2026-11-20"

    cut(history.generations[1], releases)

    assert versions(releases)["latest"] == "2026-11-21"
    assert sums(releases / "2026-11-21") == sums(undisturbed)
    assert sorted(path.name for path in releases.glob("*2*")) == ["2026-11-20", "2026-11-21"]


def test_a_release_that_was_renamed_but_damaged_since_is_never_pointed_at(history: History, releases: Path) -> None:
    arguments = [*POINTS["before-the-pointer"], str(history.generations[1]), str(releases), DAY_2.isoformat()]
    subprocess.run([sys.executable, "-c", CHILD, *arguments], cwd=ROOT, check=False)
    (releases / "2026-11-21" / "ledger.csv").unlink()

    with pytest.raises(
        ReleaseDamagedError,
        match=r"2026-11-21: not in versions\.json and fails sums: ledger\.csv: missing; nobody .* remove it",
    ):
        cut(history.generations[1], releases)

    assert versions(releases)["latest"] == "2026-11-20"


def test_once_it_is_removed_it_is_cut_anew(history: History, releases: Path, undisturbed: Path) -> None:
    arguments = [*POINTS["before-the-pointer"], str(history.generations[1]), str(releases), DAY_2.isoformat()]
    subprocess.run([sys.executable, "-c", CHILD, *arguments], cwd=ROOT, check=False)
    shutil.rmtree(releases / "2026-11-21")

    cut(history.generations[1], releases)

    assert versions(releases)["latest"] == "2026-11-21"
    assert sums(releases / "2026-11-21") == sums(undisturbed)


# --- issuing again ---------------------------------------------------------------------------------------------------

REISSUE_CHILD = """
import os, signal, sys
from pathlib import Path
import exports.reissue
from tests.exports.test_kill import DAY_2, tombstones

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

function, releases, *withdrawn = sys.argv[1:]
setattr(exports.reissue, function, die)
exports.reissue.reissue_releases(Path(releases), tombstones(*map(int, withdrawn)), now=DAY_2, code_version="1")
"""
ALL, ONE = (1, 2), (1,)


def tombstones(*withdrawn: int) -> pa.Table:
    return pa.Table.from_pylist([tombstone(n) for n in withdrawn], schema=TOMBSTONE.schema)


def issue_again(releases: Path, withdrawn: tuple[int, ...]) -> None:
    reissue_releases(releases, tombstones(*withdrawn), now=DAY_2, code_version="1")


@pytest.fixture(scope="module")
def of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of two articles; copied, never changed."""
    home = tmp_path_factory.mktemp("of-two")
    generation = write_generation(home / "generation.duckdb", World(articles=[article(1), article(2)]))
    cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    return home / "releases"


@pytest.fixture(scope="module")
def taken_down(of_two: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[int, ...], Path]:
    """The same after takedowns that nothing disturbed, by what was taken down."""
    home = tmp_path_factory.mktemp("taken-down")
    folders = {withdrawn: shutil.copytree(of_two, home / str(len(withdrawn))) for withdrawn in (ALL, ONE)}
    for withdrawn, releases in folders.items():
        issue_again(releases, withdrawn)
    return folders


@pytest.mark.parametrize(
    ("function", "withdrawn"),
    [
        ("verify_release", ONE),
        ("move_pointer", ONE),
        ("write_withdrawal", ONE),
        ("_empty", ONE),
        ("move_pointer", ALL),
        ("_empty", ALL),
    ],
)
def test_after_a_kill_a_takedown_is_completed_by_repeating_it(
    of_two: Path, taken_down: dict[tuple[int, ...], Path], tmp_path: Path, function: str, withdrawn: tuple[int, ...]
) -> None:
    releases = shutil.copytree(of_two, tmp_path / "releases")
    arguments = [function, str(releases), *map(str, withdrawn)]
    killed = subprocess.run([sys.executable, "-c", REISSUE_CHILD, *arguments], cwd=ROOT, check=False)

    issue_again(releases, withdrawn)

    assert killed.returncode == -signal.SIGKILL
    assert versions(releases) == versions(taken_down[withdrawn])
    assert tree(releases) == tree(taken_down[withdrawn])
    assert build_site(releases, tmp_path / "site", generation=None, now=DAY_2).is_file()


def tree(releases: Path) -> list[str]:
    return sorted(path.relative_to(releases).as_posix() for path in releases.rglob("*"))
