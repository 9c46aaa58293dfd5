"""Which charset a page is read in."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.extraction.decode import clean_text, decode_html
from scrapers.records import RejectionReason
from tests.scrapers.extraction.factories import PARAGRAPHS, article, html, rejection

RU = (
    "В Бишкеке сегодня открылась новая библиотека, на открытие пришли более трёхсот читателей из разных районов.",
    "По словам директора библиотеки Айгуль Сыдыковой, в ней есть отдельный зал для детей и большой двор с деревьями.",
    "Организаторы сообщили, что в следующем месяце такая же библиотека откроется в Оше, деньги на неё уже найдены.",
)
TITLE = "В Бишкеке открылась новая библиотека"
META = '<meta charset="{}">'


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-8", "utf-16"])
@pytest.mark.parametrize("said", ["header", "meta", "nothing", "header lies", "meta lies"])
def test_russian_is_read_right_whatever_the_page_says_of_its_charset(charset: str, said: str) -> None:
    lie = "koi8-r" if charset == "windows-1251" else "windows-1251"
    head = {"meta": META.format(charset), "meta lies": META.format(lie)}.get(said, "")
    header = {"header": f"text/html; charset={charset}", "header lies": f"text/html; charset={lie}"}.get(
        said, "text/html"
    )
    body = html(title=TITLE, head=head, paragraphs=RU).encode(charset)

    found = article(body, headers=(("content-type", header),))

    assert (found.title, found.text) == (TITLE, "\n".join(RU))


def test_a_few_broken_bytes_do_not_cost_the_page() -> None:
    body = html().encode().replace("китепкана".encode(), "китеп".encode() + b"\xd0", 1)

    assert "Айгүл Сыдыкованын" in article(body, headers=(("Content-Type", "text/html; charset=utf-8"),)).text


def test_a_byte_order_mark_is_no_text() -> None:
    assert article(b"\xef\xbb\xbf" + html().encode()).text == "\n".join(PARAGRAPHS)


def test_entities_are_characters() -> None:
    page = html(paragraphs=(f"&#1040;&#1103; &laquo;&amp;&raquo; {PARAGRAPHS[0]}", *PARAGRAPHS[1:]))

    assert article(page).text.startswith("Ая «&» Бишкек")


def test_latin_pages_without_declaration_keep_their_umlauts() -> None:
    assert decode_html("<p>Bücher für Österreich und größere Städte</p>".encode("cp1252"), ()) == (
        "<p>Bücher für Österreich und größere Städte</p>"
    )


def test_noise_is_undecodable() -> None:
    noise = bytes(range(128, 256)) * 40

    assert rejection(b"<html>" + noise).reason in (
        RejectionReason.UNDECODABLE,
        RejectionReason.NO_TEXT,
        RejectionReason.NO_TITLE,
    )


_CYRILLIC = st.text(st.sampled_from("абвгдежзийклмнопрстуфхцчшщъыьэюя АБВГД.,-\n"), min_size=1, max_size=200)


@settings(max_examples=50, deadline=None)
@given(text=st.text(max_size=200))
def test_utf8_comes_back_as_it_was_whatever_the_header_says(text: str) -> None:
    written = "".join(char for char in text if not "\ud800" <= char <= "\udfff")
    body = f"<p>Кар {written}".encode()

    assert decode_html(body, (("Content-Type", "text/html; charset=windows-1251"),)) == f"<p>Кар {written}"


@settings(max_examples=50, deadline=None)
@given(text=_CYRILLIC, charset=st.sampled_from(["windows-1251", "koi8-r", "iso-8859-5", "utf-16"]))
def test_a_declared_charset_gives_back_the_text(text: str, charset: str) -> None:
    page = f"<p>По словам директора библиотеки, в ней есть отдельный зал для детей. {text}"
    headers = (("Content-Type", f"text/html; charset={charset}"),)

    assert decode_html(page.encode(charset), headers) == page


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.characters(), max_size=200))
def test_clean_text_is_composed_and_can_be_written(text: str) -> None:
    cleaned = clean_text(text + "\ud800\u200b\x00")

    assert cleaned.encode("utf-8").decode("utf-8") == unicodedata.normalize("NFC", cleaned)
    assert not set(cleaned) & set("\ud800\u200b\x00\ufeff\xad")
    assert clean_text(cleaned) == cleaned


@settings(max_examples=50, deadline=None)
@given(body=st.binary(max_size=400))
def test_any_bytes_are_text_or_undecodable(body: bytes) -> None:
    text = decode_html(body, ())

    assert text is None or isinstance(text, str)
