"""What becomes of the messages on a Telegram preview page."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.extraction.extract import extract
from scrapers.records import (
    Article,
    CaptureRole,
    Citation,
    CitationKind,
    Kind,
    Precision,
    Rejection,
    RejectionReason,
)
from scrapers.registry import TelegramEntry
from scrapers.spiders.telegram import discover
from tests.scrapers.extraction.factories import capture, source

FRAGMENTS = Path(__file__).parents[4] / "shared" / "pages" / "telegram" / "tchan_fragments.html"
TEXT = "Туңга биринчи кар түштү. Ашуу ачык, бирок айдоочулар чынжыр ала жүрсүн деп эскертти жол кызматы."


def message(number: int, inside: str, *, classes: str = "", meta: str = "") -> str:
    return (
        f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message {classes} js-widget_message" '
        f'data-post="kolkabar/{number}"><div class="tgme_widget_message_bubble">{inside}'
        f'<span class="tgme_widget_message_views">3.1K</span><span class="tgme_widget_message_meta">{meta}'
        f'<a class="tgme_widget_message_date" href="https://t.me/kolkabar/{number}">'
        '<time datetime="2026-11-19T02:55:09+00:00" class="time">02:55</time></a></span></div></div></div>'
    )


def text(words: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{words}</div>'


def records(*messages: str) -> tuple[Article | Rejection, ...]:
    page = f"<html><body><section>{''.join(messages)}</section></body></html>"
    url = "http://127.0.0.1:8760/s/kolkabar?before=60"
    return extract(capture(page, role=CaptureRole.BOTH, final_url=url, entry_kind="telegram"), source()).records


def post(inside: str, meta: str = "") -> Article:
    (found,) = records(message(48, inside, meta=meta))
    assert isinstance(found, Article), found
    return found


def test_a_message_becomes_a_post_under_its_own_address() -> None:
    found = post(text(TEXT))

    assert (found.kind, found.url, found.title) == (Kind.POST, "http://127.0.0.1:8760/kolkabar/48", None)
    assert (found.text, found.language) == (TEXT, "ky")
    assert found.published_at == datetime(2026, 11, 19, 2, 55, 9, tzinfo=UTC)
    assert (found.published_precision, found.zone_assumed) == (Precision.SECOND, False)


def test_line_breaks_stay_and_the_message_replied_to_is_not_text() -> None:
    reply = '<a class="tgme_widget_message_reply"><div class="js-message_reply_text">Мурунку кабар</div></a>'

    assert post(reply + text("Биринчи сап<br/><br/>Экинчи <b>калың</b> сап")).text == "Биринчи сап\nЭкинчи калың сап"


def test_views_are_not_read() -> None:
    one = records(message(48, text(TEXT)))
    other = records(message(48, text(TEXT)).replace("3.1K", "5.2M"))

    assert one == other


def test_a_signature_is_the_author_and_an_edited_mark_is_not() -> None:
    signed = '<span class="tgme_widget_message_from_author" dir="auto">Азат</span>,&nbsp;edited &nbsp;'

    assert post(text(TEXT), meta=signed).authors == "Азат"


def test_the_channel_a_message_was_forwarded_from_is_cited_first_then_its_links() -> None:
    forwarded = (
        '<div class="tgme_widget_message_forwarded_from">Forwarded from <a class='
        '"tgme_widget_message_forwarded_from_name" href="https://t.me/tunku_jol"><span>Түнкү жол</span></a></div>'
    )
    preview = '<a class="tgme_widget_message_link_preview" href="https://other.example/a"><div>Башка</div></a>'
    words = f'{TEXT} <a href="https://other.example/a">other.example/a</a> <a href="?q=%23%D0%BA%D0%B0%D1%80">#кар</a>'

    found = post(forwarded + text(words) + preview)

    assert found.citations == (
        Citation(kind=CitationKind.FORWARDED, label="Түнкү жол", url="https://t.me/tunku_jol", domain="t.me/tunku_jol"),
        Citation(
            kind=CitationKind.INLINE, label="other.example/a", url="https://other.example/a", domain="other.example"
        ),
    )
    assert found.tags == "кар"


def test_service_notes_and_media_without_words_are_rejected_at_their_place() -> None:
    found = records(
        message(1, text("Channel created"), classes="service_message"),
        message(2, '<a class="tgme_widget_message_photo_wrap"></a>'),
        message(3, text(TEXT)),
    )

    assert [getattr(r, "reason", None) for r in found] == [
        RejectionReason.SERVICE_MESSAGE,
        RejectionReason.NO_TEXT,
        None,
    ]


def test_a_page_without_messages_is_one_rejection() -> None:
    assert records() == (Rejection(reason=RejectionReason.NO_MESSAGES),)


GENUINE = pytest.mark.skipif(not FRAGMENTS.is_file(), reason="no folder ../shared/pages/telegram beside the repository")
"""Thirty messages of t.me; what is asserted of them was counted by a person who read the file."""


def genuine(page: bytes) -> dict[str, Article | Rejection]:
    """Records by number of the message."""
    found = extract(capture(page, role=CaptureRole.BOTH), source()).records
    return {(it.url if isinstance(it, Article) else it.detail or "").rpartition("/")[2]: it for it in found}


@GENUINE
def test_genuine_markup_gives_its_posts() -> None:
    texts = {number: it.text for number, it in genuine(FRAGMENTS.read_bytes()).items() if isinstance(it, Article)}

    assert len(texts) == 18
    assert texts["5"] == "Hello! Signed and edited message"
    assert texts["20"] == "Reply to a video (not recorded in telegram)"
    assert texts["62"] == "Bigger\ntext\nmessage\nnumber\n34"


@GENUINE
def test_genuine_service_notes_and_media_without_words_are_told_apart() -> None:
    found = genuine(FRAGMENTS.read_bytes())
    reasons = {number: it.reason for number, it in found.items() if isinstance(it, Rejection)}

    assert len(found) == 30
    assert {it for it, why in reasons.items() if why is RejectionReason.SERVICE_MESSAGE} == {"1", "2", "3", "92"}
    no_text = {it for it, why in reasons.items() if why is RejectionReason.NO_TEXT}
    assert no_text == {"9", "10", "11", "13", "17", "19", "83", "88"}


@GENUINE
def test_a_genuine_group_is_one_post_and_a_forwarded_one_names_its_origin() -> None:
    found = genuine(FRAGMENTS.read_bytes())
    posts = {number: it for number, it in found.items() if isinstance(it, Article)}
    forwarded = [(n, it.url) for n, post in posts.items() for it in post.citations if it.kind is CitationKind.FORWARDED]

    assert (posts["84"].text, posts["14"].text) == ("Multiple videos and pictures", "Multiple pics")
    assert forwarded == [("89", "https://t.me/some_user")]
    assert {number for number, post in posts.items() if post.authors} == {"5", "79"}


@GENUINE
def test_genuine_views_and_edited_marks_change_no_record() -> None:
    page = FRAGMENTS.read_bytes()
    viewed, n_viewed = re.subn(rb"(message_views\">)[^<]+", rb"\g<1>9.9M", page)
    marked, n_marked = re.subn(rb"edited &nbsp;", b"", viewed)

    assert (n_viewed, n_marked) == (26, 3)
    assert genuine(marked) == genuine(page)


@GENUINE
def test_genuine_messages_of_the_channel_are_met_and_those_of_others_are_not() -> None:
    entry = TelegramEntry(kind="telegram", url="https://t.me/s/tchantest")

    found = discover(FRAGMENTS.read_bytes(), entry.url, entry)

    assert len(found.posts) == 28
    assert (found.posts[0], found.posts[-1]) == ("tchantest/1", "tchantest/94")
    assert found.next_pages == ()
