"""The SQL console in a real browser: its queries answer, and whatever is asked, no other host hears of it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from exports.catalogue import build_site
from exports.imprint import Imprint
from exports.query_copy import QUERY_COPY
from exports.release import cut_release
from exports.sql_console import BUILT_ENGINE, ENGINE_FILES, list_console_queries
from flows.catalogue_server import serve_catalogue
from tests.exports.conftest import first_articles
from tests.exports.factories import DAY_1, World, citation, write_generation

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

needs_engine = pytest.mark.skipif(
    not all((BUILT_ENGINE / name).is_file() for name in ENGINE_FILES),
    reason="the engine is not built (make console, needs npm)",
)
needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("console")
    world = World(articles=first_articles(), citations=[citation(1)])
    generation = write_generation(home / "generation.duckdb", world)
    cut_release(generation, home / "releases", now=DAY_1, code_version="1", imprint=Imprint(has_query_copy=True))
    build_site(home / "releases", home / "site", generation=None, now=DAY_1)
    return home


def test_without_a_query_copy_there_is_no_console_and_no_link_to_one(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home / "releases", tmp_path / "releases", ignore=shutil.ignore_patterns(QUERY_COPY))
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "console.html").write_text("of an earlier release")

    page = build_site(tmp_path / "releases", tmp_path / "site", generation=None, now=DAY_1)

    assert not (tmp_path / "site" / "console.html").exists()
    assert "console.html" not in page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def asked() -> list[str]:
    """Every address that the browser asked for."""
    return []


@pytest.fixture(scope="module")
def console(home: Path, asked: list[str]) -> Iterator[Page]:
    with serve_catalogue(home / "site", home / "releases", port=0) as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        context = browser.new_context()
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.goto(f"{base}index.html")
        page.get_by_role("link", name="Query it here").click()
        yield page
        browser.close()


def run_query(console: Page, sql: str) -> str:
    """Run a query and return what the page says of it."""
    console.fill("#query", sql)
    console.get_by_role("button", name="Run", exact=True).click()
    status = console.locator("#status")
    expect(status).not_to_have_text(re.compile("^$|…$"), timeout=60_000)  # the first one starts the engine
    return status.inner_text()


@needs_engine
@needs_browser
@pytest.mark.parametrize("number", range(5))
def test_every_query_to_begin_with_answers_as_it_does_on_the_file(console: Page, home: Path, number: int) -> None:
    query = list_console_queries()[number]
    with duckdb.connect(home / "releases" / "2026-11-20" / QUERY_COPY, read_only=True) as connection:
        expected = connection.execute(query.sql).fetchall()

    console.get_by_role("button", name=f"Run: {query.question}").click()
    expect(console.locator("#status")).to_have_text(re.compile(rf"^{len(expected)} rows? in "), timeout=60_000)

    assert expected
    assert console.locator("#result tbody tr").count() == len(expected)
    first = re.sub(r"(:\d\d)\.\d+$", r"\1", str(expected[0][0]))  # the page shows instants to the second
    assert console.locator("#result tbody td").first.inner_text() == first


@needs_engine
@needs_browser
def test_titles_from_outside_are_shown_as_text(console: Page) -> None:
    said = run_query(console, "select title from articles where title like '<script%'")

    assert said.startswith("1 row in ")
    assert console.locator("#result tbody td").inner_text() == "<script>alert(1)</script>"


@needs_engine
@needs_browser
def test_a_mistake_is_told_and_the_next_query_works(console: Page) -> None:
    assert "nothing_of_this_name" in run_query(console, "from nothing_of_this_name")
    assert run_query(console, "select 1").startswith("1 row in ")


@needs_engine
@needs_browser
def test_whatever_is_asked_no_other_host_hears_of_it(console: Page, asked: list[str]) -> None:
    refused = [
        run_query(console, "load icu"),
        run_query(console, "select timezone('Asia/Bishkek', published_at) from articles"),
        run_query(console, "from read_parquet('http://127.0.0.1:9/elsewhere.parquet')"),
        run_query(console, "set custom_extension_repository = 'http://127.0.0.1:9'"),
    ]
    own = re.match(r"https?://[^/]+/", console.url)

    assert own
    assert len(asked) > 8
    assert [url for url in asked if not url.startswith((own.group(), f"blob:{own.group()}", "data:"))] == []
    assert [said for said in refused if " row" in said and " in " in said and said.endswith("ms")] == []
