"""Which edits are substantive, and how large they are."""

from pathlib import Path

import duckdb
import pytest

from exports.engine import run_sql
from tests.exports.factories import DAY_1, DAY_2, World, article, past_version, write_generation

EDITS: tuple[tuple[str, str, bool, int, int], ...] = (
    ("Кар түштү.  Жол ачык!", "кар түштү жол\nачык", False, 0, 0),
    ("Жол ачык. Кар түштү.", "Кар түштү. Жол ачык.", False, 0, 0),
    ("Просмотров: 88. Снег выпал", "Просмотров: 1 204. Снег выпал", False, 0, 0),
    ("Snow fell. 88 views", "Snow fell. 1,204 views", False, 0, 0),
    ("The bridje is open", "The bridge is open", False, 6, 6),
    ("The bridge is open", "The old bridge is not quite open", True, 11, 0),
    ("3 people came", "5 people came", True, 1, 1),
    ("A line.\nSnow fell.\nThe road is open.", "Snow fell.\nA line.\nThe road is not open.", False, 3, 0),
    ("Snow fell.\nSnow fell.", "Snow fell.", False, 0, 8),
)
"""Text before, text after, whether that is substantive, characters added and removed."""


def edit_sizes(tmp_path: Path, before: str, after: str, titles: tuple[str, str] = ("Кар", "Кар")) -> tuple[object, ...]:
    was, now = article(1, text=before, title=titles[0]), article(1, text=after, title=titles[1], n_versions=2)
    world = World(articles=[now], past_versions=[past_version(was, 1, DAY_1, DAY_2)])
    generation = write_generation(tmp_path / "generation.duckdb", world)
    with duckdb.connect() as connection:
        connection.execute("attach ? as generation (read_only)", [str(generation)])
        connection.execute("create table touched_versions as select distinct article_id from generation.past_version")
        run_sql(connection, "create_edit_sizes")
        run_sql(connection, "new_edit_sizes", first=now["published_at"], last=now["published_at"])
        [row] = connection.table("edit_sizes").project("is_substantive, n_chars_added, n_chars_removed").fetchall()
    return row


@pytest.mark.parametrize(("before", "after", "is_substantive", "added", "removed"), EDITS)
def test_an_edit_is_substantive_when_it_changes_more_than_a_word_or_any_number(
    tmp_path: Path, before: str, after: str, is_substantive: bool, added: int, removed: int
) -> None:
    assert edit_sizes(tmp_path, before, after) == (is_substantive, added, removed)


def test_a_new_word_in_the_headline_is_substantive(tmp_path: Path) -> None:
    assert edit_sizes(tmp_path, "Кар түштү", "Кар түштү", titles=("Кар", "Жамгыр")) == (True, 6, 3)


def test_a_headline_in_other_letter_case_is_not(tmp_path: Path) -> None:
    assert edit_sizes(tmp_path, "Кар түштү", "Кар түштү", titles=("Кар", "КАР")) == (False, 0, 0)
