import json
from pathlib import Path

import pytest

from tests.warehouse.children import run_child
from tests.warehouse.factories import crawl, stage
from tests.warehouse.home import Home
from warehouse.__main__ import main
from warehouse.lock import loader_lock

SOURCE = """
name = "Тундук"
homepage = "https://tunduk.example/"
country = "KG"
languages = ["ky"]
timezone = "Asia/Bishkek"
status = { state = "enabled", since = 2026-01-01, reason = "sample" }
entries = [{ kind = "feed", url = "https://tunduk.example/rss" }]
"""


@pytest.fixture
def root(home: Home) -> Path:
    """A data root with a registry of one source and one staged batch."""
    (home.path / "sources").mkdir()
    (home.path / "sources" / "tunduk.toml").write_text(SOURCE)
    stage(home.staging, crawl(1))
    return home.path


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize("verb", ["load", "rebuild"])
def test_a_load_is_reported_as_json(root: Path, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    code = main([verb, "--home", str(root)])

    answer = said(capsys)
    assert code == 0
    assert (answer["n_batches"], answer["n_new"], answer["damaged"]) == (1, 1, [])


def test_checks_and_the_copy_follow_a_load(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["load", "--home", str(root)])
    capsys.readouterr()

    assert main(["check", "--home", str(root)]) == 0
    assert said(capsys)["checks"]
    assert main(["copy", "--home", str(root)]) == 0
    assert said(capsys) == {"generation": str(root / "analyst" / "kabarchy-000001.duckdb")}


def test_a_damaged_batch_is_a_problem(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    next((root / "staging").glob("*/articles.parquet")).write_bytes(b"PAR1")

    assert main(["load", "--home", str(root)]) == 1
    assert "sha256" in str(said(capsys)["damaged"])


def test_a_locked_warehouse_is_a_problem_named_in_one_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with loader_lock(root / "warehouse" / "kabarchy.duckdb"):
        code = main(["load", "--home", str(root)])

    assert code == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unreadable_registry_is_misuse(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "sources" / "broken.toml").write_text("name = ")

    assert main(["load", "--home", str(root)]) == 2
    assert "broken.toml" in capsys.readouterr().err


def test_a_data_root_of_another_version_is_misuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kabarchy.json").write_text('{"data_root_version": 99}')

    assert main(["check", "--home", str(tmp_path)]) == 2
    assert "version 99" in capsys.readouterr().err


def test_it_runs_as_a_module(root: Path) -> None:
    done = run_child("import runpy, sys; runpy.run_module('warehouse', run_name='__main__')", "load", "--home", root)

    assert done.returncode == 0
    assert json.loads(done.stdout)["n_batches"] == 1
    assert "Traceback" not in done.stderr
