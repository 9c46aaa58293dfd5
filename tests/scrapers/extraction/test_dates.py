"""Which of a page's dates is believed."""

from datetime import UTC, datetime

import pytest

from scrapers.records import DateOrigin, Hints, Precision
from tests.scrapers.extraction.factories import URL, article, html, source

JSON_LD = '<script type="application/ld+json">{{"@type":"NewsArticle","headline":"x","datePublished":"{}"}}</script>'
META = '<meta property="article:published_time" content="{}">'


def test_json_ld_is_believed_before_meta_and_what_is_shown() -> None:
    head = JSON_LD.format("2026-11-19T10:05:52+06:00") + META.format("2026-11-18T10:00:00+06:00")
    found = article(html(head=head, beside="<p>17.11.2026, 09:00</p>"))

    assert found.published_at == datetime(2026, 11, 19, 4, 5, 52, tzinfo=UTC)
    assert (found.published_precision, found.published_origin) == (Precision.SECOND, DateOrigin.JSON_LD)
    assert (found.published_raw, found.zone_assumed) == ("2026-11-19T10:05:52+06:00", False)


@pytest.mark.parametrize("article_node", ['{"@type":"NewsArticle","headline":"x"},', ""], ids=["undated", "none"])
def test_the_node_of_the_page_is_dated_where_that_of_the_article_is_not(article_node: str) -> None:
    page_node = '{"@type":"WebPage","datePublished":"2026-11-19T10:05:00+06:00","dateModified":"2026-11-20T08:00:00Z"}'
    head = f'<script type="application/ld+json">{{"@graph":[{article_node}{page_node}]}}</script>'

    found = article(html(head=head, beside="<p>Фестиваль: 17.11.2026, 09:00</p>"))

    assert (found.published_at, found.modified_at) == (
        datetime(2026, 11, 19, 4, 5, tzinfo=UTC),
        datetime(2026, 11, 20, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize(("shown", "day"), [("<p>18.11.2026</p>", 18), ("", 19)], ids=["shown", "not shown"])
def test_a_meta_element_that_is_named_but_date_comes_after_what_is_shown(shown: str, day: int) -> None:
    found = article(html(head='<meta name="date" content="2026-11-19T10:05:00+06:00">', beside=shown))

    assert found.published_at is not None
    assert found.published_at.astimezone(source().zone).day == day


@pytest.mark.parametrize(("modified", "day"), [("2026-11-19", 18), ("2026-11-18", 12)], ids=["published", "changed"])
def test_the_day_shown_wins_where_another_witness_confirms_it_unless_it_is_a_changes(modified: str, day: int) -> None:
    head = META.format("2026-11-18T10:00:00+06:00") + JSON_LD.format("2026-11-12T10:00:00+06:00")
    head += f'<meta property="article:modified_time" content="{modified}T12:00:00+06:00">'

    found = article(html(head=head, beside="<p>18.11.2026</p>"))

    assert found.published_at == datetime(2026, 11, day, 4, tzinfo=UTC)


@pytest.mark.parametrize("changed", ["Обновлено: 20.11.2026, 11:00", "(updated 20.11.2026, 11:00)"])
def test_a_line_that_also_tells_of_a_change_is_read_up_to_there(changed: str) -> None:
    found = article(html(beside=f"<p>19.11.2026, 09:00 {changed}</p>"))

    assert found.published_at == datetime(2026, 11, 19, 3, tzinfo=UTC)
    assert article(html(beside=f"<p>{changed}</p>")).published_at is None


@pytest.mark.parametrize(
    "bad", ["2027-01-01T10:00:00+06:00", "1970-01-01T00:00:01Z", "9999-12-31T23:59:59Z", "кийинчерээк"]
)
def test_an_impossible_date_gives_way_to_the_next_witness(bad: str) -> None:
    found = article(html(head=JSON_LD.format(bad) + META.format("2026-11-18T10:00:00+06:00")))

    assert (found.published_at, found.published_origin) == (datetime(2026, 11, 18, 4, tzinfo=UTC), DateOrigin.META)


def test_a_page_without_any_date_has_none() -> None:
    found = article(html())

    assert found.published_at is None
    assert (found.published_precision, found.published_origin, found.published_raw, found.zone_assumed) == (
        None, None, None, None
    )  # fmt: skip


def test_a_date_shown_beside_the_headline_is_read_in_the_newsrooms_zone() -> None:
    found = article(html(beside="<div><span>Коом</span> | <span>20-ноябрь, 2026, 14:05</span></div>"))

    assert found.published_at == datetime(2026, 11, 20, 8, 5, tzinfo=UTC)
    assert (found.published_precision, found.published_origin) == (Precision.MINUTE, DateOrigin.VISIBLE)
    assert found.zone_assumed is True


def test_day_and_time_in_two_elements_belong_together() -> None:
    found = article(html(beside="<div>20-ноябрь, 2026</div><div>14:05</div>"))

    assert found.published_at == datetime(2026, 11, 20, 8, 5, tzinfo=UTC)


def test_a_day_borrows_its_time_from_a_weaker_witness_of_the_same_day() -> None:
    found = article(html(head=META.format("2026-11-19"), beside="<p>19.11.2026, 09:00</p>"))

    assert (found.published_at, found.published_origin) == (datetime(2026, 11, 19, 3, tzinfo=UTC), DateOrigin.VISIBLE)


def test_a_day_borrows_no_time_from_another_day() -> None:
    found = article(html(head=META.format("2026-11-19"), beside="<p>18.11.2026, 09:00</p>"))

    assert found.published_at == datetime(2026, 11, 18, 18, tzinfo=UTC)  # midnight in Bishkek
    assert found.published_precision is Precision.DAY


def test_a_z_is_distrusted_when_another_witness_shows_the_same_clock_with_an_offset() -> None:
    found = article(html(head=JSON_LD.format("2026-11-19T10:05:00Z") + META.format("2026-11-19T10:05:00+06:00")))

    assert found.published_at == datetime(2026, 11, 19, 4, 5, tzinfo=UTC)


def test_a_clock_in_the_header_that_shows_the_hour_of_the_crawl_is_no_publication() -> None:
    page = html().replace("<nav>", "<div class='date'>18:00 (Бишкек) 20 ноября 2026</div><nav>")

    assert article(page).published_at is None


def test_a_date_deep_in_a_sentence_is_an_event_and_no_publication() -> None:
    opening = "Бул окуя 2021-жылдын 20-январында болгон, ошондон бери шаар тургундары китепканага акча чогултуп жаткан."

    assert article(html(paragraphs=(opening, opening, opening))).published_at is None


@pytest.mark.parametrize(("kind", "origin"), [("feed", DateOrigin.FEED), ("sitemap", DateOrigin.SITEMAP)])
def test_the_entrys_hint_is_used_where_the_page_says_nothing_to_machines(kind: str, origin: DateOrigin) -> None:
    hints = Hints(published="Thu, 19 Nov 2026 10:05:00 +0600")

    found = article(html(), hints=hints, entry_kind=kind)

    assert (found.published_at, found.published_origin) == (datetime(2026, 11, 19, 4, 5, tzinfo=UTC), origin)


@pytest.mark.parametrize("path", ["/2026/11/19/jany-kitepkana", "/20261119/jany.html", "/news/2026-11-19-jany"])
def test_the_day_in_the_address_is_used(path: str) -> None:
    url = f"https://kabar.example{path}"

    found = article(html(), request_url=url, final_url=url)

    assert found.published_at == datetime(2026, 11, 18, 18, tzinfo=UTC)
    assert (found.published_precision, found.published_origin) == (Precision.DAY, DateOrigin.URL)


@pytest.mark.parametrize(
    ("link", "origin"),
    [
        (
            "<a href='/1' rel='bookmark'><time datetime='2026-11-19T10:05:00+06:00'>19.11.2026</time></a>",
            DateOrigin.META,
        ),
        (
            "<a href='/2'><b>Башка кабар</b><time datetime='2026-11-19T10:05:00+06:00'>19.11.2026</time></a>",
            DateOrigin.VISIBLE,
        ),
    ],
    ids=["of this page", "of another article"],
)
def test_a_time_element_may_link_to_its_page_but_not_stand_in_the_card_of_another(
    link: str, origin: DateOrigin
) -> None:
    found = article(html(beside="<p>18.11.2026, 14:00</p>", after=link))

    assert found.published_origin is origin


def test_the_sources_selector_is_believed_before_a_time_element() -> None:
    of = source(selectors={"date": ".when"})
    page = html(
        beside="<time datetime='2026-11-01T10:00:00+06:00'></time>", after="<i class='when'>19.11.2026 10:05</i>"
    )

    found = article(page, of=of)

    assert (found.published_at, found.published_origin) == (
        datetime(2026, 11, 19, 4, 5, tzinfo=UTC),
        DateOrigin.SELECTOR,
    )


def test_the_last_change_is_kept_apart() -> None:
    found = article(html(head='<meta property="article:modified_time" content="2026-11-20T11:00:00+06:00">'))

    assert found.modified_at == datetime(2026, 11, 20, 5, tzinfo=UTC)
    assert found.published_at is None
    assert found.url == URL


def test_a_line_that_says_which_day_it_is_is_no_publication() -> None:
    page = html().replace("<nav>", "<div>Сегодня: пятница, 2 октября 2026</div><nav>")

    assert article(page).published_at is None


@pytest.mark.parametrize("line", ["Погода сегодня", "Today's word", "Kecha va bugun"])
def test_a_word_for_a_day_among_others_is_no_date(line: str) -> None:
    assert article(html(beside=f"<p>{line}</p>")).published_at is None


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("Сегодня, 14:05", datetime(2026, 11, 20, 8, 5, tzinfo=UTC)),
        ("2 саат мурун", datetime(2026, 11, 20, 10, 0, tzinfo=UTC)),
        ("kecha 21:15", datetime(2026, 11, 19, 15, 15, tzinfo=UTC)),
        ("4 ноября, 22:32", datetime(2026, 11, 4, 16, 32, tzinfo=UTC)),
        ("25 декабря, 09:00", datetime(2025, 12, 25, 3, 0, tzinfo=UTC)),
    ],
)
def test_what_the_line_leaves_out_is_read_against_the_capture(line: str, at: datetime) -> None:
    found = article(html(beside=f"<p>{line}</p>"))

    assert (found.published_at, found.published_origin) == (at, DateOrigin.VISIBLE)


def test_a_line_labelled_as_publication_is_believed_before_a_caption() -> None:
    page = html(beside="<p>Сүрөт: китепкана, 3-март, 2026</p>", after="<p>Жарыяланган күнү: 19.11.2026</p>")

    assert article(page).published_at == datetime(2026, 11, 18, 18, tzinfo=UTC)


def test_the_only_day_shown_on_a_page_is_its_date_and_one_of_several_is_not() -> None:
    filler = "<p>Китепкана</p>" * 20
    once = html(after=f"{filler}<p>19.11.2026, 09:00</p>")
    several = html(after=f"{filler}<p>19.11.2026, 09:00</p><p>18.11.2026, 09:00</p>")

    assert article(once).published_at == datetime(2026, 11, 19, 3, tzinfo=UTC)
    assert article(several).published_at is None


@pytest.mark.parametrize(("day", "utc_hour"), [("29 февраля 2024, 12:00", 6), ("2 марта 2024, 12:00", 7)])
def test_kazakhstans_clock_is_read_by_the_rule_of_its_day(day: str, utc_hour: int) -> None:
    found = article(html(beside=f"<p>{day}</p>"), of=source(timezone="Asia/Almaty"))

    assert found.published_at is not None
    assert found.published_at.hour == utc_hour


def test_a_city_or_abbreviation_after_the_time_names_its_clock() -> None:
    found = article(html(beside="<p>04.01.2012 12:23 msk</p>"))

    assert (found.published_at, found.zone_assumed) == (datetime(2012, 1, 4, 8, 23, tzinfo=UTC), False)
