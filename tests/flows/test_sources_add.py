"""What `sources add` makes of a site that it has never seen."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.cli import app
from scrapers.data_root import open_data_root
from scrapers.registry import Grade, Source, State
from scrapers.registry_folder import SHIPPED_SOURCES, load_registry, load_source
from tests.scrapers.site import Reply, Site, feed, served

SENTENCES = "Бишкекте жаңы китепкана ачылды. Ага шаардын тургундары менен окуучулар келишти. " * 12
HOME = """<html lang="ky-KG"><head><title>Тоо Кабар - жаңылыктар</title>
<meta name="generator" content="WordPress 6.8">
<link rel="alternate" type="application/rss+xml" href="/ky/rss">
<link rel="alternate" type="application/rss+xml" href="https://elsewhere.example/rss">
<link rel="alternate" type="application/atom+xml" href="/old.atom">
</head><body><a href="https://t.me/s/tookabar">channel</a><a href="https://t.me/share?url=x">share</a>
<a href="/2026/11/kitepkana/">one</a></body></html>"""


def replies(url: str) -> dict[str, Reply]:
    paths = [f"/2026/11/kitepkana-{n}/" for n in range(1, 6)]
    article = (
        "<html lang='ky'><head><meta property='article:published_time' content='2026-11-20T10:00:00+06:00'></head>"
        f"<body><h1>Жаңы китепкана ачылды</h1><article><p>{SENTENCES}</p></article></body></html>"
    )
    locs = "".join(f"<url><loc>{url}{path}</loc></url>" for path in paths)
    return {
        "/robots.txt": Reply(
            f"User-agent: *\nDisallow: /wp-admin/\nSitemap: {url}/ky/rss\n"
            f"Sitemap: {url}/map.xml\nsitemap:{url}/maps/all".encode()
        ),
        "/": Reply(HOME.encode()),
        "/ky/rss": feed(url, paths),
        "/map.xml": Reply(f"<urlset>{locs}</urlset>".encode()),
        "/maps/all": Reply("\n".join(url + path for path in paths).encode(), headers={"Content-Type": "text/plain"}),
        **{path: Reply(article.encode()) for path in paths},
    }


@dataclass(frozen=True)
class Added:
    site: Site
    home: Path
    result: Result
    source: Source
    text: str


def kabarchy(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Added]:
    home = tmp_path_factory.mktemp("add") / "home"
    with served(replies) as site:
        sources = open_data_root(home).sources
        sources.mkdir()
        result = kabarchy(
            "sources", "add", site.url, "--id", "tookabar", "--delay-s", "0.01", "--write", "--home", home
        )
        text = (sources / "tookabar.toml").read_text()
        yield Added(site, home, result, load_registry(sources)["tookabar"], text)


def test_the_proposal_is_printed_and_written_as_a_candidate_with_careful_rights(added: Added) -> None:
    assert added.result.exit_code == 0
    assert added.text in added.result.stdout
    assert (added.source.status.state, added.source.rights.level) == (State.CANDIDATE, "metadata")


def test_the_feed_that_the_home_page_names_becomes_the_entry_as_probed(added: Added) -> None:
    (entry,) = added.source.entries

    assert (entry.kind, entry.url) == ("feed", f"{added.site.url}/ky/rss")
    assert entry.evidence is not None
    assert (entry.evidence.grade, entry.evidence.note) == (Grade.PROBED, "5 addresses of articles")


def test_a_feed_that_robots_txt_names_as_a_sitemap_is_proposed_once(added: Added) -> None:
    urls = [entry.url for entry in (*added.source.entries, *added.source.spare_entries)]

    assert urls.count(f"{added.site.url}/ky/rss") == 1


def test_other_ways_in_are_spare_and_those_named_in_vain_are_dead(added: Added) -> None:
    spare = {entry.url.removeprefix(added.site.url): entry.kind for entry in added.source.spare_entries}

    assert (spare["/map.xml"], spare["/maps/all"]) == ("sitemap", "sitemap")
    assert spare["https://t.me/s/tookabar"] == "telegram"
    assert [entry.url for entry in added.source.dead_entries] == [f"{added.site.url}/old.atom"]


def test_name_language_country_and_platform_are_read_and_guesses_are_marked(added: Added) -> None:
    source = added.source

    assert (source.name, source.languages, source.country, source.timezone) == (
        "Тоо Кабар",
        ("ky",),
        "KG",
        "Asia/Bishkek",
    )
    assert source.preset == "wordpress"
    assert source.evidence.timezone is not None
    assert source.evidence.timezone.grade is Grade.GUESS


def test_only_the_site_is_asked_and_each_address_once_a_look(added: Added) -> None:
    asked = [seen.path for seen in added.site.seen]

    assert asked[:2] == ["/robots.txt", "/"]
    assert len(asked) == 12
    assert max(asked.count(path) for path in asked) == 2


def test_one_page_is_kept_with_what_was_extracted_and_the_draft_is_gone(added: Added) -> None:
    folder = added.home / "checks" / "tookabar"
    said = json.loads((folder / "golden" / "page.json").read_text())

    assert "Жаңы китепкана" in gzip.decompress((folder / "golden" / "page.html.gz").read_bytes()).decode()
    assert said["extracted"]["published_at"] == "2026-11-20 04:00:00+00:00"
    assert said["capture"]["request_url"] == f"{added.site.url}/2026/11/kitepkana-1/"
    assert sorted(it.name for it in folder.iterdir()) == ["golden", "tookabar.toml"]


def test_of_a_site_without_a_way_in_what_was_tried_is_proposed_as_disabled(tmp_path: Path) -> None:
    home = (
        b"<html><link rel='alternate' type='application/rss+xml' href='/gone.rss'><a href='//elsewhere/'>x</a></html>"
    )
    with served(lambda url: {"/robots.txt": Reply(b""), "/": Reply(home)}) as site:
        result = kabarchy("sources", "add", site.url, "--id", "walled", "--delay-s", "0.01", "--home", tmp_path)
        source = load_source(tmp_path / "checks" / "walled" / "walled.toml")

    assert result.exit_code == 1
    assert "no way in was found" in result.stderr
    assert (source.status.state, [it.url for it in source.dead_entries]) == (State.DISABLED, [f"{site.url}/gone.rss"])


def test_a_site_that_is_a_source_already_is_not_asked_again(added: Added) -> None:
    n_asked = len(added.site.seen)
    result = kabarchy("sources", "add", added.site.url, "--home", added.home)

    assert result.exit_code == 2
    assert "is in the registry as tookabar" in result.stderr
    assert len(added.site.seen) == n_asked


@pytest.mark.parametrize(("url", "known"), [("https://www.orda.kz", "orda_kz"), ("azattyk.org", "azattyk")])
def test_a_source_is_known_with_and_without_www(tmp_path: Path, url: str, known: str) -> None:
    result = kabarchy("sources", "add", url, "--home", tmp_path)

    assert result.exit_code == 2
    assert f"is in the registry as {known}" in result.stderr


def test_the_shipped_registry_is_not_written_to(tmp_path: Path) -> None:
    result = kabarchy("sources", "add", "https://outlet.example/", "--write", "--home", tmp_path)

    assert result.exit_code == 2
    assert "name the registry folder with --sources" in result.stderr
    assert not (SHIPPED_SOURCES / "outlet_example.toml").exists()


def test_a_site_of_others_is_not_looked_at_without_a_contact(tmp_path: Path) -> None:
    result = kabarchy("sources", "add", "outlet.example", "--home", tmp_path)

    assert result.exit_code == 2
    assert "KABARCHY_CONTACT_URL is required" in result.stderr
