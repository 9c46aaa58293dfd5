"""Texts from outside that try to be markup: in the feed, in the page and in its JSON-LD they stay words."""

import json
import re
from pathlib import Path

import feedparser
import lxml.etree
import lxml.html
import pytest

from exports import atom
from exports.catalogue import build_site
from exports.croissant import render_json_ld
from exports.release import cut_release, open_release
from scrapers.columns import Deprecation
from tests.exports.factories import DAY_1, World, article, source, write_generation

TEXT = "<script>alert(1)</script></script> ]]> <![CDATA[ \"two\" 'one' &amp; \u202eעברית\u2069 {{ 7 * 7 }} <!-- --> "
CONTROL = "\x01\x08\x0b\x1b\x7f\x85\ufffe"
"""Marks that XML 1.0 and HTML do not hold, and some that are only odd."""
HOSTILE = f"{TEXT}{CONTROL}\r\nnext\tline"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
NOT_MARKUP = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def as_shown(text: str) -> str:
    """A text as readers see it: what cannot be held is replaced, white space is one blank."""
    return " ".join(NOT_MARKUP.sub("\ufffd", text).split())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The catalogue of a release with one article and one source, carried forward, whose every text is hostile."""
    home = tmp_path_factory.mktemp("hostile")
    outlet = source("short", "full_text", name=HOSTILE, languages=HOSTILE, licence=HOSTILE)
    row = article(1, source_id="short", title=HOSTILE, text=HOSTILE * 9, section=HOSTILE, tags=HOSTILE)
    generation = write_generation(home / "generation.duckdb", World(articles=[row], sources=[outlet]))
    cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    build_site(home / "releases", home / "site", generation=generation, now=DAY_1)
    return home / "site"


def test_the_feed_says_hostile_names_as_they_are_to_every_reader(site: Path) -> None:
    data = (site / "releases.atom").read_bytes()
    (entry,) = lxml.etree.fromstring(data).xpath("a:entry", namespaces=ATOM)
    read = feedparser.parse(data)

    assert read.bozo == 0
    assert as_shown(HOSTILE) in as_shown(entry.findtext("a:summary", namespaces=ATOM))
    assert [child.tag for child in entry.iter()][1:] == [
        f"{{{ATOM['a']}}}{name}" for name in ("id", "title", "updated", "link", "summary")
    ]
    assert (read.entries[0].summary_detail.type, as_shown(TEXT) in as_shown(read.entries[0].summary)) == (
        "text/plain",
        True,
    )


def test_the_feed_says_a_hostile_notice_of_the_schema_as_it_is(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notice = Deprecation(since=DAY_1.date(), remove_in="2.0.0", use=HOSTILE)
    monkeypatch.setattr(atom, "list_deprecations", lambda: [("articles.a", notice.words)])
    manifest = open_release(site.parent / "releases" / "2026-11-20").manifest

    feed = lxml.etree.fromstring(atom.render_atom([manifest]).encode())

    assert as_shown(HOSTILE) in as_shown(feed.findtext("a:entry/a:summary", namespaces=ATOM))


@pytest.mark.parametrize("name", ["index", "sources/short", "history/2026-11-20", "dictionary", "rights"])
def test_no_page_has_an_element_a_script_or_a_mark_that_html_cannot_hold(site: Path, name: str) -> None:
    text = (site / f"{name}.html").read_bytes().decode()
    page = lxml.html.fromstring(text)

    assert page.xpath("//script[not(@type='application/ld+json')] | //*[@onload] | //*[@onerror]") == []
    assert NOT_MARKUP.search(text) is None
    assert "<![CDATA[" not in text


def test_the_page_shows_a_hostile_headline_as_it_is(site: Path) -> None:
    page = lxml.html.parse(site / "index.html")

    assert as_shown(page.xpath("//td[@class='headline']/a")[0].text_content()) == as_shown(HOSTILE)


def test_a_headline_that_turns_its_direction_turns_nothing_beside_it(site: Path) -> None:
    page = lxml.html.parse(site / "index.html")

    assert page.xpath("//td[@class='headline']/a/@dir | //td[@class='headline']/@dir") == ["auto"]


def test_the_json_ld_of_a_hostile_data_set_does_not_end_its_element_and_says_what_was_said(site: Path) -> None:
    manifest = open_release(site.parent / "releases" / "2026-11-20").manifest
    hostile = manifest.model_copy(update={"title": HOSTILE, "description": HOSTILE})

    element = f"<script type='application/ld+json'>{render_json_ld(hostile, below='')}</script>"
    (said,) = lxml.html.fromstring(f"<html><head>{element}</head></html>").xpath("//script/text()")

    assert json.loads(said)["description"] == HOSTILE
    assert json.loads(said)["name"] == f"{HOSTILE}, release 2026-11-20"
