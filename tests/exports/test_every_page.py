"""What holds for every page of the catalogue: valid HTML, links that lead somewhere, no barrier, no other host."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import lxml.html
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from exports.catalogue import build_site
from exports.imprint import Imprint
from exports.profiles import Profile
from exports.release import cut_release
from flows.catalogue_server import serve_catalogue
from tests.exports.factories import DAY_1, DAY_2, World, article, source, write_generation

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CHECK = Path(__file__).parent / "html_check"
"""Its rule `no-redundant-role` is off: the roles of tables that stack on a phone are not redundant there."""
HTML_VALIDATE = CHECK / "node_modules" / ".bin" / "html-validate"
HOSTILE = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e\n=cmd|' /C calc'!A0"
INTERNAL = Imprint(profile=Profile.INTERNAL)

needs_browser = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site after two releases in which every text from outside is hostile; with the console, where it was built."""
    home = tmp_path_factory.mktemp("every-page")
    outlets = [
        source("a", "full_text", name=HOSTILE, homepage="javascript:alert(3)", licence=HOSTILE),
        source("short", "excerpt"),
    ]
    rows = [article(n, source_id="a", title=HOSTILE, url="javascript:alert(4)", text=HOSTILE * 9) for n in range(3)]
    edited = [*rows[:2], rows[2] | {"title": f"new {HOSTILE}"}, article(9, source_id="short", first_seen_at=DAY_2)]
    for now, articles in ((DAY_1, rows), (DAY_2, edited)):
        generation = write_generation(home / "generation.duckdb", World(articles=articles, sources=outlets))
        cut_release(generation, home / "releases", now=now, code_version="1", imprint=Imprint(has_query_copy=True))
    build_site(home / "releases", home / "site", generation=home / "generation.duckdb", now=DAY_2)
    return home


@pytest.fixture(scope="module")
def internal_page(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first page over one internal release of the same articles."""
    folder, generation, internal = tmp_path_factory.mktemp("internal"), home / "generation.duckdb", INTERNAL
    cut_release(generation, folder / "releases", now=DAY_2, code_version="1", imprint=internal)
    return build_site(folder / "releases", folder / "site", generation=generation, now=DAY_2, imprint=internal)


def pages_of(site: Path) -> list[Path]:
    return [path for path in sorted(site.rglob("*.html")) if "releases" not in path.relative_to(site).parts]


@pytest.fixture(scope="module")
def pages(home: Path) -> dict[Path, lxml.html.HtmlElement]:
    return {path: lxml.html.fromstring(path.read_text(encoding="utf-8")) for path in pages_of(home / "site")}


@pytest.mark.skipif(not HTML_VALIDATE.exists(), reason="html-validate is not installed (make html-check, needs npm)")
def test_every_page_is_valid_html(pages: dict[Path, lxml.html.HtmlElement]) -> None:
    command = [str(HTML_VALIDATE), "--config", str(CHECK / ".htmlvalidate.json")]
    done = subprocess.run([*command, *map(str, pages)], capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == ("", 0)


@pytest.mark.skipif(not HTML_VALIDATE.exists(), reason="html-validate is not installed (make html-check, needs npm)")
def test_html_validate_finds_a_broken_page(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "index.html"
    broken.write_text((home / "site" / "index.html").read_text("utf-8").replace("</main>", "", 1), "utf-8")
    command = [str(HTML_VALIDATE), "--config", str(CHECK / ".htmlvalidate.json"), str(broken)]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def test_every_local_link_leads_to_a_file_or_an_anchor(pages: dict[Path, lxml.html.HtmlElement]) -> None:
    links = [
        (page, path.parent, urlsplit(href))
        for path, page in pages.items()
        for href in page.xpath("//@href")
        if urlsplit(href).scheme == ""
    ]
    dead = [link.path for _, folder, link in links if link.path and not (folder / unquote(link.path)).exists()]
    lost = [
        link.fragment
        for page, _, link in links
        if not link.path and link.fragment and not page.xpath("//*[@id=$id]", id=link.fragment)
    ]

    assert (dead, lost) == ([], [])


def test_no_page_names_a_script_a_frame_or_a_source_of_another_host(
    pages: dict[Path, lxml.html.HtmlElement],
) -> None:
    loaded = [
        value
        for page in pages.values()
        for value in page.xpath(
            "//@src | //link[not(@rel='alternate' or @rel='license')]/@href | //@poster | //@srcset"
        )
        if not value.startswith("data:")
    ]

    assert [value for value in loaded if urlsplit(value).netloc] == []
    assert all(page.xpath("//meta[@http-equiv='Content-Security-Policy']") for page in pages.values())


def test_the_json_ld_of_the_page_is_the_croissant_of_the_latest_release(home: Path) -> None:
    page = lxml.html.parse(home / "site" / "index.html")
    (said,) = page.xpath("//script[@type='application/ld+json']/text()")
    folder = f"releases/{DAY_2:%Y-%m-%d}/"
    croissant = json.loads((home / folder / "croissant.json").read_text(encoding="utf-8"))
    urls = [file["contentUrl"] for file in json.loads(said)["distribution"]]

    assert json.loads(said)["identifier"] == croissant["identifier"]
    assert urls == [folder + file["contentUrl"] for file in croissant["distribution"]]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_barrier_does_a_hostile_thing_or_asks_another_host(
    browser: Browser, home: Path, scheme: str
) -> None:
    events: list[str] = []
    barriers: dict[str, list[str]] = {}
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: events.append(str(error)))
    with serve_catalogue(home / "site", home / "releases", port=0) as address:
        page.on("request", lambda request: events.append(request.url))
        for path in pages_of(home / "site"):
            page.goto(f"{address}{path.relative_to(home / 'site').as_posix()}")
            page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
            found = Axe().run(page).response["violations"]
            barriers[path.name] = [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found]
    page.close()

    assert {name: faults for name, faults in barriers.items() if faults} == {}
    assert [event for event in events if not event.startswith((address, "data:"))] == []


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_of_internal_releases_has_no_barrier_either(
    browser: Browser, internal_page: Path, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto(internal_page.as_uri())
    found = Axe().run(page).response["violations"]
    page.close()

    assert [f"{fault['id']}: {fault['nodes'][0]['html'][:120]}" for fault in found] == []


@needs_browser
def test_a_mark_that_turns_the_writing_ends_with_the_text_that_holds_it(browser: Browser, home: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto((home / "site" / "index.html").as_uri())
    left_edges = page.evaluate(LEFT_EDGES_OF_WORDS_AFTER_LINKS)
    page.close()

    assert left_edges
    assert all(first < last for first, last in left_edges)


LEFT_EDGES_OF_WORDS_AFTER_LINKS = """() => [...document.querySelectorAll('main a, header a, aside a')]
  .map(link => link.nextSibling)
  .filter(node => node && node.nodeType === Node.TEXT_NODE && /\\w{3}/.test(node.data))
  .map(node => {
    const start = node.data.search(/\\w{3}/);
    return [start, start + 2].map(at => {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return range.getBoundingClientRect().left;
    });
  })"""
"""Where the first and the third letter of the words after each link stand, in pixels from the left."""


def test_what_stacks_on_a_phone_says_that_it_is_a_table(pages: dict[Path, lxml.html.HtmlElement]) -> None:
    stacked = [
        (path.name, part, ROLES[str(part.tag), part.get("scope")])
        for path, page in pages.items()
        for part in page.xpath("//table[@class='stacks' or starts-with(@class, 'stacks ')]/descendant-or-self::*")
        if (part.tag, part.get("scope")) in ROLES
    ]

    assert {role for _, _, role in stacked} == set(ROLES.values())
    assert [(name, part.text_content()) for name, part, role in stacked if part.get("role") != role] == []


ROLES = {
    ("table", None): "table",
    ("thead", None): "rowgroup",
    ("tbody", None): "rowgroup",
    ("tr", None): "row",
    ("th", "col"): "columnheader",
    ("th", "row"): "rowheader",
    ("td", None): "cell",
}
"""By tag and scope: some browsers forget what these are when a style sheet displays them as blocks."""


@needs_browser
def test_an_empty_cell_stays_in_its_row_on_a_phone(browser: Browser, home: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((home / "site" / "index.html").as_uri())
    page.evaluate("document.querySelectorAll('.stacks td').forEach(cell => cell.replaceChildren())")
    uneven = page.evaluate(ROWS_WITHOUT_A_CELL)
    page.close()

    assert uneven == []


ROWS_WITHOUT_A_CELL = """() => {
  const shown = row => [...row.cells].filter(cell => getComputedStyle(cell).display !== 'none').length;
  return [...document.querySelectorAll('table')].flatMap(table => [...table.rows]
    .filter(row => shown(row) !== shown(table.rows[0]))
    .map(row => row.textContent));
}"""
"""A cell that is not there gives the next ones the heads of others, when they are read out."""


@needs_browser
def test_no_page_scrolls_sideways_on_a_phone(browser: Browser, home: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    widths = {}
    for path in pages_of(home / "site"):
        page.goto(path.as_uri())
        widths[path.name] = page.evaluate("document.documentElement.scrollWidth")
    page.close()

    assert {name: width for name, width in widths.items() if width > 390} == {}


@needs_browser
def test_no_table_scrolls_sideways_on_a_phone(browser: Browser, home: Path) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    wide = {}
    for path in pages_of(home / "site"):
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        wide[path.name] = page.evaluate(LABELS_OF_WIDE_REGIONS)
    page.close()

    assert {name: labels for name, labels in wide.items() if labels} == {}


LABELS_OF_WIDE_REGIONS = """() => [...document.querySelectorAll('.scroll')]
  .filter(region => region.scrollWidth > region.clientWidth)
  .map(region => region.getAttribute('aria-label'))"""
