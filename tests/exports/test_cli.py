"""`python -m exports`: one JSON value on stdout, exit codes 0, 1, 2, one clear line for what is wrong."""

import json
import shutil
from pathlib import Path

import pytest

from exports.__main__ import main
from tests.exports.conftest import History


@pytest.fixture
def home(history: History, tmp_path: Path) -> Path:
    """A data root with the first two releases and no generation."""
    for name in ("2026-11-20", "2026-11-21", "versions.json"):
        source, target = history.releases / name, tmp_path / "releases" / name
        target.parent.mkdir(exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return tmp_path


def run(*arguments: str, home: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = main([*arguments, "--home", str(home)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_verify_names_every_gate_and_exits_0(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("verify", "2026-11-21", home=home, capsys=capsys)

    assert code == 0
    assert all(gate["is_ok"] for gate in json.loads(out)["gates"])


def test_verify_exits_1_when_a_gate_fails(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "releases" / "2026-11-20" / "README.md").unlink()

    code, out, _ = run("verify", "2026-11-20", home=home, capsys=capsys)

    assert (code, json.loads(out)["gates"][0]["detail"]) == (1, "README.md: missing")


def test_diff_gives_the_ids(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("diff", "2026-11-20", "2026-11-21", home=home, capsys=capsys)

    assert code == 0
    assert [len(json.loads(out)[key]) for key in ("added", "modified", "deleted")] == [1, 1, 0]


@pytest.mark.parametrize("name", ["2026-11-25", "../2026-11-20", "x"])
def test_an_unknown_release_is_a_misuse_and_named(name: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run("verify", name, home=home, capsys=capsys)

    assert (code, out) == (2, "")
    assert err.endswith(f"no release {name!r}\n")


def test_cut_without_a_generation_is_a_misuse_and_says_what_to_do(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run("cut", home=home, capsys=capsys)

    assert code == 2
    assert "no generation for analysts yet" in err


def test_site_works_without_release_and_generation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("site", home=tmp_path, capsys=capsys)

    assert code == 0
    assert "No release yet" in Path(json.loads(out)["page"]).read_text(encoding="utf-8")
