"""Whom the words of a byline name, in the languages of the region and around them; who is preferred to whom."""

import json

import pytest

from scrapers.extraction.author_names import cut_tail, is_person, read_names
from tests.scrapers.extraction.factories import article, html

NOBODY: frozenset[str] = frozenset()


def json_ld(author: object) -> str:
    node = {"@type": "NewsArticle", "headline": "Бишкекте жаңы китепкана ачылды", "author": author}
    return f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>'


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("Айгүл Сыдыкова", ["Айгүл Сыдыкова"]),
        ("Автор: Айгүл Сыдыкова", ["Айгүл Сыдыкова"]),
        ("Материалды даярдаган Айгүл Сыдыкова", ["Айгүл Сыдыкова"]),
        ("Материалды әзірлеген: Асель Нурланова", ["Асель Нурланова"]),
        ("Подготовила Асель Нурланова", ["Асель Нурланова"]),
        ("Muallif: Nigora Sobirova", ["Nigora Sobirova"]),
        ("Тайёрлади: Нигора Собирова", ["Нигора Собирова"]),
        ("Таҳияи Фирӯз Назаров", ["Фирӯз Назаров"]),
        ("Taýýarlan: Maral Berdiýewa", ["Maral Berdiýewa"]),
        ("By Anna Lee", ["Anna Lee"]),
        ("Text & Photos: Anna Lee", ["Anna Lee"]),
        ("Корреспондент Айгүл Сыдыкова", ["Айгүл Сыдыкова"]),
        ("Собственный корреспондент Азамат Токтогулов", ["Азамат Токтогулов"]),
        ("Мухбир Нигора Собирова", ["Нигора Собирова"]),
        ("Айгүл Сыдыкова, корреспондент", ["Айгүл Сыдыкова"]),
        ("Айгүл Сыдыкова, Бишкек", ["Айгүл Сыдыкова"]),
        ("Айгүл Сыдыкова, Ош шаары", ["Айгүл Сыдыкова"]),
        ("Anna Lee and John Smith, Bishkek", ["Anna Lee", "John Smith"]),
        ("Anna Lee, John Smith", ["Anna Lee", "John Smith"]),
        ("Anna Lee, AFP", ["Anna Lee", "AFP"]),
        ("Айгүл Сыдыкова aigul@kabar.example", ["Айгүл Сыдыкова"]),
        ("Айгүл Сыдыкова (@aigul)", ["Айгүл Сыдыкова"]),
        ("facebook.com/aigul.sydykova", []),
        ("https://facebook.com/aigul", []),
        ("kabar.example/staff", []),
        ("Фото: © Кабар", []),
        ("", []),
    ],
)
def test_a_byline_gives_its_names_and_nothing_else(said: str, names: list[str]) -> None:
    assert read_names([said], NOBODY) == names


@pytest.mark.parametrize(
    "line",
    [
        "By Anna Lee - Bishkek bureau",
        "By Anna Lee | 19 November 2026",
        "By Anna Lee in Society on 19 November",
        "Автор Anna Lee, 19.11.2026",
    ],
)
def test_place_date_and_section_are_cut_off_a_byline(line: str) -> None:
    assert cut_tail(line) == "Anna Lee"


@pytest.mark.parametrize("name", ["Reuters", "Kabar News", "Mountain Times", "Кабар агенттиги", "редактор"])
def test_an_agency_or_a_desk_is_no_person(name: str) -> None:
    assert not is_person(name)


def test_the_outlet_and_the_city_after_it_are_no_authors() -> None:
    assert read_names(["Кабар Мисал, Бишкек"], frozenset({"кабармисал"})) == []


def test_a_byline_beats_the_organisation_that_structured_data_credits() -> None:
    head = json_ld({"@type": "Organization", "name": "Тоо агенттиги"})

    assert article(html(head=head, beside="<div class='byline'>Азамат Токтогулов</div>")).authors == "Азамат Токтогулов"


def test_a_person_that_structured_data_credits_beats_the_byline() -> None:
    head = json_ld([{"@type": "Person", "name": "Айгүл Сыдыкова"}, {"@type": "Organization", "name": "AFP"}])

    assert (
        article(html(head=head, beside="<div class='byline'>Редактор Азамат</div>")).authors == "Айгүл Сыдыкова | AFP"
    )


def test_the_articles_own_author_beats_the_sites() -> None:
    head = '<meta name="author" content="Тоо Басмасы"><meta property="article:author" content="Айгүл Сыдыкова">'

    assert article(html(head=head)).authors == "Айгүл Сыдыкова"


@pytest.mark.parametrize(
    "beside",
    [
        "<h5>Автор:</h5><p>Айгүл Сыдыкова</p>",
        "<p>Autorin/Autor</p><p>Айгүл Сыдыкова</p>",
        "<p>By <a href='/x'>Айгүл Сыдыкова</a></p>",
        "<div class='author'>Written by <a href='/a'>Айгүл Сыдыкова</a> in <a href='/koom'>Коом Турмушу</a></div>",
        "<p style='text-align: right'><b>Айгүл Сыдыкова</b></p>",
    ],
)
def test_a_name_is_found_by_its_place(beside: str) -> None:
    assert article(html(beside=beside)).authors == "Айгүл Сыдыкова"


def test_bylines_of_several_teasers_name_no_author() -> None:
    teasers = "<p>By Anna Lee</p><p>Кийинки макала</p><p>By John Smith</p>"

    assert article(html(after="<p>Кыскача</p>" * 15 + teasers)).authors is None


def test_links_on_the_right_are_no_signature() -> None:
    assert article(html(after="<p align='right'><a href='/'>Башкы Бет</a></p>")).authors is None
