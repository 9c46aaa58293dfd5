"""What the tables for analysts say of a week whose every page is known."""

from datetime import date

import pytest

from scrapers.records import RightsLevel
from scrapers.registry import Rights
from tests.warehouse.factories import Crawl, Page, crawl, id_of, source, stage, troubled
from tests.warehouse.home import Home


def test_the_ledger_counts_every_url_page_record_and_article(published: Home) -> None:
    rows = published.ask("select stage, outcome, reason, sum(n) from ledger group by all order by all")

    assert rows == [
        ("article", "published", "metadata", 3),
        ("page", "articles", None, 6),
        ("page", "rejected", "not_an_article", 1),
        ("record", "article", None, 6),
        ("record", "rejection", "not_an_article", 1),
        ("url", "failed", "not_found", 5),
        ("url", "fetched", "entry", 5),
        ("url", "fetched", None, 7),
        ("url", "skipped", "robots", 5),
    ]


def test_an_article_is_counted_on_the_day_it_was_first_seen(published: Home) -> None:
    rows = published.ask("select source_id, day, n from ledger where stage = 'article' order by all")

    assert rows == [("topol", date(2026, 3, 2), 1), ("tunduk", date(2026, 3, 2), 2)]


def test_coverage_says_how_fresh_and_how_complete_each_source_is(published: Home) -> None:
    rows = published.ask(
        "select source_id, n_articles, n_new_last_7_days, is_carried_forward, title_share, author_share,"
        " day(last_crawl_at), day(last_success_at) from coverage order by 1"
    )

    assert rows == [("topol", 1, 1, False, 1.0, 0.0, 3, 3), ("tunduk", 2, 2, True, 1.0, 0.0, 4, 3)]


def test_a_source_without_a_crawl_is_covered_with_nothing(home: Home) -> None:
    home.load()

    rows = home.query("select n_articles, last_crawl_at, is_carried_forward, title_share from coverage")

    assert rows == [(0, None, False, None)] * 2


def test_a_citation_knows_the_article_that_its_address_leads_to(published: Home) -> None:
    rows = published.ask("select article_id, kind, label, cited_article_id from citation")

    assert rows == [(id_of("brief"), "related", "Тополь", id_of("most", "topol"))]


def test_an_observation_is_one_look_at_one_article(published: Home) -> None:
    rows = published.ask("select article_id, count(*), count(distinct crawl_id) from observation group by 1 order by 2")

    assert sorted(rows) == sorted([(id_of("most", "topol"), 1, 1), (id_of("brief"), 2, 2), (id_of("a"), 3, 3)])


def test_a_rejection_names_the_page(published: Home) -> None:
    rows = published.ask("select source_id, url, reason, detail from rejection")

    assert rows == [("topol", "https://topol.example/news/vitrina", "not_an_article", "by the test")]


def test_what_a_source_allows_is_the_reason_in_the_ledger(home: Home) -> None:
    free = Rights(level=RightsLevel.EXCERPT)
    home.sources["tunduk"] = source("tunduk", rights=free)
    stage(home.staging, crawl(1, Page()))

    home.load()

    assert home.query("select outcome, reason from ledger where stage = 'article'") == [("published", "excerpt")]


def health(home: Home) -> tuple[object, ...]:
    (row,) = home.query("select state, reason, day(since) from source_health where source_id = 'tunduk'")
    return row


@pytest.mark.parametrize(
    ("crawls", "expected"),
    [
        ((), ("never", None, None)),
        ((crawl(1), crawl(2)), ("healthy", None, 2)),
        ((troubled(1, "timeout"), crawl(2), crawl(3)), ("healthy", None, 3)),
        ((crawl(1), troubled(2, "timeout"), troubled(3, "timeout")), ("failing", "timeout: so", 3)),
        ((crawl(1), troubled(2, "timeout"), troubled(3, "backing_off")), ("backing_off", "backing_off: so", 3)),
        ((crawl(1), troubled(2, "blocked")), ("blocked", "blocked: so", 3)),
        ((crawl(1), crawl(2, is_complete=False)), ("failing", "timeout", 3)),
        ((crawl(1), crawl(12)), ("stale", "fewer new articles in seven days than expected", 2)),
    ],
    ids=["never", "healthy", "mended", "failing", "backing off", "blocked", "cut short", "stale"],
)
def test_the_health_of_a_source_says_how_it_fares_why_and_since_when(
    home: Home, crawls: tuple[Crawl, ...], expected: tuple[object, ...]
) -> None:
    _ = [stage(home.staging, it) for it in crawls]

    home.load()

    assert health(home) == expected
