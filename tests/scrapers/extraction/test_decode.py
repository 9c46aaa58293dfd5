"""Which charset a page is read in."""

import pytest

from scrapers.extraction.decode import decode_html
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
