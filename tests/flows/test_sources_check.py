"""`sources check` over the sample world: what it says, and what a passed check changes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from flows.cli_options import open_place
from samples.world import NewsWorld
from scrapers.check_reports import latest_report
from scrapers.data_root import open_data_root

CANDIDATE = "jailoo_brief"
UNCHECKED = "tunduk_times"


def kabarchy(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data root that knows the sample world as candidates, one of which was checked."""
    root = open_data_root(tmp_path_factory.mktemp("check") / "home")
    with NewsWorld() as world:
        world.write_registry(root.sources)
        for source_id in (CANDIDATE, UNCHECKED):
            path = root.sources / f"{source_id}.toml"
            path.write_text(path.read_text().replace('"enabled"', '"candidate"'))
        result = kabarchy("sources", "check", CANDIDATE, "--home", root.path)
        (root.path / "said.txt").write_text(result.stdout)
        yield root.path


def test_a_good_outlet_passes_and_every_field_of_its_pages_is_shown(home: Path) -> None:
    said = (home / "said.txt").read_text()

    assert f"{CANDIDATE}: passed" in said
    assert f"{CANDIDATE}: is crawled from now on; to enable it in its file: kabarchy sources raise {CANDIDATE}" in said
    assert [
        word for word in ("title", "published", "date from", "authors", "language", "text") if word not in said
    ] == []


def test_a_check_says_where_its_dated_report_is(home: Path) -> None:
    (path,) = (home / "checks" / CANDIDATE).glob("*.json")

    last_line = (home / "said.txt").read_text().splitlines()[-1]

    assert last_line == f"report of {latest_report(home / 'checks', CANDIDATE).checked_on}: {path}"


def test_a_run_without_names_takes_the_candidate_that_passed_and_not_the_other(home: Path) -> None:
    chosen = [source.id for source in open_place(home).choose(None)]

    assert CANDIDATE in chosen
    assert UNCHECKED not in chosen


def test_the_list_tells_the_state_and_the_last_check(home: Path) -> None:
    rows = {row["source"]: row for row in json.loads(kabarchy("sources", "list", "--home", home, "--json").stdout)}

    assert rows[CANDIDATE]["status"] == "candidate"
    assert rows[CANDIDATE]["checked"].endswith(" passed")
    assert rows[UNCHECKED]["checked"] is None


def test_raising_shows_what_would_change_and_writes_only_when_told(home: Path) -> None:
    path = home / "sources" / f"{CANDIDATE}.toml"
    before = path.read_text()
    shown = kabarchy("sources", "raise", CANDIDATE, "--home", home)
    untouched = path.read_text()
    kabarchy("sources", "raise", CANDIDATE, "--write", "--home", home)
    again = kabarchy("sources", "raise", CANDIDATE, "--home", home)

    assert '+state = "enabled"' in shown.stdout.splitlines()
    assert untouched == before
    assert 'state = "enabled"' in path.read_text()
    assert again.stdout == f"{path}: nothing to raise\n"


def test_what_was_not_checked_cannot_be_raised(home: Path) -> None:
    result = kabarchy("sources", "raise", UNCHECKED, "--home", home)

    assert result.exit_code == 2
    assert f"kabarchy sources check {UNCHECKED}" in result.stderr
