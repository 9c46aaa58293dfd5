"""The story of Kabarchy over the sample world: from pages on the web to releases that replay.

`kabarchy demo` tells the first two days, as a new user runs it and without any network but this machine's own: day 1,
then day 2 with new articles, edits and a vanished page. Then day 2 comes once more, and day 3, on which one edit is
taken back. The expectations are the world's own hand-written truth.
"""

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import pytest
from typer.testing import CliRunner

from exports.release import Release, list_releases
from exports.verify import verify_release
from flows.cli import app
from samples.expected import ExpectedOutcome, ExpectedPage, expected_pages
from samples.world import DAY_INSTANTS, NewsWorld
from scrapers.data_root import DataRoot, open_data_root
from scrapers.registry_folder import load_registry
from tests.fences import fenced
from tests.pipeline import COMMAND_PATH, ROOT, Pipeline, new_pipeline
from warehouse.analyst_copy import current_generation

pytestmark = [pytest.mark.timeout(900)]

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
    told: str
    """What the demo printed."""
    root: DataRoot
    base_urls: dict[str, str]
    day_1: Chapter
    day_2: Chapter
    day_2_again: Chapter
    day_3: Chapter


def read_chapter(generation: Path, release: Release | None) -> Chapter:
    queries = {name: f"select * from {name} order by all" for name in (*OF_LOOKING, *OF_NEWS)}
    with duckdb.connect(generation, read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return Chapter(release, {name: connection.sql(query).to_arrow_table() for name, query in queries.items()})


def run_demo(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the demo where there is no network; where that cannot be had, with it."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KABARCHY_", "PREFECT_"))}
    environment = {**own, "PYTHONPATH": COMMAND_PATH, "HOME": str(folder), "COLUMNS": "120"}
    command = [sys.executable, "-c", "from flows.cli import main; main()", "demo"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def run_again(pipeline: Pipeline, world: NewsWorld, day: int, run_id: str) -> Chapter:
    world.day = day
    release = pipeline.run(DAY_INSTANTS[day], run_id)
    return read_chapter(current_generation(pipeline.root.analyst), release)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    demo = run_demo(folder)
    assert demo.returncode == 0, demo.stdout + demo.stderr
    pipeline = Pipeline(open_data_root(folder / "demo-data"))
    releases, generations = (
        list_releases(pipeline.root.releases),
        sorted(pipeline.root.analyst.glob("kabarchy-*.duckdb")),
    )
    day_1, day_2 = (read_chapter(*chapter) for chapter in zip(generations, releases, strict=True))
    ports = [urlsplit(source.homepage).port or 0 for source in load_registry(pipeline.root.sources).values()]
    with NewsWorld(first_port=min(ports)) as world:
        base_urls = dict(world.base_urls)
        day_2_again = run_again(pipeline, world, 2, "again")
        day_3 = run_again(pipeline, world, 3, "day-3")
    return Story(demo.stdout, pipeline.root, base_urls, day_1, day_2, day_2_again, day_3)


def expected_articles(day: int) -> list[ExpectedPage]:
    return [page for page in expected_pages(day) if page.outcome is ExpectedOutcome.ARTICLE]


def seen_by_url(chapter: Chapter) -> dict[object, dict[str, object]]:
    return {row["url"]: row for row in chapter.rows("article")}


def test_the_demo_says_what_it_did_and_where_to_look(story: Story) -> None:
    paths = re.findall(rf"{re.escape(str(story.root.path))}\S+", story.told)

    assert "9 of 9 sources complete, 56 new and 0 changed articles, release 2026-11-20" in story.told
    assert "Releases: 2026-11-20, 2026-11-21" in story.told
    assert len(paths) >= 2
    assert [path for path in paths if not Path(path).exists()] == []


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
    changed = [name for name in OF_NEWS if story.day_2.tables[name] != story.day_2_again.tables[name]]

    assert changed == []
    assert len(story.day_2_again.rows("crawl")) == len(story.day_2.rows("crawl")) + len(story.base_urls)


def test_a_second_run_of_the_same_day_cuts_no_release(story: Story) -> None:
    assert story.day_2.release is not None
    assert story.day_2_again.release is None


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


# --- what the README shows -------------------------------------------------------------------------------------------

README = (ROOT / "README.md").read_text(encoding="utf-8")
ON_DEMO = re.findall(r"^\.venv/bin/kabarchy (?!serve)(.* --home demo-data.*?)(?: +#.*)?$", README, re.MULTILINE)
"""Commands of the README over what the demo leaves, but for the one that does not end."""


def test_the_readme_shows_what_the_demo_says_of_day_2(story: Story) -> None:
    shown = README[README.index("Day 2, 2026") : README.index("Releases: 2026")]
    told = [line.rstrip() for line in story.told.splitlines()]

    assert [line for line in shown.splitlines() if line not in told] == []


@pytest.mark.parametrize("line", [line for line in ON_DEMO if not line.startswith("releases")])
def test_a_question_of_the_readme_is_answered_over_the_demo(
    story: Story, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(story.root.path.parent)
    result = CliRunner().invoke(app, shlex.split(line))

    assert result.exit_code == 0
    assert result.stdout.strip()


@pytest.mark.parametrize("line", [line for line in ON_DEMO if line.startswith("releases")])
def test_a_command_about_releases_prints_what_the_readme_shows(
    story: Story, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(story.root.path.parent)
    result = CliRunner().invoke(app, shlex.split(line))

    assert result.exit_code == 0
    assert result.output.strip() in README


def test_python_of_the_readme_runs_over_the_demo(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = (block for language, block in fenced(README) if language == "python")
    monkeypatch.chdir(story.root.path.parent)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(code, {})  # noqa: S102 our own block, as a reader would paste it

    assert "chinor_xabar" in printed.getvalue()


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
