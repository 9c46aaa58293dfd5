"""Title, authors, section, tags, address and citations of a page."""

import json

import pytest

from scrapers.identity import article_id
from scrapers.records import Citation, CitationKind, Hints, RejectionReason
from tests.scrapers.extraction.factories import PARAGRAPHS, URL, article, html, rejection, source


def json_ld(**said: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Бишкекте жаңы китепкана ачылды"}
    return f'<script type="application/ld+json">{json.dumps(node | said, ensure_ascii=False)}</script>'


# --- title ---


def test_the_heading_that_agrees_with_the_title_element_is_the_headline() -> None:
    page = html().replace("<nav>", "<h1>Күндүн кабарлары</h1><nav>")

    assert article(page).title == "Бишкекте жаңы китепкана ачылды"


def test_a_heading_that_links_to_a_page_above_is_no_headline() -> None:
    page = html().replace(
        "<h1>Бишкекте жаңы китепкана ачылды</h1>",
        "<h1><a href='/'>Күндүн кабарлары</a></h1><h2>Бишкекте жаңы китепкана ачылды</h2>",
    )
    page = page.replace(" - Кабар Мисал", " | Күндүн кабарлары", 1)

    assert article(page).title == "Бишкекте жаңы китепкана ачылды"


@pytest.mark.parametrize("href", ["javascript:void(0)", "mailto:kabar@example.kg", "#top", "", "/new"])
def test_a_heading_that_links_to_no_page_above_is_a_headline(href: str) -> None:
    page = html().replace("<h1>Бишкекте жаңы китепкана ачылды</h1>", f"<h1><a href='{href}'>Китепкана ачылды</a></h1>")
    page = page.replace("<title>Бишкекте жаңы китепкана ачылды - Кабар Мисал</title>", "<title>Кабар Мисал</title>")

    assert article(page).title == "Китепкана ачылды"


def test_a_kicker_before_the_headline_is_cut_off_and_the_date_below_still_found() -> None:
    page = html(beside="<p>12.11.2026, 14:05</p>", head="<meta property='og:title' content='Жаңы китепкана ачылды'>")
    kicked = "Бишкек шаары: Жаңы китепкана ачылды"
    page = page.replace("<h1>Бишкекте жаңы китепкана ачылды", f"<div class='top'>{kicked}").replace("</h1>", "</div>")

    found = article(page.replace("<title>Бишкекте жаңы китепкана ачылды", f"<title>{kicked}"))

    assert (found.title, found.published_raw) == ("Жаңы китепкана ачылды", "12.11.2026, 14:05")


@pytest.mark.parametrize("tail", [" - Кабар Мисал", " | kabar.example", " — Кабар Мисал — Кыргызстан кабарлары", ""])
def test_the_outlets_name_is_cut_off_a_title_without_heading(tail: str) -> None:
    page = html().replace("<h1>Бишкекте жаңы китепкана ачылды</h1>", "").replace(" - Кабар Мисал", tail, 1)

    assert article(page).title == "Бишкекте жаңы китепкана ачылды"


def test_a_dash_of_the_headline_itself_stays() -> None:
    title = "Ысык-Көл - жаз мезгилинде: сүрөттөр жана окуялар"

    assert article(html(title=title)).title == title


def test_markup_in_a_title_is_text() -> None:
    found = article(html(title="&lt;script&gt;alert('Салам')&lt;/script&gt; деген сап жана =SUM(A1)"))

    assert found.title == "<script>alert('Салам')</script> деген сап жана =SUM(A1)"


def test_the_feeds_title_serves_where_the_page_has_none() -> None:
    page = f"<html><body><p>{'</p><p>'.join(PARAGRAPHS)}</p></body></html>"

    assert article(page, hints=Hints(title="Жаңы китепкана")).title == "Жаңы китепкана"
    assert rejection(page).reason is RejectionReason.NO_TITLE


@pytest.mark.parametrize("element", ["", "<title>Кабар Мисал</title>", "<title>Коом жаңылыктары - Кабар Мисал</title>"])
def test_the_heading_wins_over_another_title_in_the_feed(element: str) -> None:
    page = html().replace("<title>Бишкекте жаңы китепкана ачылды - Кабар Мисал</title>", element)

    found = article(page, hints=Hints(title="Шок! Мындай болгон эмес, көрүңүз"))

    assert found.title == "Бишкекте жаңы китепкана ачылды"


@pytest.mark.parametrize(
    "head",
    [
        "<title>Бишкекте жаңы китепкана ачылды - Кабар Мисал</title>",
        "<meta property='og:title' content='Бишкекте жаңы китепкана ачылды'>",
        json_ld(),
    ],
)
def test_what_a_page_without_heading_tells_machines_wins_over_another_title_in_the_feed(head: str) -> None:
    page = f"<html><head>{head}</head><body><p>{'</p><p>'.join(PARAGRAPHS)}</p></body></html>"

    found = article(page, hints=Hints(title="Шок! Мындай болгон эмес, көрүңүз"))

    assert found.title == "Бишкекте жаңы китепкана ачылды"


def test_a_shorter_title_in_the_feed_cuts_nothing_off_the_heading() -> None:
    page = html(title="МИД: Жаңы китепкана ачылды")

    assert article(page, hints=Hints(title="Жаңы китепкана ачылды")).title == "МИД: Жаңы китепкана ачылды"


def test_the_feeds_title_tells_which_heading_is_meant() -> None:
    page = html(title="Күндүн кабарлары").replace("</h1>", "</h1><h1>Бишкекте жаңы китепкана ачылды</h1>")
    page = page.replace("<title>Күндүн кабарлары - Кабар Мисал</title>", "")

    found = article(page, hints=Hints(title="Бишкекте жаңы китепкана ачылды"))

    assert found.title == "Бишкекте жаңы китепкана ачылды"


def test_a_title_element_alone_does_not_outweigh_the_heading() -> None:
    page = html().replace("<title>Бишкекте жаңы китепкана ачылды", "<title>Коом жаңылыктары")

    assert article(page).title == "Бишкекте жаңы китепкана ачылды"


def test_the_sources_title_selector_comes_first() -> None:
    of = source(selectors={"title": "h2.lead"})

    assert article(html(beside="<h2 class='lead'>Чоң кубаныч</h2>"), of=of).title == "Чоң кубаныч"


# --- authors, section, tags ---


def test_authors_are_persons_and_not_the_outlet() -> None:
    authors = [{"@type": "Person", "name": "Айгүл Сыдыкова"}, {"@type": "Organization", "name": "Кабар Мисал"}]

    assert article(html(head=json_ld(author=authors))).authors == "Айгүл Сыдыкова"


@pytest.mark.parametrize(
    "said", ["https://facebook.com/kabar", "Кабар Мисал", "Редакция", "admin", "info@kabar.example"]
)
def test_what_is_no_person_is_no_author(said: str) -> None:
    assert article(html(head=f'<meta name="author" content="{said}">')).authors is None


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("Автор: Азамат Токтогулов", "Азамат Токтогулов"),
        ("By Anna Lee and John Smith", "Anna Lee | John Smith"),
        ("Муаллиф: Фирӯз Назаров", "Фирӯз Назаров"),
        ("Nigora Sobirova, Jasur Ergashov", "Nigora Sobirova | Jasur Ergashov"),
        ("Written by Anna Lee in Culture on 19 November 2026", "Anna Lee"),
        ("By Anna Lee, November 19, 2026", "Anna Lee"),
        ("By Anna Lee <span>Today, 10:30 a.m.</span>", "Anna Lee"),
        ("By Anna Lee Yesterday, 10:30 a.m.", "Anna Lee"),
        ("By Anna Lee, Monday", "Anna Lee"),
        ("Автор: Айгүл Сыдыкова, Бүгүн, 10:30", "Айгүл Сыдыкова"),
    ],
)
def test_a_byline_names_its_persons(byline: str, authors: str) -> None:
    assert article(html(beside=f"<div class='byline'>{byline}</div>")).authors == authors


@pytest.mark.parametrize(
    "markup",
    [
        "<script type='application/ld+json'>{'@graph': [{'@type': 'NewsArticle', 'headline': 'x',"
        " 'author': {'@id': '#a'}}, {'@type': 'Person', '@id': '#a', 'name': 'Айгүл Сыдыкова'}]}</script>".replace(
            "'", '"'
        ),
        "<meta name='twitter:label1' content='Автор'><meta name='twitter:data1' content='Айгүл Сыдыкова'>",
        "<p><a href='/author/aygul-sydykova'>Айгүл Сыдыкова</a></p>",
        "<div class='PostHeaderAuthorName'>Айгүл Сыдыкова</div>",
        "<p>Автор: Айгүл Сыдыкова</p>",
    ],
)
def test_an_author_is_found_where_content_systems_put_one(markup: str) -> None:
    assert article(html(beside=markup)).authors == "Айгүл Сыдыкова"


def test_an_agency_is_credited_where_no_person_is() -> None:
    assert article(html(head=json_ld(author={"@type": "Organization", "name": "AFP"}))).authors == "AFP"


def test_section_and_tags_are_the_outlets() -> None:
    found = article(html(head=json_ld(articleSection="Маданият", keywords=["китеп", "Бишкек", "китеп"])))

    assert (found.section, found.tags) == ("Маданият", "китеп | Бишкек")


@pytest.mark.parametrize(
    "script", ["{broken", "[" * 100_000, '{"@type":"NewsArticle","headline":{"a":1},"author":[null,5]}', "null"]
)
def test_malformed_structured_data_costs_nothing_else(script: str) -> None:
    page = html(head=f'<script type="application/ld+json">{script}</script>')

    assert article(page).title == "Бишкекте жаңы китепкана ачылды"


def test_an_unpaired_surrogate_in_structured_data_is_dropped() -> None:
    page = html(
        head='<script type="application/ld+json">{"@type":"Article","name":"x","articleSection":"Ко\\ud800ом"}</script>'
    )

    assert article(page).section == "Коом"


# --- address ---


def test_a_canonical_link_of_the_source_is_the_address() -> None:
    found = article(html(head='<link rel="canonical" href="/news/1-kitepkana?utm_source=rss">'))

    assert found.url == "https://kabar.example/news/1-kitepkana"
    assert found.article_id == article_id("kabar_example", found.url)


@pytest.mark.parametrize(
    "canonical", ["https://other.example/news/1", "https://kabar.example/", "javascript:void(0)", ""]
)
def test_a_canonical_link_elsewhere_or_home_is_ignored(canonical: str) -> None:
    assert article(html(head=f'<link rel="canonical" href="{canonical}">')).url == URL


# --- citations ---


@pytest.mark.parametrize(
    "heading",
    ["Related Sources", "Источники:", "Булактар", "Дереккөздер:", "Manbalar", "Манбалар:", "Сарчашмаҳо", "Çeşmeler"],
)
def test_a_closing_block_of_sources_becomes_citations_and_leaves_the_text(heading: str) -> None:
    links = (
        "<li><a href='https://one.example/a'>Биринчи</a></li><li><a href='https://t.me/s/tunku_jol'>Түнкү жол</a></li>"
    )
    page = html(paragraphs=(*PARAGRAPHS, f"</p><h3>{heading}</h3><ul>{links}</ul><p>"))

    found = article(page)

    assert found.citations == (
        Citation(kind=CitationKind.RELATED, label="Биринчи", url="https://one.example/a", domain="one.example"),
        Citation(kind=CitationKind.RELATED, label="Түнкү жол", url="https://t.me/s/tunku_jol", domain="t.me/tunku_jol"),
    )
    assert found.text == "\n".join(PARAGRAPHS)


def test_links_to_other_hosts_in_the_text_are_citations_and_others_are_not() -> None:
    told = (
        'Бул тууралуу <a href="https://www.other.example/a?utm_source=x">Башка кабар</a> агенттиги жазып чыкты, деп '
        'кошумчалады <a href="/news/2">редакция</a> жана <a href="mailto:a@b.example">кат</a> жөнөттү, дейт булак.'
    )
    page = html(paragraphs=(*PARAGRAPHS, told), after='<p><a href="https://ads.example/">Жарнак</a></p>')

    assert article(page).citations == (
        Citation(
            kind=CitationKind.INLINE, label="Башка кабар", url="https://www.other.example/a", domain="other.example"
        ),
    )


def test_a_citation_is_found_in_a_paragraph_that_is_laid_out_over_many_lines() -> None:
    link = "<a href='https://www.other.example/a'>Башка кабар</a>"
    start, rest = PARAGRAPHS[0].split(" бүгүн ")
    spread = "\n".join(f"{word:>60}" for word in start.split())

    found = article(html(paragraphs=(f"{spread} {link} {rest}", *PARAGRAPHS[1:])))

    assert [citation.domain for citation in found.citations] == ["other.example"]


def test_a_short_headline_is_left_when_the_outlets_name_is_cut_off() -> None:
    page = html(title="Кар").replace("<h1>Кар</h1>", "")

    assert article(page).title == "Кар"
