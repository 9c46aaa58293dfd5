"""The cleaned body of a page, its excerpt and its counts."""

import json

import pytest

from scrapers.extraction.text import count_words, cut_excerpt
from scrapers.records import Kind
from tests.scrapers.extraction.factories import PARAGRAPHS, article, html, source

BODY = "\n".join(PARAGRAPHS)
OTHER = "<p>Нарында жаңы көпүрө салынып бүттү, аны айыл тургундары көптөн бери күтүп келишкен.</p>" * 2


def test_the_text_is_the_paragraphs_one_a_line() -> None:
    found = article(html())

    assert found.text == BODY
    assert (found.kind, found.n_chars, found.text_origin) == (Kind.ARTICLE, len(BODY), "trafilatura_whole+cut")
    assert found.excerpt == "Бишкек шаарында бүгүн жаңы китепкана ачылды, ага шаардын ар кайсы районунан үч"


@pytest.mark.parametrize(
    "box",
    [
        f"<div class='related-news'>{OTHER}</div>",
        f"<aside id='read-also'>{OTHER}</aside>",
        "<div class='share-bar'>Бөлүшүү: <a href='#'>Facebook</a> <a href='#'>Telegram</a></div>",
        "<div id='cookie-notice'><p>Биз cookie файлдарын колдонобуз. Сайтта калсаңыз, макул болдуңуз.</p></div>",
        f"<div id='comments'>{OTHER}{OTHER}</div>",
        f"<div class='list commentlist'>{OTHER}{OTHER}</div>",
        "<p>Подписывайтесь на наш Telegram-канал!</p>",
        "<p>Наши новости теперь в WhatsApp!</p>",
        "<p>Биздин Telegram каналга жазылыңыз</p>",
        "<script>var x = 'Жашыруун текст, аны эч ким көрбөшү керек';</script>",
    ],
)
@pytest.mark.parametrize("place", ["within", "after"])
def test_boxes_and_calls_to_follow_are_no_text(box: str, place: str) -> None:
    paragraphs = (PARAGRAPHS[0], f"</p>{box}<p>{PARAGRAPHS[1]}", PARAGRAPHS[2])
    page = html(paragraphs=paragraphs) if place == "within" else html(after=box)

    assert article(page).text == BODY


@pytest.mark.parametrize("name", ["content no-share", "article__teaser", "has-comments", "entry share"])
def test_an_element_that_holds_the_article_is_no_box_whatever_its_name(name: str) -> None:
    assert article(html().replace("class='content'", f"class='{name}'")).text == BODY


@pytest.mark.parametrize("tag", ["time", "noindex", "output"])
@pytest.mark.parametrize("word", ["балдар үчүн ", "Китепкананын директору "], ids=["within", "opening"])
def test_a_paragraph_stays_when_trafilatura_drops_an_element_of_it(word: str, tag: str) -> None:
    numbered = tuple(f"{paragraph} Бул {n}-окурман." for n in range(3) for paragraph in PARAGRAPHS)
    marked = (*numbered[:4], numbered[4].replace(word, f"<{tag}>{word}</{tag}>"), *numbered[5:])

    found = article(html(paragraphs=marked, after=f"<div>{OTHER * 2}</div>"))

    assert found.text == "\n".join((*numbered[:4], numbered[4].replace(word, ""), *numbered[5:]))


@pytest.mark.parametrize("share", [0.75, 0.8, 0.9])
def test_json_ld_that_is_cut_off_does_not_cut_the_text(share: float) -> None:
    numbered = tuple(f"{paragraph} Бул {n}-окурман." for n in range(5) for paragraph in PARAGRAPHS)
    whole = " ".join(numbered)
    said = json.dumps({"@type": "NewsArticle", "headline": "x", "articleBody": f"{whole[: int(share * len(whole))]}…"})

    found = article(html(head=f"<script type='application/ld+json'>{said}</script>", paragraphs=numbered))

    assert found.text == "\n".join(numbered)


def test_what_the_source_says_to_remove_is_removed() -> None:
    page = html(
        paragraphs=(*PARAGRAPHS, "</p><p class='promo-of-ours'>Айына бир жолу чыккан журналыбызды сатып алыңыз.</p><p>")
    )

    assert article(page, of=source(selectors={"remove": [".promo-of-ours"]})).text == BODY


def test_the_sources_body_selector_chooses_the_text() -> None:
    page = html(after=f"<section>{OTHER * 3}</section>")
    found = article(page, of=source(selectors={"body": ".content"}))

    assert found.text == BODY
    assert found.text_origin.startswith("selector+")


def test_a_headline_repeated_as_first_line_is_not_text() -> None:
    page = html(paragraphs=("Бишкекте жаңы китепкана ачылды", *PARAGRAPHS))

    assert article(page).text == BODY


def test_text_is_in_nfc_without_invisible_characters() -> None:
    hidden = (
        PARAGRAPHS[0].replace("й", "и\u0306").replace("китеп", "ки\u00adте\u200bп").replace("үч", "\u202eүч\ufeff\x00")
    )

    assert article(html(paragraphs=(hidden, *PARAGRAPHS[1:]))).text == BODY


@pytest.mark.parametrize("text", ["", "сөз", "бир эки үч төрт беш алты", "а" * 3000, "ар кандай сөз " * 500])
def test_an_excerpt_is_a_beginning_within_both_limits(text: str) -> None:
    excerpt = cut_excerpt(text)

    assert len(excerpt) <= min(200, len(text) / 4)
    assert text.startswith(excerpt)


def test_an_excerpt_ends_with_a_whole_word() -> None:
    assert cut_excerpt("ар кандай сөз " * 500).split()[-1] in ("ар", "кандай", "сөз")


def test_words_are_counted_with_their_apostrophes_and_hyphens() -> None:
    assert count_words("O‘zbekiston — Ысык-Көл, 2026: don't") == 4


def test_a_script_whose_tag_closes_itself_is_a_script_as_for_browsers() -> None:
    code = "(function() { for (var i=0; i<n; i++) { show('Бул кабарды окугандар мындан тышкары окушту.'); } })();"
    page = html(paragraphs=(PARAGRAPHS[0], f"<script type='text/javascript'/>{code * 4}</script>", *PARAGRAPHS[1:]))

    assert article(page).text == "\n".join(PARAGRAPHS)


def test_what_follows_a_script_of_elsewhere_that_closes_itself_is_read() -> None:
    assert article(html(beside="<script src='/a.js'/>")).text == "\n".join(PARAGRAPHS)
