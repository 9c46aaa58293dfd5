"""The truth about the sample world agrees with what its servers send."""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import feedparser
import pytest
from lxml import etree, html

from samples.clock import DAY_INSTANTS
from samples.expected import ExpectedOutcome, ExpectedPage, expected_pages
from samples.stories import load_outlets
from samples.world import NewsWorld
from scrapers.identity import normalise_url
from scrapers.records import CitationKind, FailReason, RejectionReason, SkipReason
from tests.samples.client import get

DAYS = sorted(DAY_INSTANTS)
FEEDS = {"tunduk_times": "/rss.xml", "jailoo_brief": "/feed.xml", "subhi_pomir": "/feed/", "oqtepa_sadosi": "/atom.xml"}
SITEMAPS = {"chinor_xabar": ["/news-sitemap.xml"], "dala_tany": ["/sitemap-news.xml", "/sitemap-archive.xml.gz"]}
LISTINGS = {
    "vecherniy_topol": (["/lenta/", "/lenta/?page=2", "/lenta/?page=3"], "td.item h2 a"),
    "garagum_shamaly": (["/habarlar"], "ul.habarlar a.ady"),
}
ZONES = {
    "tunduk_times": ZoneInfo("Asia/Bishkek"),
    "vecherniy_topol": ZoneInfo("Asia/Bishkek"),
    "dala_tany": ZoneInfo("Asia/Almaty"),
    "chinor_xabar": ZoneInfo("Asia/Tashkent"),
    "oqtepa_sadosi": ZoneInfo("Asia/Tashkent"),
    "subhi_pomir": ZoneInfo("Asia/Dushanbe"),
    "garagum_shamaly": ZoneInfo("Asia/Ashgabat"),
    "jailoo_brief": ZoneInfo("Asia/Bishkek"),
}
LANGUAGES = {"ky", "ru", "kk", "uz-Latn", "uz-Cyrl", "tg", "tk", "en"}


@pytest.mark.parametrize("day", DAYS)
def test_each_page_answers_with_the_status_that_it_is_expected_to(day: int) -> None:
    with NewsWorld(day=day) as world:
        wrong = [page.path for page in expected_pages(day) if _statuses(world, page) != _expected_statuses(page)]

    assert wrong == []


@pytest.mark.parametrize("day", DAYS)
def test_each_article_page_shows_the_expected_headline_and_words(world: NewsWorld, day: int) -> None:
    world.day = day
    articles = [page for page in _articles(day) if page.kind == "article"]

    missing = [(page.path, words) for page in articles for words in _words(page) if words not in _shown(world, page)]

    assert missing == []


@pytest.mark.parametrize("day", DAYS)
def test_each_post_shows_the_expected_words(world: NewsWorld, day: int) -> None:
    world.day = day
    posts = [page for page in _articles(day) if page.kind == "post"]

    missing = [(post.path, words) for post in posts for words in _words(post) if words not in _shown(world, post)]

    assert len(posts) >= 9
    assert missing == []


@pytest.mark.parametrize("day", DAYS)
def test_the_truth_knows_every_linked_page_and_no_other(world: NewsWorld, day: int) -> None:
    world.day = day
    expected = [page for page in expected_pages(day) if page.outcome is not ExpectedOutcome.NOT_LINKED]

    linked = {normalise_url(url) for url in [*_feed_links(world), *_sitemap_links(world), *_listing_links(world)]}

    assert linked == {_linked_url(world, page) for page in expected if page.kind == "article"}


@pytest.mark.parametrize("day", DAYS)
def test_paging_back_through_the_channel_shows_each_post_once(world: NewsWorld, day: int) -> None:
    world.day = day
    source = [page for page in expected_pages(day) if page.source_id == "kolkabar_tg"]
    newest = world.base_urls["kolkabar_tg"] + "/s/kolkabar"

    pages = _previews(newest, n_pages=3)

    posts = [post.get("data-post") for page in reversed(pages) for post in page.cssselect("[data-post]")]
    assert posts == [page.path.lstrip("/") for page in source if page.outcome is not ExpectedOutcome.NOT_LINKED]
    assert pages[-1].cssselect("a[data-before]") == []


@pytest.mark.parametrize("day", DAYS)
def test_no_body_says_what_belongs_to_the_page_around_it(day: int) -> None:
    bodies = {
        f"{it.source_id}{story.path}": story.body_on(day) for it in load_outlets().values() for story in it.stories
    }

    noisy = [
        (page.path, words)
        for page in _articles(day)
        for words in page.never_says
        if words in bodies.get(f"{page.source_id}{page.path}", "")
    ]

    assert noisy == []


def test_every_noise_is_somewhere_on_the_outlets_pages(world: NewsWorld) -> None:
    pages = [page for page in _articles(1) if page.kind == "article"]
    shown = [(page.source_id, _shown(world, page)) for page in pages]

    noises = {(page.source_id, words) for page in pages for words in page.never_says}
    unseen = noises - {(source_id, words) for source_id, words in noises for it in shown if _has(it, source_id, words)}

    assert unseen == set()


@pytest.mark.parametrize(
    ("source_id", "path", "day", "shown", "hour_minute"),
    [
        ("tunduk_times", "/kabar/1048", 2, "Бүгүн, 14:05", "14:05"),
        ("vecherniy_topol", "/lenta/4512.html", 1, "Сегодня, 14:05", "14:05"),
        ("vecherniy_topol", "/lenta/4517.html", 2, "Сегодня, 16:50", "16:50"),
        ("dala_tany", "/kk/zhanalyq/2026/11/qus-koli", 2, "бүгін, 15:10", "15:10"),
        ("chinor_xabar", "/yangilik/2026-kutubxona-avtobus", 1, "Bugun, 15:30", "15:30"),
        ("subhi_pomir", "/khabar/2026/214", 1, "Имрӯз, 14:05", "14:05"),
        ("garagum_shamaly", "/habar/301", 1, "Şu gün, 13:15", "13:15"),
        ("jailoo_brief", "/briefs/twenty-eight-kilo-melon", 1, "Today, 10:30 a.m.", "10:30"),
    ],
)
def test_today_is_the_day_of_the_crawl_in_the_outlets_zone(
    world: NewsWorld, source_id: str, path: str, day: int, shown: str, hour_minute: str
) -> None:
    world.day = day
    page = _page(day, source_id, path)

    assert shown in _shown(world, page)
    assert page.published_at == _on_the_crawls_day(world, source_id, hour_minute)


@pytest.mark.parametrize(
    ("source_id", "path", "day", "shown", "hour_minute"),
    [
        ("tunduk_times", "/kabar/1038", 1, "Кечээ, 09:30", "09:30"),
        ("vecherniy_topol", "/lenta/4509.html", 1, "Вчера, 18:30", "18:30"),
        ("dala_tany", "/kk/zhanalyq/2026/11/qus-koli", 3, "кеше, 15:10", "15:10"),
        ("chinor_xabar", "/yangilik/2026-kutubxona-avtobus", 2, "Kecha, 15:30", "15:30"),
        ("oqtepa_sadosi", "/xabar/10", 1, "Кеча, 18:45", "18:45"),
        ("subhi_pomir", "/khabar/2026/209", 1, "Дирӯз, 18:20", "18:20"),
        ("garagum_shamaly", "/habar/297", 1, "Düýn, 17:40", "17:40"),
    ],
)
def test_yesterday_is_the_day_before(
    world: NewsWorld, source_id: str, path: str, day: int, shown: str, hour_minute: str
) -> None:
    world.day = day
    page = _page(day, source_id, path)

    assert shown in _shown(world, page)
    assert page.published_at == _on_the_crawls_day(world, source_id, hour_minute) - timedelta(days=1)


def test_two_hours_ago_is_counted_from_the_crawl(world: NewsWorld) -> None:
    page = _page(1, "tunduk_times", "/kabar/1039")

    assert "2 саат мурун" in _shown(world, page)
    assert page.published_at == DAY_INSTANTS[1] - timedelta(hours=2)


@pytest.mark.parametrize("day", DAYS)
def test_nothing_is_published_after_the_crawl(day: int) -> None:
    assert [page.path for page in _articles(day) if (page.published_at or DAY_INSTANTS[day]) > DAY_INSTANTS[day]] == []


def test_each_outlet_has_six_to_ten_articles_and_the_channel_a_few_more() -> None:
    counts = Counter(page.source_id for page in _articles(2))

    n_posts = counts.pop("kolkabar_tg")

    assert set(counts) == set(ZONES)
    assert (min(counts.values()), max(counts.values()), n_posts) == (6, 8, 12)


def test_every_language_is_there() -> None:
    assert {page.language for page in _articles(1)} == LANGUAGES


@pytest.mark.parametrize("day", [2, 3])
def test_a_page_has_a_new_version_exactly_when_its_words_changed(day: int) -> None:
    before = {(page.source_id, page.path): page for page in _articles(day - 1)}
    after = {(page.source_id, page.path): page for page in _articles(day)}

    changed = {key for key in before.keys() & after.keys() if before[key].says != after[key].says}

    assert changed == {key for key in before.keys() & after.keys() if before[key].n_versions != after[key].n_versions}
    assert len(changed) == {2: 9, 3: 1}[day]


def test_a_reverted_edit_shows_the_first_words_again_as_a_third_version() -> None:
    versions = [_page(day, "tunduk_times", "/kabar/1036") for day in DAYS]

    assert [page.n_versions for page in versions] == [1, 2, 3]
    assert versions[0].says == versions[2].says != versions[1].says


@pytest.mark.parametrize("path", ["/lenta/4498.html"])
def test_a_change_of_white_space_changes_the_bytes_and_no_version(world: NewsWorld, path: str) -> None:
    url = world.base_urls["vecherniy_topol"] + path
    before = get(url).body

    world.day = 2

    assert "Мастерская  Рустама".encode("windows-1251") not in before
    assert "Мастерская  Рустама".encode("windows-1251") in get(url).body
    assert _page(2, "vecherniy_topol", path).n_versions == 1


def test_the_copy_in_a_second_outlet_is_the_original_and_a_credit(world: NewsWorld) -> None:
    stories = {story.slug: story.body for outlet in load_outlets().values() for story in outlet.stories}
    copy = _page(1, "dala_tany", "/ru/novosti/2026/11/muzei-hleba")

    assert stories["ru-hlebny-muzei"].startswith(stories["4503-hlebny-muzei"])
    assert [it.url(world.base_urls) for it in copy.citations] == [
        world.base_urls["vecherniy_topol"] + "/lenta/4503.html"
    ]


@pytest.mark.parametrize("day", DAYS)
def test_each_cited_sample_page_exists(world: NewsWorld, day: int) -> None:
    world.day = day
    cited = {it.url(world.base_urls) for page in _articles(day) for it in page.citations if it.kind != "forwarded"}

    assert len(cited) >= 9
    assert {get(url).status for url in cited if url} == {200}


def test_headlines_in_structured_data_survive_quotes_and_line_breaks(world: NewsWorld) -> None:
    body = get(world.base_urls["jailoo_brief"] + "/briefs/letter-bridge-links-three-cities").body

    (script,) = html.fromstring(body).cssselect("script[type='application/ld+json']")
    graph = json.loads(script.text or "")["@graph"]

    assert graph[-1]["headline"] == '"Letter Bridge" links schools in\nOsh, Andijan and Khujand'


def test_a_headline_of_markup_brings_no_markup_into_the_page(world: NewsWorld) -> None:
    body = get(world.base_urls["chinor_xabar"] + "/yangilik/2026-script-darsi").body

    assert html.fromstring(body).cssselect("script") == []


def test_one_page_claims_a_canonical_address_on_a_foreign_host(world: NewsWorld) -> None:
    body = get(world.base_urls["oqtepa_sadosi"] + "/xabar/11").body

    (canonical,) = html.fromstring(body).cssselect("link[rel=canonical]")

    assert urlsplit(canonical.get("href") or "").hostname == "kozgu-arxiv.example"


def test_the_reasons_are_words_of_the_contract() -> None:
    known = {*map(str, SkipReason), *map(str, FailReason), *map(str, RejectionReason)}

    assert {reason for day in DAYS for page in expected_pages(day) for reason in page.reasons} <= known
    assert {it.kind for page in expected_pages(2) for it in page.citations} == set(map(str, CitationKind))


def _articles(day: int) -> list[ExpectedPage]:
    return [page for page in expected_pages(day) if page.outcome is ExpectedOutcome.ARTICLE]


def _page(day: int, source_id: str, path: str) -> ExpectedPage:
    return next(page for page in expected_pages(day) if (page.source_id, page.path) == (source_id, path))


def _words(page: ExpectedPage) -> list[str]:
    return [words for words in (page.title, page.starts, page.ends, *page.says) if words]


def _shown(world: NewsWorld, page: ExpectedPage) -> str:
    """Return all text of a page, white space folded."""
    url = page.url(world.base_urls)
    answer = get(url)
    body = answer.body if answer.status == 200 else get(url).body
    return " ".join("".join(map(str, html.fromstring(body).itertext())).split())


def _has(shown: tuple[str, str], source_id: str, words: str) -> bool:
    return shown[0] == source_id and words in shown[1]


def _statuses(world: NewsWorld, page: ExpectedPage) -> list[int]:
    return [get(page.url(world.base_urls)).status for _ in range(2)]


def _expected_statuses(page: ExpectedPage) -> list[int]:
    return [page.first_status or page.status, page.status]


def _linked_url(world: NewsWorld, page: ExpectedPage) -> str:
    return world.base_urls[page.source_id] + page.linked_as if page.linked_as else page.url(world.base_urls)


def _feed_links(world: NewsWorld) -> list[str]:
    bodies = [get(world.base_urls[source_id] + path).body for source_id, path in FEEDS.items()]
    return [entry.link for body in bodies for entry in feedparser.parse(body).entries]


def _sitemap_links(world: NewsWorld) -> list[str]:
    bodies = [get(world.base_urls[source_id] + path).body for source_id, paths in SITEMAPS.items() for path in paths]
    plain = [gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body for body in bodies]
    return [loc.text or "" for body in plain for loc in etree.fromstring(body).iter("{*}loc")]


def _listing_links(world: NewsWorld) -> list[str]:
    return [
        normalise_url(link, base=world.base_urls[source_id])
        for source_id, (paths, selector) in LISTINGS.items()
        for path in paths
        for link in _links(get(world.base_urls[source_id] + path).body, selector)
    ]


def _links(body: bytes, selector: str) -> list[str]:
    return [str(a.get("href")) for a in html.fromstring(body).cssselect(selector)]


def _previews(url: str, n_pages: int) -> list[html.HtmlElement]:
    page = html.fromstring(get(url).body)
    older = _links(get(url).body, "a[data-before]")
    return [page, *_previews(url.partition("/s/")[0] + older[0], n_pages - 1)] if older and n_pages > 1 else [page]


def _on_the_crawls_day(world: NewsWorld, source_id: str, hour_minute: str) -> datetime:
    """Return the UTC instant at which the outlet's clocks show the time on the day of the crawl."""
    local_now = world.now.astimezone(ZONES[source_id])
    return datetime.combine(local_now.date(), time.fromisoformat(hour_minute), ZONES[source_id]).astimezone(UTC)
