"""Sources that a text names without a link, in each language; and who is named without being a source."""

import pytest

from scrapers.extraction.named_sources import MAX_NAMED, read_named
from scrapers.records import Citation, CitationKind
from tests.scrapers.extraction.factories import article, html, source

OPENING = {
    "en": "The library of the mountain village opened its doors on Friday after a long repair by volunteers.",
    "ru": "Библиотека горного села открылась в пятницу после долгого ремонта, который провели добровольцы.",
}


@pytest.mark.parametrize(
    ("language", "text", "label"),
    [
        ("en", "The Kabar Plus Telegram channel reported that forty books were taken.", "Kabar Plus"),
        ("en", "It snowed, according to the news agency Kabar Plus.", "Kabar Plus"),
        ("en", "Snow fell all night, tau.example reported.", "tau.example"),
        ("en", "Radio Kabar reported on Monday that the pass is closed.", "Radio Kabar"),
        ("ru", "Об этом сообщает 24.example.", "24.example"),
        ("ru", "В городе выпал снег, сообщает Телеграм-канал «Новости гор».", "Новости гор"),
        ("ru", "В городе выпал снег, пишет Кабарчы.", "Кабарчы"),
        ("ru", "Снег выпал, передает Mountain News со ссылкой на очевидцев.", "Mountain News"),
        ("ru", "По данным агентства «Горы», перевал закрыт.", "Горы"),
        ("ky", "Калаада кар жаады, деп жазды Кабарчы.", "Кабарчы"),
        ("ky", "Кар жаады, деп кабарлады 24.example.", "24.example"),
        ("ky", "«Тоо кабары» гезити жазды.", "Тоо кабары"),
        ("ky", "Тоо Telegram-каналы билдирди.", "Тоо"),
        ("kk", "Қалада қар жауды, деп хабарлайды Dala.example.", "Dala.example"),
        ("kk", "«Дала» агенттігі хабарлады.", "Дала"),
        ("kk", "«Дала» хабарлауынша, асу жабық.", "Дала"),
        ("uz-Latn", "Qor yog‘di, deb xabar berdi Chinor.example.", "Chinor.example"),
        ("uz-Latn", "“Chinor” agentligi xabar berdi.", "Chinor"),
        ("uz-Latn", "Chinor yozishicha, dovon yopiq.", "Chinor"),
        ("uz-Cyrl", "Қор ёғди, деб хабар берди Чинор.", "Чинор"),
        ("uz-Cyrl", "«Чинор» нашри ёзди.", "Чинор"),
        ("tg", "Барф борид, менависад Помир.", "Помир"),
        ("tg", "Агентии «Помир» хабар дод.", "Помир"),
        ("tg", "Ба навиштаи Pamir Daily, ағба баста аст.", "Pamir Daily"),
        ("tk", "Gar ýagdy diýip habar berdi Garagum.", "Garagum"),
        ("tk", "«Garagum» gazeti ýazdy.", "Garagum"),
    ],
)
def test_a_verb_of_reporting_names_a_source(language: str, text: str, label: str) -> None:
    (named,) = read_named(text, language, source(), ())

    assert (named.kind, named.label, named.url) == (CitationKind.NAMED, label, None)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The minister said that snow fell."),
        ("en", "John Smith reported the theft to the police."),
        ("en", "According to the Ministry of Health, nobody was hurt."),
        ("en", "Police said on Monday that the road is open."),
        ("ru", "Об этом сообщил министр Иванов."),
        ("ru", "Об этом сообщает МВД."),
        ("ru", "Перевал закрыт, сообщает Минтранс."),
        ("ru", "Президент пишет книгу о горах."),
        ("ru", "Снег выпал, пишет Садыков."),
        ("ky", "Деп жазды Садыр Токтогулов өз баракчасында."),
        ("ky", "Кар жаады, деп билдирди министр."),
        ("ky", "Кар жаады, деп билдирди ИИМ."),
        ("kk", "Асу жабық, деп хабарлады Ішкі істер министрлігі."),
        ("kk", "Асу жабық, деп жазды Әлиев."),
        ("uz-Latn", "Dovon yopiq, deb yozdi Karimov."),
        ("uz-Latn", "Vazir xabar berdi."),
        ("uz-Cyrl", "Довон ёпиқ, деб ёзди Каримов."),
        ("uz-Cyrl", "Вазир хабар берди."),
        ("tg", "Ағба баста аст, менависад Назарзода."),
        ("tg", "Вазорат хабар дод."),
        ("tk", "Gar ýagdy diýip ýazdy Berdiýew."),
        ("tk", "Ministr habar berdi."),
        ("und", "Об этом сообщает 24.example."),
    ],
)
def test_persons_and_offices_are_no_sources(language: str, text: str) -> None:
    assert read_named(text, language, source(), ()) == ()


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
