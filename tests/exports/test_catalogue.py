"""The catalogue: whole without JavaScript, everything escaped, every local link there, every number true."""

import contextlib
import io
import json
import os
import shutil
import subprocess
import threading
from pathlib import Path
from urllib.parse import unquote, urlsplit

import duckdb
import lxml.html
import pytest

from exports.catalogue import build_site
from exports.lock import lock_site
from exports.release import cut_release
from exports.snippets import SNIPPETS, list_snippets
from exports.versions import read_versions, write_versions
from flows.catalogue_server import serve_catalogue
from scrapers.published_tables import PUBLISHED_ARTICLES
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, DAY_4, World, article, article_id, source, write_generation
from tests.exports.readers import manifest

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)>\n'{{ 7 * 7 }}"


@pytest.fixture(scope="module")
def page(site: Path) -> lxml.html.HtmlElement:
    return lxml.html.fromstring((site / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> lxml.html.HtmlElement:
    """The page of a release in which every text that comes from outside is hostile."""
    home = tmp_path_factory.mktemp("hostile")
    outlet = source("a", "full_text", name=HOSTILE, homepage="javascript:alert(1)", languages=HOSTILE, licence=HOSTILE)
    row = article(1, source_id="a", title=HOSTILE, url="javascript:alert(1)", text=HOSTILE * 9, language='x" onload="y')
    generation = write_generation(home / "generation.duckdb", World(articles=[row], sources=[outlet]))
    cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    built = build_site(home / "releases", home / "site", generation=generation, now=DAY_1)
    return lxml.html.fromstring(built.read_text(encoding="utf-8"))


def text_of(page: lxml.html.HtmlElement, path: str) -> list[str]:
    return [" ".join(" ".join(element.itertext()).split()) for element in page.xpath(path)]


def test_the_latest_release_and_what_changed_stand_at_the_top(page: lxml.html.HtmlElement, history: History) -> None:
    facts = dict(zip(text_of(page, "//dl[@class='facts']//dt"), text_of(page, "//dl[@class='facts']//dd"), strict=True))

    assert facts["Latest release"].startswith("2026-11-23 2026-11-23 06:00")
    assert facts["Articles"].startswith(str(history.cut[3].manifest.rows))
    assert facts["Since 2026-11-22"].startswith("+0 ~0 −1")


def test_every_file_is_listed_with_its_size_and_sum(page: lxml.html.HtmlElement, history: History) -> None:
    files = manifest(history.cut[3].path)["files"]
    links = {
        href.removeprefix("releases/2026-11-23/") for href in page.xpath("//section[@aria-labelledby='files']//a/@href")
    }

    assert {file["path"] for file in files} <= links
    assert {file["sha256"] for file in files} == set(text_of(page, "//td[@class='hash']"))


@pytest.mark.parametrize("name", ["index", "dictionary", "rights", "sources/open", "history/2026-11-22"])
def test_every_local_link_leads_to_a_file_or_an_anchor(site: Path, name: str) -> None:
    page = lxml.html.parse(site / f"{name}.html")
    links = [urlsplit(href) for href in page.xpath("//*/@href") if not href.startswith(("http", "data:"))]

    targets = [(site / name).parent / unquote(link.path) for link in links if link.path]
    assert len(targets) > 3
    assert [target for target in targets if not target.is_file()] == []
    assert {link.fragment for link in links if link.fragment} <= set(page.xpath("//*/@id"))


@pytest.mark.parametrize("name", ["index", "dictionary", "rights", "sources/open", "history/2026-11-22"])
def test_nothing_is_asked_of_another_host_and_no_script_runs(site: Path, name: str) -> None:
    page = lxml.html.parse(site / f"{name}.html")

    assert page.xpath("//script[not(@type='application/ld+json')] | //iframe | //*[@src] | //*[@onclick]") == []
    assert set(page.xpath("//link/@href")) <= {"data:,", "releases.atom"}


def test_every_column_has_its_anchor_and_meaning(site: Path) -> None:
    page = lxml.html.parse(site / "dictionary.html")
    described = [text_of(page, f"//tr[@id='col-{column.name}']/td[last()]")[0] for column in PUBLISHED_ARTICLES.columns]

    assert described == [" ".join(column.meaning.split()) for column in PUBLISHED_ARTICLES.columns]


def test_ten_rows_are_shown_newest_first(page: lxml.html.HtmlElement) -> None:
    times = text_of(page, "//section[@aria-labelledby='preview']//tbody/tr/td[1]")

    assert len(times) == 10
    assert times == sorted(times, reverse=True)


def test_every_source_says_how_fresh_it_is(page: lxml.html.HtmlElement) -> None:
    lines = text_of(page, "//section[@aria-labelledby='sources']//tbody/tr")

    assert [line.split(",")[0] for line in lines] == ["The closed closed", "The open open", "The short short"]
    assert "Kyrgyzstan carried forward since 2026-11-20" in lines[2]
    assert (
        "Kyrgyzstan no complete crawl for 3 days 8 new articles; looked at on 1 of 30 days 2026-11-20 06:00" in lines[0]
    )


def test_stale_sources_are_named_above_everything_else_as_the_manifest_names_them(
    page: lxml.html.HtmlElement, history: History
) -> None:
    stale = [source for source in history.cut[3].manifest.sources if source.is_stale]
    named = ", ".join(f"{source.name} ({source.stale_because})" for source in stale)

    assert [source.source_id for source in stale] == ["closed", "open", "short"]
    assert text_of(page, "//header/*[@role='note']") == [f"3 of 3 sources are stale in this release. {named}."]


def test_a_release_whose_sources_are_fresh_raises_no_alarm(history: History, tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    generation = write_generation(
        tmp_path / "g.duckdb", World(articles=[article(1)], sources=[source("open", min_articles_per_week=1)])
    )
    cut_release(generation, releases, now=DAY_1, code_version="1")
    page = lxml.html.parse(build_site(releases, tmp_path / "site", generation=None, now=DAY_4))

    assert page.xpath("//header/*[@role='note']") == []
    assert "fresh" in text_of(page, "//section[@aria-labelledby='sources']//td[@class='fresh']")


def test_a_source_has_its_health_fill_rates_and_rights(site: Path) -> None:
    page = lxml.html.parse(site / "sources" / "open.html")

    assert text_of(page, "//section[@aria-labelledby='filled']//tbody/tr/td[1]") == ["100 %", "33.3 %", "–", "100 %"]
    assert text_of(page, "//section[@aria-labelledby='rights']//dd")[1:4] == [
        "licence",
        "CC-BY-4.0 ( evidence )",
        "nothing known",
    ]
    assert "url skipped robots 4 10.8 %" in text_of(page, "//section[@aria-labelledby='ledger']//tbody/tr")


def test_a_release_has_its_changes_and_the_checks_it_passed(site: Path, history: History) -> None:
    edited = lxml.html.parse(site / "history" / "2026-11-21.html")
    withdrawn = lxml.html.parse(site / "history" / "2026-11-23.html")

    assert text_of(edited, "//section[@aria-labelledby='changes']/h3") == ["New: 1", "Changed: 1"]
    assert text_of(edited, "//section[@aria-labelledby='changes']/ul[2]/li") == ["The open Edited was: Headline 3"]
    assert text_of(withdrawn, "//section[@aria-labelledby='changes']//li") == [article_id(5)]
    assert tuple(text_of(edited, "//*[@class='passed']")) == tuple(
        gate.replace("_", " ") for gate in history.cut[1].manifest.gates
    )


def test_the_dictionary_says_what_the_columns_hold(site: Path) -> None:
    page = lxml.html.parse(site / "dictionary.html")

    assert text_of(page, "//tr[@id='col-title']/td[2]") == ["2.3 %"]
    assert text_of(page, "//tr[@id='col-article_id']/td[2]") == ["never"]
    assert text_of(page, "//tr[@id='col-rights_level']/td[3]")[0].startswith("full_text")
    assert len(page.xpath("//tr[@id='col-published_at']//*[name()='path']/@d")) == 1


def test_pages_of_releases_are_made_once_and_those_of_lost_sources_go(history: History, tmp_path: Path) -> None:
    build_site(history.releases, tmp_path, generation=None, now=DAY_4)
    made = (tmp_path / "history" / "2026-11-21.html").stat().st_mtime_ns
    (tmp_path / "sources" / "gone.html").touch()
    build_site(history.releases, tmp_path, generation=None, now=DAY_4)
    kept = (tmp_path / "history" / "2026-11-21.html").stat().st_mtime_ns
    (tmp_path / "built.json").unlink()
    build_site(history.releases, tmp_path, generation=None, now=DAY_4)

    assert kept == made
    assert not (tmp_path / "sources" / "gone.html").exists()
    assert (tmp_path / "history" / "2026-11-21.html").stat().st_mtime_ns > made


def test_the_ledger_says_what_is_missing_and_why(page: lxml.html.HtmlElement) -> None:
    lines = text_of(page, "//section[@aria-labelledby='ledger']//tbody/tr")

    assert "url skipped robots 8 12.5 %" in lines


def test_the_page_says_how_to_cite_as_the_release_itself_does(page: lxml.html.HtmlElement, history: History) -> None:
    croissant = json.loads((history.cut[3].path / "croissant.json").read_text(encoding="utf-8"))

    assert text_of(page, "//blockquote/p") == [croissant["citeAs"]]


def test_all_releases_are_listed_newest_first(page: lxml.html.HtmlElement) -> None:
    ids = text_of(page, "//section[@aria-labelledby='releases']//tbody/tr/th")

    assert ids == ["2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20"]


def test_with_a_generation_the_page_says_how_fresh_the_sources_are_now(
    page: lxml.html.HtmlElement, history: History, tmp_path: Path
) -> None:
    without = build_site(history.releases, tmp_path / "site", generation=None, now=DAY_4).read_text(encoding="utf-8")

    assert len(page.xpath("//section[@aria-labelledby='live']//tbody/tr")) == 3
    assert "Right now" not in without


def test_hostile_texts_make_no_element_and_no_attribute(hostile_page: lxml.html.HtmlElement) -> None:
    assert hostile_page.xpath("//script[not(@type='application/ld+json')] | //img | //*[@onerror] | //*[@onload]") == []
    assert hostile_page.xpath("//a[starts-with(@href, 'javascript')]") == []


def test_hostile_texts_are_shown_as_they_are(hostile_page: lxml.html.HtmlElement) -> None:
    shown = " ".join(HOSTILE.split())

    assert text_of(hostile_page, "//td[@class='headline']/a") == [shown]
    assert text_of(hostile_page, "//section[@aria-labelledby='sources']//th/a") == [shown]


def test_before_the_first_release_the_page_says_so(tmp_path: Path) -> None:
    page = lxml.html.parse(build_site(tmp_path / "releases", tmp_path / "site", generation=None, now=DAY_1))

    assert text_of(page, "//main//h2") == ["No release yet"]


@pytest.mark.parametrize(
    "name",
    [".index.html.k1ll3d_8", "schema/.articles-1.0.0.json.k1ll3d_8", ".releases-4711", "schema/.engine.mjs-4711"],
)
def test_what_a_killed_build_left_is_removed_but_not_what_another_is_writing(tmp_path: Path, name: str) -> None:
    build_site(tmp_path / "releases", tmp_path / "site", generation=None, now=DAY_1)
    left, under_way = tmp_path / "site" / name, tmp_path / "site" / ".index.html.und3rw4y"
    left.touch()
    os.utime(left, (0, 0))
    under_way.touch()

    build_site(tmp_path / "releases", tmp_path / "site", generation=None, now=DAY_1)

    assert (left.exists(), under_way.exists()) == (False, True)


def test_a_build_waits_for_another_one_and_shows_what_stands_after_it(history: History, tmp_path: Path) -> None:
    releases, site = shutil.copytree(history.releases, tmp_path / "releases"), tmp_path / "site"
    site.mkdir()
    build = threading.Thread(target=build_site, args=(releases, site), kwargs={"generation": None, "now": DAY_4})
    with lock_site(site):
        build.start()
        build.join(0.5)
        was_waiting = build.is_alive()
        write_versions(releases, read_versions(releases), [history.cut[0].manifest])
    build.join(60)

    assert (was_waiting, build.is_alive()) == (True, False)
    assert "2026-11-23" not in text_of(lxml.html.parse(site / "index.html"), "//dl[@class='facts']//a")


@pytest.mark.parametrize("name", [".nojekyll", ".htaccess", ".well-known"])
def test_a_hidden_file_that_an_operator_put_there_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / name).touch()
    os.utime(tmp_path / "site" / name, (0, 0))

    build_site(tmp_path / "releases", tmp_path / "site", generation=None, now=DAY_1)

    assert (tmp_path / "site" / name).exists()


def test_building_again_changes_nothing(site: Path, history: History) -> None:
    before = {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}
    build_site(history.releases, site, generation=history.generations[3], now=DAY_4)

    assert {path: path.read_bytes() for path in site.rglob("*") if path.is_file()} == before
    assert not (site / "releases").readlink().is_absolute()


def test_a_folder_in_the_place_of_the_link_is_left_alone(history: History, tmp_path: Path) -> None:
    mounted = tmp_path / "site" / "releases"
    mounted.mkdir(parents=True)

    build_site(history.releases, tmp_path / "site", generation=None, now=DAY_4)

    assert mounted.is_dir()
    assert not mounted.is_symlink()


@pytest.fixture
def release_folder(history: History, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(history.cut[3].path)
    return history.cut[3].path


def test_the_snippets_on_the_page_are_the_ones_that_are_run_here(page: lxml.html.HtmlElement) -> None:
    assert page.xpath("//section[@aria-labelledby='use']//pre/code/text()") == [snippet.code for snippet in SNIPPETS]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s.language == "sh"], ids=lambda s: s.tool)
def test_shell_snippets_work(release_folder: Path, snippet: object) -> None:
    done = subprocess.run(["sh", "-c", snippet.code], cwd=release_folder, capture_output=True, text=True, check=True)

    assert done.stdout == "complete\n"


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s.language == "sql"], ids=lambda s: s.tool)
def test_sql_snippets_count_every_article(release_folder: Path, history: History, snippet: object) -> None:
    with duckdb.connect() as connection:
        counts = connection.execute(snippet.code).fetchall()

    assert sum(row[2] for row in counts) == history.cut[3].manifest.rows


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s.language == "r"], ids=lambda s: s.tool)
def test_r_snippets_count_every_article(release_folder: Path, history: History, snippet: object) -> None:
    done = subprocess.run(
        ["Rscript", "-e", snippet.code], cwd=release_folder, capture_output=True, text=True, check=True
    )

    assert done.stdout.endswith(f"\n{history.cut[3].manifest.rows} articles\n")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_release_is_downloaded_and_checked_by_the_first_snippet(history: History, site: Path, tmp_path: Path) -> None:
    with serve_catalogue(site, history.releases, port=0) as address:
        published = history.cut[3].manifest.model_copy(update={"catalogue_url": address})
        code = list_snippets(published)[0].code
        done = subprocess.run(["sh", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert done.stdout == "complete\n"
    assert (tmp_path / "articles.parquet").read_bytes() == (history.cut[3].path / "articles.parquet").read_bytes()


# `datasets` reads its settings when it is imported: its snippet is run in a process of its own, in test_standards.py.
IN_PROCESS = [s for s in SNIPPETS if s.language == "python" and "load_dataset" not in s.code]


@pytest.mark.parametrize("snippet", IN_PROCESS, ids=lambda s: s.tool)
def test_python_snippets_run_and_print(release_folder: Path, history: History, snippet: object) -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(snippet.code, {})  # noqa: S102 our own snippet, as a reader would paste it

    numbers = [int(word) for word in printed.getvalue().split() if word.isdigit()]
    assert history.cut[3].manifest.rows in (sum(numbers), *numbers)
