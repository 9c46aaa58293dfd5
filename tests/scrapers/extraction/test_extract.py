"""What extraction promises of any page at all."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.extraction.extract import extract
from scrapers.gist import readable_part
from scrapers.records import CaptureRole, RejectionReason
from tests.scrapers.extraction.factories import PARAGRAPHS, article, capture, html, record, rejection, source
from tests.scrapers.extraction.page_kinds import articles_in, none_in

SHARED = Path(__file__).parents[4] / "shared"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="no folder ../shared beside the repository")

LINKS = "".join(f"<li><a href='/news/{n}'>Шаардагы {n}-кабар жана анын чоо-жайы тууралуу</a></li>" for n in range(30))
IMAGES = "".join(f"<img src='/{n}.jpg' alt=''>" for n in range(12))

LOGIN_FORM = "<form action='/login'><input name='user'><input type='password' name='secret'></form>"
PROGRAMMES = "".join(
    f"<li><a href='/a/{n}'><span>{n}-июнь, 2026</span><h4>Кечки маалымат программасы</h4></a></li>"
    for n in range(1, 25)
)

REJECTED = [
    (b"", RejectionReason.NO_TEXT),
    (b"  \n ", RejectionReason.NO_TEXT),
    (b"%PDF-1.7 ...", RejectionReason.WRONG_TYPE),
    (b"\x89PNG\r\n\x1a\n", RejectionReason.WRONG_TYPE),
    (b'{"error": "not found"}', RejectionReason.WRONG_TYPE),
    (b'<?xml version="1.0"?><rss version="2.0"></rss>', RejectionReason.WRONG_TYPE),
    (b"<html>" + b" " * (5 * 2**20), RejectionReason.TOO_BIG),
    (b"<p>a" * 60_000, RejectionReason.HOSTILE_MARKUP),
    (b"<article " + b" ".join(b"a%d=1" % n for n in range(30_000)) + b">", RejectionReason.HOSTILE_MARKUP),
    (html(paragraphs=("Кыска.",)), RejectionReason.TOO_SHORT),
    (html(paragraphs=(), after=f"<ul>{LINKS}</ul>"), RejectionReason.NOT_AN_ARTICLE),
    (html(paragraphs=("Фестивалдан сүрөттөр",), after=IMAGES), RejectionReason.NOT_AN_ARTICLE),
    (html(paragraphs=(), after=PROGRAMMES), RejectionReason.NOT_AN_ARTICLE),
    (html(paragraphs=("Кабарды окуу үчүн кириңиз",), after=LOGIN_FORM), RejectionReason.LOGIN_WALL),
    (html(paragraphs=("Кыска кабар.",), after=LOGIN_FORM), RejectionReason.TOO_SHORT),
    (
        f"<title>Вход на сайт</title><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p>{LOGIN_FORM}",
        RejectionReason.LOGIN_WALL,
    ),
    (
        "<html><head><title>Just a moment...</title></head><body><div id='cf-challenge'>Checking</div></body></html>",
        RejectionReason.CHALLENGE_PAGE,
    ),
]


@pytest.mark.parametrize(("page", "reason"), REJECTED)
def test_what_is_no_article_is_rejected_with_its_reason(page: bytes | str, reason: RejectionReason) -> None:
    assert rejection(page).reason is reason


def test_an_entry_carries_no_records() -> None:
    with pytest.raises(ValueError, match="an entry carries no records"):
        extract(capture("<rss/>", role=CaptureRole.ENTRY), source())


def test_a_page_of_deep_nesting_gives_a_record() -> None:
    assert record("<title>Терең</title>" + "<div>" * 40_000 + PARAGRAPHS[0]) is not None


@settings(max_examples=30, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"<html><body><p>", html().encode(), b"<script type='application/ld+json'>"]),
)
def test_any_bytes_give_at_least_one_record(noise: bytes, before: bytes) -> None:
    assert extract(capture(before + noise), source()).records


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=120), st.sampled_from(["title", "content", "datetime", "href"]))
def test_any_text_in_any_place_gives_texts_that_can_be_stored(words: str, place: str) -> None:
    head = f'<meta name="author" {place}="{words}"><link rel="canonical" {place}="{words}">'
    found = record(html(head=head, beside=f"<time {place}='{words}'>{words}</time>", paragraphs=(words, *PARAGRAPHS)))

    assert repr(found).encode("utf-8")
    assert "\x00" not in repr(found)


def test_the_same_page_gives_the_same_record_however_often_it_is_read() -> None:
    found = {article(html()) for _ in range(20)}

    assert len(found) == 1


# --- on real pages, where they are at hand ---


def test_an_article_with_a_login_box_is_an_article() -> None:
    assert article(html(beside=LOGIN_FORM)).text == "\n".join(PARAGRAPHS)


@pytest.mark.parametrize("title", ["Вход в парк стал платным", "Login records of a ministry were leaked"])
def test_a_headline_that_begins_like_a_login_page_is_a_headline(title: str) -> None:
    assert article(html(title=title, beside=LOGIN_FORM)).title == title


@needs_shared
def test_a_genuine_programme_page_is_no_article() -> None:
    body = (SHARED / "pages" / "slobodnaevropa.org_2020-06-22.html").read_bytes()

    assert rejection(body).reason is RejectionReason.NOT_AN_ARTICLE


@needs_shared
@pytest.mark.parametrize(
    ("file", "title", "published_at"),
    [
        (
            "tengrinews.kz_2012-01_a17b",
            "Американцы признали помидор самым полезным в мире продуктом",
            "2012-01-06T00:35:00+00:00",
        ),
        ("vesti.kz_2012-01-06", "Ученые определили возраст начала потери памяти", "2012-01-06T09:08:00+00:00"),
        (
            "ca-news.org_2011-11-28",
            "В Ташкенте пройдёт акция, посвященная Всемирному дню борьбы со СПИДом",
            "2011-11-28T11:38:00+00:00",
        ),
    ],
)
def test_genuine_pages_of_the_region_give_headline_and_publication_time(
    file: str, title: str, published_at: str
) -> None:
    body = (SHARED / "pages" / f"{file}.html").read_bytes()

    found = article(body, of=source(name="CA-NEWS"))  # Almaty and Bishkek had one clock then

    assert found.title == title
    assert found.published_at is not None
    assert found.published_at.isoformat() == published_at


TRICKY = (
    "<script src='/a.js'/><!--><p>Байкоочу: бул жер окулат, анткени эч бир белги муну жашырбайт.</p><!-- b -->"
    "<script>write('</script\\>'); a = '<!--';</script><style>p {}</style><input name='token' value='1'>"
    '<script type=\'application/ld+json\'>{"@type": "WebPage", "datePublished": "2026-11-19"}</script>'
)


def test_what_crawls_leave_out_when_they_compare_pages_changes_no_record() -> None:
    pages = [*none_in("ky").values(), *articles_in("ky").values()]
    bodies = [page.replace("<h1>", f"{TRICKY}<h1>").encode() for page in pages]
    compared = [readable_part(body) for body in bodies]

    assert sum(map(len, compared)) < sum(map(len, bodies))
    assert list(map(record, compared)) == list(map(record, bodies))
