"""Which addresses save a request, because they show one page."""

import pytest

from scrapers.identity import normalise_url
from scrapers.same_page import page_key

PLAIN = page_key("https://outlet.kg/news/1?id=7")


@pytest.mark.parametrize(
    "url",
    [
        "http://www.outlet.kg/news/1/?id=7",
        "https://m.outlet.kg/news/1?id=7",
        "https://www.m.outlet.kg/news/1?id=7",
        "https://amp.outlet.kg/news//1?id=7",
        "https://outlet.kg/amp/news/1?id=7",
        "https://outlet.kg/news/1/amp/?id=7",
        "https://outlet.kg/news/1/amp?id=7&amp=1",
        "https://outlet.kg/news/1/index.php?id=7&PHPSESSID=abc",
        "https://outlet.kg/news/1?id=7&sid=8f2&utm_source=rss&print=1",
        "https://outlet.kg/news/1?ref=home&id=7&outputType=amp#top",
    ],
)
def test_mirrors_amp_print_sessions_and_campaigns_are_the_same_page(url: str) -> None:
    assert page_key(normalise_url(url)) == PLAIN


@pytest.mark.parametrize(
    "url",
    [
        "https://outlet.kg/news/1?id=8",
        "https://outlet.kg/news/1",
        "https://outlet.kg/ru/news/1?id=7",
        "https://kz.outlet.kg/news/1?id=7",
        "https://outlet.kg/news/1?cid=7",
        "https://outlet.kg/news/1?id=7&page=2",
    ],
)
def test_numbers_languages_and_other_hosts_are_other_pages(url: str) -> None:
    assert page_key(normalise_url(url)) != PLAIN


def test_the_front_page_of_a_short_host_keeps_its_name() -> None:
    assert page_key("https://m.kg/") == "m.kg"


def test_stories_that_are_told_apart_by_a_number_called_sid_are_two_pages() -> None:
    assert page_key("https://outlet.kg/article.php?sid=1") != page_key("https://outlet.kg/article.php?sid=2")
