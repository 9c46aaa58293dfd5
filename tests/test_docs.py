"""The documents say what is true."""

import re
from pathlib import Path

from typer.main import get_command

from flows.cli import app
from scrapers.dictionary import render_dictionary
from tests.fences import fenced
from warehouse.examples import list_examples

ROOT = Path(__file__).parent.parent


def test_data_md_is_the_contract_as_it_is_now() -> None:
    assert (ROOT / "DATA.md").read_text(encoding="utf-8") == render_dictionary()


def test_the_readme_shows_every_example_query_as_it_is() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = list_examples()

    assert len(examples) == 10
    assert [sql for language, sql in fenced(readme) if language == "sql"] == [e.sql.rstrip() for e in examples]
    assert [e.name for e in examples if e.question not in readme] == []


def test_the_readme_names_only_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"kabarchy ((?:sources |releases |takedown )?[a-z]+)", readme))
    verbs = get_command(app).commands
    known = set(verbs) | {
        f"{group} {verb}" for group in ("sources", "releases", "takedown") for verb in verbs[group].commands
    }

    assert {"run", "sql", "releases verify", "sources check"} <= named
    assert named <= known
