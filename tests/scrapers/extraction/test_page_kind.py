"""Which pages are articles, among the usual pages of a news site."""

import pytest

from scrapers.records import RejectionReason
from tests.scrapers.extraction.factories import article, rejection
from tests.scrapers.extraction.page_kinds import BLOCKS, LANGUAGES, PROSE, TITLES, articles_in, none_in, page, teasers


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", none_in("en"))
def test_a_list_a_programme_a_gallery_or_a_recording_is_no_article(kind: str, language: str) -> None:
    assert rejection(none_in(language)[kind]).reason is RejectionReason.NOT_AN_ARTICLE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", articles_in("en"))
def test_an_article_stays_one_whatever_stands_around_it(kind: str, language: str) -> None:
    found = article(articles_in(language)[kind])

    assert found.title in TITLES[language]
    assert PROSE[language][0][:60] in (found.text or "")


def test_a_rejected_list_says_what_was_seen() -> None:
    assert rejection(none_in("ky")["tag archive"]).detail == "6 titles of other articles with their openings"


def test_a_rejected_video_says_how_little_it_tells() -> None:
    assert rejection(none_in("en")["video with a caption"]).detail == "a recording with 91 characters of its own"


@pytest.mark.parametrize("pause", ["", "<p>* * *</p>"])
def test_verses_are_no_list_though_their_site_lists_others_beside_them(pause: str) -> None:
    words = " ".join(PROSE["en"]).split()
    verses = [" ".join(words[n : n + 6]) for n in range(0, len(words), 6)]
    poem = pause.join(f"<p>{verse}</p>" for verse in verses)
    others = f"<div class='related'>{teasers('en', BLOCKS)}</div>"

    found = article(page(TITLES["en"][0], f"<div><h1>{TITLES['en'][0]}</h1>{poem}</div>{others}", body_class="blog"))

    assert verses[0] in (found.text or "")
