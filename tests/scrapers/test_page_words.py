"""What counts as a change of a page, without parsing it."""

import time

import pytest

from scrapers.page_words import words_sha256

TEXT = (
    "Көлдүн жээгинде жаңы китепкана ачылды, анда эки миңден ашык китеп бар жана баары балдар үчүн. "
    "Ачылышка айыл тургундары чогулуп, ар бири бирден китеп алып келишти."
)
PAGE = """<html><head><script>var t = {token};</script><style>p {{ margin: 0 }}</style></head><body>
<h1>{title}</h1><p>{text}</p><ul><li><a href="/x">{box}</a></li></ul><span>{views}</span></body></html>"""
SAME = {"token": "1", "title": "Китепкана", "text": TEXT, "box": "Башка кабар", "views": "7"}


def said(**other: str) -> str | None:
    return words_sha256(PAGE.format(**SAME | other).encode())


LONG_BOX = "Бул жерде ушундай узун баш сөз турат, бирок анын аягында чекит жок, анткени ал башка макаланын аталышы"


@pytest.mark.parametrize("other", [{"token": "'%s.'" % ("x " * 200)}, {"box": LONG_BOX}, {"views": "8"}])
def test_tokens_boxes_and_counters_say_nothing(other: dict[str, str]) -> None:
    assert said(**other) == said()


@pytest.mark.parametrize("other", [{"title": "Жаңы китепкана"}, {"text": TEXT.replace("эки", "үч")}])
def test_headline_and_sentences_say_something(other: dict[str, str]) -> None:
    assert said(**other) != said()


def test_a_page_without_sentences_says_nothing_that_can_be_told_apart() -> None:
    assert said(text="Сүрөт") is None


@pytest.mark.parametrize(
    "body", [b"<script" * 700_000, b"<h1 " * 1_000_000, b">" + b"." * 5_000_000 + b"<", b"<a " + b"x=1 " * 1_000_000]
)
def test_hostile_pages_are_passed_over_at_once(body: bytes) -> None:
    started = time.monotonic()

    words_sha256(body)

    assert time.monotonic() - started < 2
