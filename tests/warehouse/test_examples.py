import pytest

from tests.warehouse.home import Home
from warehouse.analyst_copy import connect_analyst
from warehouse.examples import Example, list_examples

EXAMPLES = list_examples()


def test_there_are_ten_examples_numbered_from_one() -> None:
    assert [example.number for example in EXAMPLES] == list(range(1, 11))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_asks_a_question_and_answers_it(published: Home, example: Example) -> None:
    with connect_analyst(published.analyst) as con:
        rows = con.execute(example.sql).fetchall()

    assert example.question.endswith("?") or "? " in example.question
    assert rows


def test_an_edit_is_found(published: Home) -> None:
    edited = next(example for example in EXAMPLES if example.name == "edited_articles")

    assert [row[1] for row in published.ask(edited.sql)] == [3]


def test_a_citation_leads_to_the_article_of_another_source(published: Home) -> None:
    who_cites_whom = next(example for example in EXAMPLES if example.name == "who_cites_whom")

    assert published.ask(who_cites_whom.sql) == [("tunduk", "topol", 1)]
