"""The page in a real browser: no dialog, nothing asked of another origin, no sideways scrolling on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from exports.catalogue import build_site
from exports.release import cut_release
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, DAY_4, World, article, source, write_generation

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
HOSTILE = "\"><script>alert(1)</script><img src='http://127.0.0.1:9/x' onerror=alert(1)>" + "өтөузунсөз" * 30

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def browser_page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser.new_page(viewport={"width": 390, "height": 844})
        browser.close()


@pytest.fixture(scope="module")
def seen(browser_page: Page) -> list[str]:
    """Requests to elsewhere, dialogs and errors, of everything that the page is made to do."""
    events: list[str] = []
    browser_page.on("request", lambda request: events.append(request.url))
    browser_page.on("dialog", lambda dialog: (events.append(dialog.message), dialog.dismiss()))
    browser_page.on("pageerror", lambda error: events.append(str(error)))
    return events


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hostile")
    outlet = source("a", "full_text", name=HOSTILE, homepage="javascript:alert(1)", languages=HOSTILE)
    row = article(1, source_id="a", title=HOSTILE, url="javascript:alert(1)", text=HOSTILE * 9)
    generation = write_generation(home / "generation.duckdb", World(articles=[row], sources=[outlet]))
    cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    return build_site(home / "releases", home / "site", generation=generation, now=DAY_1)


def has_sideways_scrolling(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_a_hostile_page_does_nothing_and_stays_within_the_screen(
    browser_page: Page, seen: list[str], hostile_site: Path
) -> None:
    seen.clear()
    browser_page.goto(hostile_site.as_uri())
    browser_page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    browser_page.locator("td.headline a").first.click()

    assert [event for event in seen if not event.startswith(("file:", "data:"))] == []
    assert not has_sideways_scrolling(browser_page)


def test_opened_from_disk_every_file_can_be_reached_from_the_page(
    browser_page: Page, history: History, tmp_path: Path
) -> None:
    page = build_site(history.releases, history.releases.parent / "disk-site", generation=None, now=DAY_4)
    browser_page.goto(page.as_uri())
    browser_page.get_by_role("link", name="manifest.json", exact=True).click()

    assert '"id": "2026-11-23"' in browser_page.inner_text("body")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_both_schemes(browser_page: Page, hostile_site: Path, scheme: str) -> None:
    browser_page.emulate_media(color_scheme=scheme)
    browser_page.goto(hostile_site.as_uri())
    contrast = browser_page.evaluate(CONTRAST)

    # WCAG 2.2, 1.4.3: at least 4.5 to 1 for text of this size.
    assert min(contrast.values()) >= 4.5


CONTRAST = """() => {
  const light = colour => {
    const [r, g, b] = colour.match(/\\d+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const ground = light(getComputedStyle(document.body).backgroundColor);
  const found = {};
  for (const selector of ['body', 'p.note', 'main a', '.hash', 'td.fresh, td.stale', 'thead th'])
    found[selector] = ratio(light(getComputedStyle(document.querySelector(selector)).color), ground);
  return found;
}"""
