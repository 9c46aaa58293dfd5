"""Example queries for analysts: `sql/examples/NN_name.sql`, each beginning with the question that it answers."""

from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A query that can be run on any analyst generation."""

    number: int
    name: str
    question: str
    sql: str
    """The query itself, without the question."""


def list_examples() -> tuple[Example, ...]:
    """Every example, by number."""
    folder = files("warehouse.sql").joinpath("examples")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple(_parse(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in found)


def _parse(stem: str, text: str) -> Example:
    number, _, name = stem.partition("_")
    question, _, sql = text.partition("\n")
    return Example(number=int(number), name=name, question=question.removeprefix("-- "), sql=sql)
