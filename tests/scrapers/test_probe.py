"""One polite look at a source: what it asks for, what it says, and what a report is good for."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scrapers.check_reports import (
    CheckReport,
    EntryCheck,
    PageCheck,
    definition_sha256,
    latest_report,
    save_report,
    sources_to_crawl,
)
from scrapers.data_root import open_data_root
from scrapers.probe import with_all_entries
from scrapers.registry import Source
from scrapers.registry_folder import load_registry
from scrapers.verdicts import judge
from tests.scrapers.crawling import AS_OF, ROOT
from tests.scrapers.offline import HOST, offline, sitemap
from tests.scrapers.site import Reply, Site, feed, served

SENTENCES = "Бишкекте жаңы китепкана ачылды. Ага шаардын тургундары менен окуучулар келишти. " * 12

DEFINITION = """
name = "Outlet"
homepage = "{url}/"
country = "KG"
languages = ["ky"]
timezone = "Asia/Bishkek"
delay_s = 0.05
status = {{ state = "candidate", since = 2026-11-22, reason = "not probed" }}
dead_entries = [{{ kind = "feed", url = "/dead" }}]
spare_entries = [
    {{ kind = "feed", url = "/gone" }},
    {{ kind = "sitemap", url = "/sitemap.xml" }},
    {{ kind = "listing", url = "/day/{{YYYY}}" }},
    {{ kind = "wordpress", url = "/wp-json/wp/v2/posts" }},
]

[[entries]]
kind = "feed"
url = "/rss"

[[entries]]
kind = "listing"
url = "/list"
max_pages = 9
next_selector = "a.next"

[articles]
allow = ['/news/\\d+$']

[selectors]
title = "h1.head"
body = "div.none"
"""


WORDPRESS_QUERY = "_fields=date%2Cdate_gmt%2Clink%2Cmodified_gmt%2Ctitle&order=desc&orderby=date&per_page=20"


def article(date: str = "2026-11-20T10:00:00+06:00") -> Reply:
    meta = f"<meta property='article:published_time' content='{date}'><meta name='tdm-reservation' content='1'>"
    body = f"<h1 class='head'>Жаңы китепкана ачылды</h1><article><p>{SENTENCES}</p></article>"
    return Reply(f"<html lang='ky'><head>{meta}</head><body>{body}</body></html>".encode())


def replies(url: str) -> dict[str, Reply]:
    listing = Reply(b"<html><body><a href='/about'>about</a><a class='next' href='/list?p=2'>2</a></body></html>")
    index = f"<sitemapindex>{''.join(f'<sitemap><loc>{url}/s{n}</loc></sitemap>' for n in range(9))}</sitemapindex>"
    posts = json.dumps([{"link": f"{url}/news/1", "date": "2026-11-20T10:00:00"}])
    return {
        "/robots.txt": Reply(f"User-agent: *\nCrawl-delay: 0.06\nDisallow: /news/2\nSitemap: {url}/named.xml".encode()),
        "/rss": feed(url, [f"/news/{n}" for n in range(1, 9)]),
        "/list": listing,
        "/sitemap.xml": Reply(index.encode()),
        "/day/2026": Reply(b"<a href='/news/1'>one</a><a href='/news/2'>two</a><a href='/about'>about</a>"),
        f"/wp-json/wp/v2/posts?{WORDPRESS_QUERY}": Reply(posts.encode()),
        **{f"/news/{n}": article() for n in range(1, 9)},
    }


@dataclass(frozen=True)
class Probed:
    home: Path
    site: Site
    code: int
    report: CheckReport

    @property
    def entries(self) -> dict[str, EntryCheck]:
        return {it.url.removeprefix(self.site.url): it for it in self.report.entries}


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    home = tmp_path_factory.mktemp("probe") / "home"
    with served(replies) as site:
        sources = open_data_root(home).sources
        sources.mkdir()
        (sources / "outlet.toml").write_text(DEFINITION.format(url=site.url))
        words = [sys.executable, "-m", "scrapers", "probe", "outlet", "--home", str(home), "--as-of", AS_OF]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        yield Probed(home, site, done.returncode, CheckReport.model_validate_json(done.stdout))


def test_a_probe_asks_for_the_entries_and_three_pages_and_never_for_dead_entries_or_more(probed: Probed) -> None:
    asked = probed.site.paths()

    assert asked[:3] == ["/rss", "/list", "/gone"]
    assert [path for path in asked if path.startswith("/news")] == ["/news/1", "/news/3"]
    assert {"/dead", "/list?p=2", "/s3"} & set(asked) == set()


def test_each_entry_has_its_verdict_the_spare_ones_too(probed: Probed) -> None:
    assert probed.entries["/rss"].problem is None
    assert (probed.entries["/rss"].n_links, probed.entries["/rss"].n_articles) == (8, 8)
    assert probed.entries["/list"].problem == "none of its 2 links is an article by the rules"
    assert probed.entries["/gone"].problem == "failed: not_found (status 404)"
    assert not probed.entries["/gone"].is_crawled


def test_an_entry_that_is_asked_for_under_another_address_has_its_verdict_too(probed: Probed) -> None:
    dated, posts = probed.entries["/day/{YYYY}"], probed.entries["/wp-json/wp/v2/posts"]

    assert (dated.problem, dated.n_links, dated.n_articles) == (None, 3, 2)
    assert (posts.problem, posts.n_links, posts.n_articles) == (None, 1, 1)


def test_each_page_says_what_would_be_extracted_and_which_is_forbidden(probed: Probed) -> None:
    forbidden, read, *_ = sorted(probed.report.pages, key=lambda page: page.verdict, reverse=True)

    assert forbidden.verdict.startswith("skipped: robots")
    assert (read.title, read.language, read.published_origin) == ("Жаңы китепкана ачылды", "ky", "meta")
    assert read.published_at == datetime(2026, 11, 20, 4, tzinfo=UTC)


def test_selectors_that_match_nothing_are_told(probed: Probed) -> None:
    assert {it.key: (it.n_matched, it.n_pages) for it in probed.report.selectors} == {"title": (2, 2), "body": (0, 2)}


def test_robots_and_reservations_are_told(probed: Probed) -> None:
    (robots,) = probed.report.robots

    assert (robots.status, robots.crawl_delay_s) == (200, 0.06)
    assert robots.sitemaps == (f"{probed.site.url}/named.xml",)
    assert probed.report.reservations == (f"{probed.site.url.removeprefix('http://')}: meta: tdm-reservation 1",)


def test_a_crawled_entry_without_articles_fails_the_source_and_a_spare_one_does_not(probed: Probed) -> None:
    assert probed.code == 1
    assert probed.report.problems == (
        f"listing {probed.site.url}/list: none of its 2 links is an article by the rules",
    )


def test_a_probe_leaves_its_report_and_the_hosts_pace_and_nothing_else(probed: Probed) -> None:
    files = [path.relative_to(probed.home).as_posix() for path in probed.home.rglob("*") if path.is_file()]
    report = f"checks/outlet/{probed.report.checked_at:%Y%m%dT%H%M%SZ}.json"

    assert sorted(it for it in files if not it.startswith("hosts/")) == [report, "kabarchy.json", "sources/outlet.toml"]
    assert latest_report(probed.home / "checks", "outlet") == probed.report


@pytest.mark.parametrize("newest", [18, 19, 20])
def test_a_dated_entry_is_good_although_the_day_that_has_just_begun_has_no_page(tmp_path: Path, newest: int) -> None:
    site = offline(tmp_path, {"kind": "sitemap", "url": HOST + "/{YYYY}/{MM}/{DD}.xml"})
    midnight = datetime(2026, 11, 20, 0, 5, tzinfo=UTC)

    probe = replace(site, source=with_all_entries(site.source))
    probe.crawl({f"/2026/11/{newest}.xml": sitemap("/a"), "/a": article().body}, as_of=midnight)
    (entry,) = judge(probe.last(), site.source).entries

    assert (entry.problem, entry.n_links) == (None, 1)
    assert [path for path in probe.asked if ".xml" in path] == ["/2026/11/20.xml", "/2026/11/19.xml", "/2026/11/18.xml"]


def test_a_source_of_others_is_not_probed_without_a_contact(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "scrapers", "probe", "24kg", "--home", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "KABARCHY_CONTACT_URL is required" in done.stderr


def reported(source: Source, *problems: str, day: int = 1) -> CheckReport:
    return CheckReport(
        source_id=source.id,
        checked_at=datetime(2026, 11, day, tzinfo=UTC),
        definition_sha256=definition_sha256(source),
        finish_reason="finished",
        robots=(),
        reservations=(),
        entries=(),
        pages=(PageCheck(url=source.homepage, verdict="article"),),
        selectors=(),
        problems=problems,
    )


@pytest.fixture
def candidate(tmp_path: Path) -> dict[str, Source]:
    (tmp_path / "outlet.toml").write_text(DEFINITION.format(url="http://127.0.0.1:9"))
    return load_registry(tmp_path)


def crawled(tmp_path: Path, registry: dict[str, Source]) -> list[str]:
    return [source.id for source in sources_to_crawl(tmp_path / "checks", registry, ())]


def test_a_candidate_is_crawled_once_a_check_has_passed_it(tmp_path: Path, candidate: dict[str, Source]) -> None:
    assert crawled(tmp_path, candidate) == []

    save_report(tmp_path / "checks", reported(candidate["outlet"]))

    assert crawled(tmp_path, candidate) == ["outlet"]


def test_the_newest_check_decides(tmp_path: Path, candidate: dict[str, Source]) -> None:
    save_report(tmp_path / "checks", reported(candidate["outlet"], day=1))
    save_report(tmp_path / "checks", reported(candidate["outlet"], "no date", day=2))

    assert crawled(tmp_path, candidate) == []


def test_a_check_holds_for_the_definition_that_was_checked(tmp_path: Path, candidate: dict[str, Source]) -> None:
    save_report(tmp_path / "checks", reported(candidate["outlet"]))
    (tmp_path / "outlet.toml").write_text(DEFINITION.format(url="http://127.0.0.1:9").replace("h1.head", "h2"))

    assert crawled(tmp_path, load_registry(tmp_path)) == []


def test_a_report_of_a_later_kabarchy_is_passed_over(tmp_path: Path, candidate: dict[str, Source]) -> None:
    path = save_report(tmp_path / "checks", reported(candidate["outlet"]))
    later = path.with_name("20271101T000000Z.json")
    later.write_text(json.dumps({**json.loads(path.read_text()), "form": 2}))

    assert latest_report(tmp_path / "checks", "outlet") == reported(candidate["outlet"])


TAKEN_DOWN_LATE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import scrapers.probe
from scrapers.__main__ import main
from scrapers.identity import article_id
from scrapers.takedowns import Takedown, TakedownReason, add_to_register
home, url = sys.argv[1:]
said = {"source_id": "outlet", "reason": TakedownReason.ERASURE, "taken_down_at": datetime.now(UTC)}
begin = scrapers.probe.locked_source
def begin_late(*args):
    add_to_register(Path(home) / "takedown" / "register.json", [Takedown(article_id=article_id("outlet", url), **said)])
    return begin(*args)
scrapers.probe.locked_source = begin_late
sys.exit(main(["probe", "outlet", "--home", home]))
"""


def test_a_takedown_that_no_look_held_up_is_heeded_by_the_look_that_begins_then(tmp_path: Path) -> None:
    with served(replies) as site:
        sources = open_data_root(tmp_path).sources
        sources.mkdir()
        (sources / "outlet.toml").write_text(DEFINITION.format(url=site.url))
        words = [sys.executable, "-c", TAKEN_DOWN_LATE, str(tmp_path), f"{site.url}/news/1"]
        subprocess.run(words, cwd=ROOT, capture_output=True, timeout=60, check=False)

    report = latest_report(tmp_path / "checks", "outlet")
    assert report is not None
    assert "/news/1" not in site.paths()
    assert f"{site.url}/news/1" not in [page.url for page in report.pages if page.title is not None]
