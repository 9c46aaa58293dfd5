"""Extraction stays as good as it was, on saved pages with ground truth."""

import pytest

from benchmarks.extraction import NAMES, extract_page, figures_of
from benchmarks.extraction_floors import digest_of, load_floors, shortfalls
from benchmarks.extraction_scores import Answer, ask, share_within
from tests.replay import CORPORA, SavedPage, adapters, saved_pages

pytestmark = [
    pytest.mark.skipif(not CORPORA.is_dir(), reason=f"saved real pages are not here: {CORPORA}"),
    pytest.mark.timeout(300),
]

MIN_OF_TRAFILATURA = 0.9
"""Share of our text that must stand in trafilatura's own: it is the cleaner, we choose what it sees and keep."""

MAX_SECONDS = 5.0
"""Of wall time for a page on a machine that is busy with other tests; alone the slowest takes under half a second."""

Answers = dict[str, tuple[list[SavedPage], list[Answer]]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """What the pipeline says of every saved page, by corpus."""
    corpora = {name: saved_pages(name, None) for name in NAMES}
    return {name: (pages, [ask(extract_page, page) for page in pages]) for name, pages in corpora.items()}


def test_the_floors_were_measured_on_these_very_pages() -> None:
    pinned, floors = load_floors()

    assert digest_of() == pinned
    assert set(floors) == set(NAMES)


def test_a_figure_that_falls_and_one_that_is_missing_are_named() -> None:
    _, floors = load_floors()
    fallen = {"fundus": {**floors["fundus"], "F1": floors["fundus"]["F1"] - 0.001, "rejected": 0.009}}
    del fallen["fundus"]["day"]

    assert [line.partition(" is ")[0] for line in shortfalls(fallen)] == [
        "fundus: F1",
        "fundus: day",
        "fundus: rejected",
    ]


def test_no_figure_lies_below_its_floor(answers: Answers) -> None:
    figures = {corpus: figures_of(pages, ours) for corpus, (pages, ours) in answers.items()}

    assert [line for line in shortfalls(figures) if ": of_trafilatura is" not in line] == []


def test_at_most_one_article_in_a_hundred_is_rejected(answers: Answers) -> None:
    ours = [answer for _, of_corpus in answers.values() for answer in of_corpus]

    assert sum("rejected" in answer.fields for answer in ours) <= 0.01 * len(ours)


def test_no_page_crashes_or_takes_long(answers: Answers) -> None:
    ours = [answer for _, of_corpus in answers.values() for answer in of_corpus]

    assert [answer.error for answer in ours if answer.error] == []
    assert max(answer.seconds for answer in ours) < MAX_SECONDS


@pytest.mark.parametrize("corpus", NAMES)
def test_the_text_of_each_corpus_is_trafilaturas(answers: Answers, corpus: str) -> None:
    pages, ours = (some[::3] for some in answers[corpus])  # a third, for time; `benchmarks.extraction` compares all
    theirs = [ask(adapters().traf, page) for page in pages]

    assert share_within(ours, theirs) >= MIN_OF_TRAFILATURA
