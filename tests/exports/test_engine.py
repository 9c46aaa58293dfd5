"""DuckDB as releases use it: what does not fit into memory goes where nobody else reads it, and leaves nothing."""

import stat
from pathlib import Path

import pytest

from exports.engine import open_engine


def test_what_does_not_fit_into_memory_spills_into_a_private_folder_that_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with open_engine([]) as connection:
        ((name,),) = connection.sql("select current_setting('temp_directory')").fetchall()
        mode = stat.S_IMODE(Path(name).stat().st_mode)

    assert (Path(name).is_absolute(), mode) == (True, 0o700)
    assert not Path(name).is_relative_to(tmp_path)
    assert not Path(name).exists()


def test_beside_a_scratch_database_it_spills_into_its_folder(tmp_path: Path) -> None:
    with open_engine([], scratch=tmp_path) as connection:
        ((name,),) = connection.sql("select current_setting('temp_directory')").fetchall()

    assert Path(name) == tmp_path / "spill"
