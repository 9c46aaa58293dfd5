"""Which pages are articles, among the usual pages of a news site."""

import pytest

from scrapers.records import RejectionReason
from tests.scrapers.extraction.factories import article, rejection
from tests.scrapers.extraction.page_kinds import LANGUAGES, PROSE, TITLES, articles_in, none_in


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
