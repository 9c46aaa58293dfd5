"""The story of Kabarchy over the sample world: from pages on the web to releases that replay.

Day 1 is crawled, extracted, loaded and released; then the same day once more; then day 2 with new articles, edits and a
vanished page; then day 3, on which one edit is taken back. The expectations are the world's own hand-written truth.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest

from exports.release import Release
from exports.verify import verify_release
from samples.expected import ExpectedOutcome, ExpectedPage, expected_pages
from samples.world import DAY_INSTANTS, NewsWorld
from tests.pipeline import Pipeline, new_pipeline

pytestmark = [pytest.mark.timeout(300)]

OF_LOOKING = ("observation", "crawl", "ledger", "coverage")
"""Tables that say how we looked; all others say what the news says."""
OF_NEWS = ("article", "article_version", "citation", "rejection", "source")


@dataclass(frozen=True)
class Chapter:
    """The state after one run."""

    release: Release | None
    tables: dict[str, pa.Table]

    def rows(self, table: str) -> list[dict[str, object]]:
        return list(self.tables[table].to_pylist())


@dataclass(frozen=True)
class Story:
    base_urls: dict[str, str]
    day_1: Chapter
    day_1_again: Chapter
    day_2: Chapter
    day_3: Chapter


def read_chapter(pipeline: Pipeline, release: Release | None) -> Chapter:
    queries = {name: f"select * from {name} order by all" for name in (*OF_LOOKING, *OF_NEWS)}
    return Chapter(release, {name: pipeline.table(query) for name, query in queries.items()})


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    pipeline = new_pipeline(tmp_path_factory.mktemp("story"))
    with NewsWorld(day=1) as world:
        world.write_registry(pipeline.root.sources)
        base_urls = dict(world.base_urls)
        chapters = {}
        for name, day in (("day_1", 1), ("day_1_again", 1), ("day_2", 2), ("day_3", 3)):
            world.day = day
            chapters[name] = read_chapter(pipeline, pipeline.run(DAY_INSTANTS[day], name))
        yield Story(base_urls, **chapters)


def expected_articles(day: int) -> list[ExpectedPage]:
    return [page for page in expected_pages(day) if page.outcome is ExpectedOutcome.ARTICLE]


def seen_by_url(chapter: Chapter) -> dict[object, dict[str, object]]:
    return {row["url"]: row for row in chapter.rows("article")}


def test_day_1_gives_exactly_the_articles_of_the_world(story: Story) -> None:
    expected = {page.url(story.base_urls) for page in expected_articles(1)}

    assert set(seen_by_url(story.day_1)) == expected


@pytest.mark.parametrize("page", expected_articles(1), ids=lambda page: f"{page.source_id}{page.path}")
def test_each_article_says_what_its_page_says(story: Story, page: ExpectedPage) -> None:
    article = seen_by_url(story.day_1)[page.url(story.base_urls)]
    text = str(article["text"])

    assert (article["title"], article["language"]) == (page.title, page.language)
    assert (article["published_at"], article["published_precision"]) == (page.published_at, page.precision)
    assert text.startswith(page.starts or "")
    assert text.endswith(page.ends or "")
    assert [words for words in page.never_says if words in text] == []


def test_every_page_that_gave_no_article_has_a_reason(story: Story) -> None:
    expected = [
        page for page in expected_pages(1) if page.outcome is ExpectedOutcome.REJECTED and page.kind == "article"
    ]
    reasons = {row["url"]: row["reason"] for row in story.day_1.rows("rejection")}

    assert [p.path for p in expected if reasons.get(p.url(story.base_urls)) not in p.reasons] == []


def test_the_books_balance_on_every_day(story: Story) -> None:
    by_stage: Counter[tuple[object, object, str]] = Counter()
    for row in story.day_3.rows("ledger"):
        by_stage[row["source_id"], row["day"], str(row["stage"])] += int(str(row["n"]))
    crawled = Counter[tuple[object, object]]()
    for row in story.day_3.rows("crawl"):
        crawled[row["source_id"], row["started_at"].date()] += int(str(row["n_discovered"]))  # type: ignore[attr-defined]

    assert {(source, day): n for (source, day, stage), n in by_stage.items() if stage == "url"} == dict(crawled)


def test_a_second_run_of_the_same_day_changes_nothing_but_what_was_looked_at(story: Story) -> None:
    changed = [name for name in OF_NEWS if story.day_1.tables[name] != story.day_1_again.tables[name]]

    assert changed == []
    assert len(story.day_1_again.rows("crawl")) == 2 * len(story.day_1.rows("crawl"))


def test_a_second_run_of_the_same_day_cuts_no_release(story: Story) -> None:
    assert story.day_1.release is not None
    assert story.day_1_again.release is None


@pytest.mark.parametrize("day", [2, 3])
def test_later_days_bring_exactly_their_new_articles_and_lose_none(story: Story, day: int) -> None:
    chapter = {2: story.day_2, 3: story.day_3}[day]

    assert set(seen_by_url(chapter)) == {p.url(story.base_urls) for d in (1, day) for p in expected_articles(d)}


@pytest.mark.parametrize("day", [2, 3])
def test_versions_are_counted_as_the_outlets_edited(story: Story, day: int) -> None:
    chapter = {2: story.day_2, 3: story.day_3}[day]
    seen = seen_by_url(chapter)
    expected = {p.url(story.base_urls): p.n_versions for p in expected_articles(day)}

    assert {url: seen[url]["n_versions"] for url in expected} == expected


def test_an_edit_that_was_taken_back_is_three_versions_and_current_again(story: Story) -> None:
    thrice = [page.url(story.base_urls) for page in expected_articles(3) if page.n_versions == 3]
    ids = {row["article_id"] for row in story.day_3.rows("article") if row["url"] in thrice}
    hashes = [row["content_sha256"] for row in story.day_3.rows("article_version") if row["article_id"] in ids]

    assert len(thrice) == 1
    assert (hashes[0], hashes[0] != hashes[1]) == (hashes[2], True)


def test_every_release_verifies_and_its_delta_replays(story: Story) -> None:
    releases = [chapter.release for chapter in (story.day_1, story.day_2, story.day_3)]
    first, second, third = (release.path for release in releases if release is not None)

    assert [gate for gate in verify_release(first) if not gate.is_ok] == []
    assert [gate for gate in verify_release(second, previous=first) if not gate.is_ok] == []
    assert [gate for gate in verify_release(third, previous=second) if not gate.is_ok] == []


def test_a_release_carries_no_more_than_each_source_allows(story: Story) -> None:
    assert story.day_3.release is not None
    rows = pa.parquet.read_table(story.day_3.release.path / "articles.parquet").to_pylist()
    carried = {(row["rights_level"], row["excerpt"] is not None, row["text"] is not None) for row in rows}

    assert carried == {("metadata", False, False), ("excerpt", True, False), ("full_text", True, True)}


def test_a_brief_names_its_sources_and_they_are_found(story: Story) -> None:
    of_url = {row["article_id"]: row["url"] for row in story.day_3.rows("article")}
    seen = {(of_url[c["article_id"]], c["kind"], c["url"]) for c in story.day_3.rows("citation") if c["url"]}
    expected = {
        (page.url(story.base_urls), citation.kind, citation.url(story.base_urls))
        for page in expected_articles(3)
        for citation in page.citations
        if citation.target
    }

    assert expected <= seen


def test_the_same_pages_at_another_host_and_port_give_the_same_articles(story: Story, tmp_path: Path) -> None:
    pipeline = new_pipeline(tmp_path / "elsewhere")
    with NewsWorld(host="127.0.0.9", day=1) as world:
        world.write_registry(pipeline.root.sources)
        pipeline.crawl("tunduk_times", DAY_INSTANTS[1], "elsewhere")
    pipeline.extract()
    pipeline.load()

    elsewhere = pipeline.table("select title, published_at from article order by all").to_pylist()
    here = [
        (row["title"], row["published_at"]) for row in story.day_1.rows("article") if row["source_id"] == "tunduk_times"
    ]

    assert [(row["title"], row["published_at"]) for row in elsewhere] == sorted(here)
