"""Which language and script a text is taken for."""

import pytest

from benchmarks.language import FLOOR, LANGID, answers, shares
from scrapers.extraction.language import canonical_tag, detect_language
from tests.scrapers.extraction.factories import article, html

OWN_WORDS = [
    ("ky", "Бишкекте жаңы китепкана ачылып, ага үч жүздөн ашык окурман келди, деп билдирди шаардын мэриясы."),
    ("ru", "В Бишкеке открылась новая библиотека, на открытие пришли более трёхсот читателей, сообщили в мэрии."),
    ("kk", "Алматыда жаңа кітапхана ашылып, оған үш жүзден астам оқырман келді, деп хабарлады қала әкімдігі."),
    ("uz-Latn", "Toshkentda yangi kutubxona ochildi, unga uch yuzdan ortiq kitobxon keldi, deb xabar berdi hokimlik."),
    ("uz-Cyrl", "Тошкентда янги кутубхона очилди, унга уч юздан ортиқ китобхон келди, деб хабар берди ҳокимлик."),
    ("tg", "Дар Душанбе китобхонаи нав кушода шуд, ба он беш аз сесад хонанда омаданд, хабар дод шаҳрдорӣ."),
    ("tk", "Aşgabatda täze kitaphana açyldy, oňa üç ýüzden gowrak okyjy geldi diýip, häkimlik habar berdi."),
    ("en", "A new library opened in Bishkek today and more than three hundred readers came, the city hall said."),
]


@pytest.mark.parametrize(("tag", "text"), OWN_WORDS)
def test_each_language_of_the_region_is_told_with_its_script(tag: str, text: str) -> None:
    found, confidence = detect_language(text, ())

    assert found == tag
    assert 0.5 <= confidence <= 1.0


def test_a_short_text_is_taken_for_the_sources_language_where_that_is_nearly_as_likely() -> None:
    assert detect_language("Кар жаады", ("ky",))[0] == "ky"


def test_a_long_text_in_another_language_is_told_whatever_the_source_speaks() -> None:
    assert detect_language(OWN_WORDS[1][1] * 3, ("ky",))[0] == "ru"


@pytest.mark.parametrize("text", ["", "123 456", "👍 👍", "— … !"])
def test_a_text_without_letters_is_undetermined(text: str) -> None:
    assert detect_language(text, ("ky",)) == ("und", 0.0)


@pytest.mark.parametrize(("said", "tag"), [("KY_kg", "ky-KG"), ("uz-cyrl", "uz-Cyrl"), ("ru", "ru"), ("русский", None)])
def test_a_declared_language_is_brought_to_canonical_form(said: str, tag: str | None) -> None:
    assert canonical_tag(said) == tag


def test_declared_and_detected_language_are_kept_apart() -> None:
    found = article(html().replace("<html>", "<html lang='ru-RU'>"))

    assert (found.language, found.language_declared) == ("ky", "ru-RU")


@pytest.mark.skipif(not LANGID.is_dir(), reason="no folder ../shared/pages/langid beside the repository")
def test_the_share_of_right_answers_on_public_sentences_stays_above_its_floor() -> None:
    found = shares(answers())

    assert {tag: share for tag, share in found.items() if share < FLOOR} == {}
    assert set(found) == {tag for tag, _ in OWN_WORDS}
