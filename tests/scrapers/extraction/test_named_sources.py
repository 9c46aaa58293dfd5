"""Sources that a text names without a link, in each language; and who is named without being a source."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

import scrapers.sources
from scrapers.extraction.media_names import is_known, is_known_handle
from scrapers.extraction.named_grammar import DOMAIN
from scrapers.extraction.named_sources import MAX_NAMED, read_named
from scrapers.records import Citation, CitationKind
from scrapers.registry import Source
from scrapers.registry_folder import load_registry
from tests.scrapers.extraction.factories import article, html, source
from tests.scrapers.extraction.named_sentences import NAMED, NOT_NAMED

SOURCES = Path(scrapers.sources.__path__[0])

OPENING = {
    "en": "The library of the mountain village opened its doors on Friday after a long repair by volunteers.",
    "ru": "Библиотека горного села открылась в пятницу после долгого ремонта, который провели добровольцы.",
}


@pytest.mark.parametrize(
    ("language", "text", "label"), [(language, *said) for language, all_said in NAMED.items() for said in all_said]
)
def test_a_medium_is_named_by_a_mark_or_because_it_is_known(language: str, text: str, label: str) -> None:
    named = read_named(text, language, source(), ())

    assert [(c.kind, c.label, c.url) for c in named] == [(CitationKind.NAMED, label, None)]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, texts in NOT_NAMED.items() for text in texts]
)
def test_persons_places_and_offices_are_no_media(language: str, text: str) -> None:
    assert read_named(text, language, source(), ()) == ()


@pytest.mark.parametrize("said", [NAMED, NOT_NAMED])
def test_each_language_has_fifteen_sentences_of_either_kind(said: Mapping[str, Sequence[object]]) -> None:
    assert min(len(said[language]) for language in NAMED) >= 15


@pytest.mark.parametrize("outlet", load_registry(SOURCES).values(), ids=lambda outlet: outlet.id)
def test_every_outlet_of_the_registry_is_known_by_name_and_channel(outlet: Source) -> None:
    name = re.sub(r"\s*\(.*\)|\W*Telegram channel$|\s/.*", "", outlet.name).strip('"')
    handles = [
        url for e in (*outlet.entries, *outlet.spare_entries, *outlet.dead_entries) if "t.me/s/" in (url := e.url)
    ]

    assert is_known(name) or re.fullmatch(DOMAIN, name)
    assert all(is_known_handle(url.rpartition("/")[2]) for url in handles)


def test_a_name_that_is_a_domain_tells_its_domain() -> None:
    (named,) = read_named("Об этом сообщает Tau.example.", "ru", source(), ())

    assert named.domain == "tau.example"


def test_the_outlet_itself_and_what_is_linked_are_not_named_again() -> None:
    linked = Citation(kind=CitationKind.INLINE, label="Горы", url="https://gory.example/1", domain="gory.example")
    text = "Об этом сообщает «Кабар Мисал». Снег выпал, пишет «Горы». Об этом пишет gory.example."

    assert read_named(text, "ru", source(), (linked,)) == ()


def test_a_source_is_named_once_and_a_review_of_the_press_is_cut() -> None:
    text = " ".join(f"Об этом сообщает газета «Горы {n}»." for n in (1, 1, *range(2, 40)))

    named = read_named(text, "ru", source(), ())

    assert [citation.label for citation in named] == [f"Горы {n}" for n in range(1, MAX_NAMED + 1)]


def test_an_article_carries_the_sources_that_its_text_names() -> None:
    paragraphs = (
        OPENING["ru"],
        "В первый же день пришли сорок человек, сообщает Телеграм-канал «Новости гор».",
        OPENING["ru"],
    )

    found = article(html(title="Библиотека горного села открылась", paragraphs=paragraphs))

    assert [(c.kind, c.label) for c in found.citations] == [(CitationKind.NAMED, "Новости гор")]
