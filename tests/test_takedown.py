"""A takedown, from the register to the last byte: two outlets, two days of releases, two articles to be forgotten."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import lxml.html
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from exports.catalogue import build_site
from exports.delta import apply_delta
from exports.profiles import Profile
from exports.query_copy import QUERY_COPY
from exports.release import list_releases
from exports.verify import verify_release
from exports.versions import read_versions
from flows.cli import app
from flows.takedown import Request, TakedownReport, carry_out, register_request
from scrapers.archive import list_crawls, open_crawl
from scrapers.identity import article_id
from scrapers.registry_folder import load_registry
from scrapers.takedowns import TakedownError, TakedownReason, read_register
from tests.pipeline import Pipeline, new_pipeline
from tests.scrapers.site import Reply, Site, served

MARKER = "Zhqvorn"
"""A word that only the two articles say; it stands in headline, author, text and feed."""
DAYS = tuple(datetime(2026, 11, day, 6, tzinfo=UTC) for day in (20, 21, 22))
SENTENCE = "The new library of the district opened its doors to all readers on Friday morning. "


def article_page(title: str, words: str, *, author: str = "A. Reporter", more: str = "") -> Reply:
    paragraphs = "".join(f"<p>{words} {SENTENCE * 3}</p>" for _ in range(4))
    html = (
        f"<!DOCTYPE html><html lang='en'><head><title>{title}</title><meta name='author' content='{author}'>"
        "<meta property='article:published_time' content='2026-11-19T10:00:00Z'></head>"
        f"<body><main><article><h1>{title}</h1>{paragraphs}</article></main>{more}</body></html>"
    )
    return Reply(html.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def feed(base: str, titles: dict[str, str]) -> Reply:
    items = "".join(
        f"<item><title>{title}</title><link>{base}{path}</link><description>{title} {SENTENCE}</description></item>"
        for path, title in titles.items()
    )
    body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml"})


def channel(base: str, posts: dict[int, str]) -> Reply:
    def message(n: int, words: str) -> str:
        reply = f'<a class="tgme_widget_message_reply" href="{base}/chan/{n - 1}">{posts.get(n - 1, "")}</a>'
        return (
            f'<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="chan/{n}">{reply}'
            f'<div class="tgme_widget_message_text js-message_text">{words}</div>'
            f'<a class="tgme_widget_message_date" href="{base}/chan/{n}">'
            f'<time datetime="2026-11-19T0{n}:00:00+00:00"></time></a></div></div>'
        )

    html = "".join(message(n, words) for n, words in posts.items())
    return Reply(f"<!DOCTYPE html><html><body>{html}</body></html>".encode(), headers={"Content-Type": "text/html"})


def replies(base: str, *, day: int) -> dict[str, Reply]:
    secret = f"{MARKER} was seen"
    titles = {"/news/1": "The first story", "/news/2": f"{secret} at home", "/news/3": "The third story"}
    aside = f'<aside><a href="/news/2">{titles["/news/2"]}</a></aside>'
    link = f'<a href="{base}/news/2">Their own words</a>'
    posts = {1: f"First post. {SENTENCE}", 2: f"{secret} by many. {SENTENCE}", 3: f"Third post. {SENTENCE}{link}"}
    return {
        "/feed.xml": feed(base, {**titles, **({"/news/4": "A later story"} if day > 1 else {})}),
        "/news/1": article_page(titles["/news/1"], "One.", more=aside),
        "/news/2": article_page(titles["/news/2"], f"{secret}.", author=f"{MARKER} Person"),
        "/news/3": article_page(titles["/news/3"], f"Three, as of day {day}."),
        "/news/4": article_page("A later story", "Four."),
        "/s/chan": channel(at_localhost(base), posts),
    }


def at_localhost(base: str) -> str:
    """The same server under another name: each source has a host of its own."""
    return base.replace("127.0.0.1", "localhost")


SOURCE = """
name = "{name}"
homepage = "{base}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = 0.02
{rights}
[status]
state = "enabled"
since = 2026-11-20
reason = "test"

[[entries]]
kind = "{kind}"
url = "{base}{path}"
"""
RIGHTS = """
[rights]
level = "full_text"
basis = "licence"
licence = "CC-BY-4.0"
evidence_url = "https://site.example/licence"
checked_at = 2026-11-20
"""


@dataclass
class Story:
    pipeline: Pipeline
    site: Site
    before: Pipeline
    """The data root's releases as they were, in a copy."""
    report: TakedownReport
    ids: tuple[str, str]


HOLDERS = ("analyst", "archive", "checks", "releases", "site", "staging", "visits", "warehouse")
INTERNAL_HOLDERS = ("releases-internal", "site-internal")
"""Folders of the data root that all hold something of the two articles before they are taken down."""


def look_closely(pipeline: Pipeline, site: Site) -> None:
    """Check both sources, and keep a page of one as `sources add` does."""
    assert [pipeline.probe(name) for name in ("site", "chan")] == [0, 0]
    golden = pipeline.root.checks / "site" / "golden"
    golden.mkdir()
    (golden / "page.html.gz").write_bytes(gzip.compress(site.replies["/news/1"].body))


def say(site: Site, day: int) -> None:
    site.replies.clear()
    site.replies.update(replies(site.url, day=day))


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    pipeline = new_pipeline(tmp_path_factory.mktemp("takedown") / "home")
    with served(lambda base: replies(base, day=1)) as site:
        (pipeline.root.sources / "site.toml").write_text(
            SOURCE.format(name="Site", kind="feed", path="/feed.xml", base=site.url, rights=RIGHTS)
        )
        (pipeline.root.sources / "chan.toml").write_text(
            SOURCE.format(name="Chan", kind="telegram", path="/s/chan", base=at_localhost(site.url), rights=RIGHTS)
        )
        pipeline.run(DAYS[0], "day-1")
        say(site, 2)
        pipeline.run(DAYS[1], "day-2")
        build_site(pipeline.root.releases, pipeline.root.site, generation=None, now=DAYS[1])
        assert run_verb(pipeline, "publish", "--profile", "internal", "--as-of", "2026-11-21T06:00:00").exit_code == 0
        look_closely(pipeline, site)
        assert {*HOLDERS, *INTERNAL_HOLDERS} == {path.split("/")[0] for path in find_marker(pipeline.root.path)}
        copies = {f"releases/{release.id}/{QUERY_COPY}" for release in list_releases(pipeline.root.releases)}
        assert copies <= set(find_marker(pipeline.root.path))
        before = new_pipeline(tmp_path_factory.mktemp("before") / "home")
        for release in list_releases(pipeline.root.releases):
            copy_tree(release.path, before.root.releases / release.id)
        registry = load_registry(pipeline.root.sources)
        ids = (article_id("site", f"{site.url}/news/2"), article_id("chan", f"{at_localhost(site.url)}/chan/2"))
        by_url = Request(urls=(f"{site.url}/news/2?utm_source=mail",), reason=TakedownReason.ERASURE, note="letter 7")
        register_request(pipeline.root, registry, by_url, now=DAYS[1])
        by_id = Request(ids=(ids[1],), reason=TakedownReason.TAKEDOWN)
        register_request(pipeline.root, registry, by_id, now=DAYS[1])
        report = carry_out(pipeline.root, registry, now=DAYS[1], code_version="test")
        yield Story(pipeline, site, before, report, ids)


def kabarchy(story: Story, *words: str) -> Result:
    return run_verb(story.pipeline, *words)


def run_verb(pipeline: Pipeline, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(pipeline.root.path)])


def copy_tree(source: Path, target: Path) -> None:
    for path in source.rglob("*"):
        if path.is_file():
            (target / path.relative_to(source)).parent.mkdir(parents=True, exist_ok=True)
            (target / path.relative_to(source)).write_bytes(path.read_bytes())


def find_marker(root: Path, word: str = MARKER) -> list[str]:
    """Every file below a folder that holds the word, looked for in what the file holds when it is unpacked."""
    files = [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(path.relative_to(root)) for path in files if word.encode() in unpacked(path)]


def unpacked(path: Path) -> bytes:
    raw = path.read_bytes()
    match path.suffix:
        case ".gz":
            return gzip.decompress(raw)
        case ".parquet":
            return raw + repr(pq.ParquetFile(path).read().to_pylist()).encode()
        case ".duckdb":
            return raw + dumped(path)
        case ".sqlite":
            with sqlite3.connect(path) as database:
                return raw + "\n".join(database.iterdump()).encode()
        case _:
            return raw


def dumped(path: Path) -> bytes:
    with duckdb.connect(path, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() union all select view_name from duckdb_views() where not internal"
        )
        names = [name for (name,) in tables.fetchall()]
        return "".join(str(connection.table(name).fetchall()) for name in names).encode()


def test_no_byte_of_what_was_taken_down_stays_in_the_data_root(story: Story) -> None:
    assert find_marker(story.pipeline.root.path) == []


def test_the_other_articles_are_held_as_before(story: Story) -> None:
    rows = story.pipeline.table("select url, n_versions, first_seen_at from article order by url").to_pylist()

    held = {urlsplit(row["url"]).path: row["n_versions"] for row in rows}
    assert held == {"/chan/1": 1, "/chan/3": 1, "/news/1": 1, "/news/3": 2, "/news/4": 1}


def test_the_books_still_balance_and_count_what_is_withheld(story: Story) -> None:
    report = story.pipeline.load()
    query = "select source_id, reason, n from ledger where stage = 'article' and outcome = 'withheld' order by all"

    assert [check.name for check in report.checks if check.is_failed] == []
    assert story.pipeline.table(query).to_pylist() == [
        {"source_id": "chan", "reason": "takedown", "n": 1},
        {"source_id": "site", "reason": "erasure", "n": 1},
    ]


def test_every_release_is_issued_again_and_passes_every_gate(story: Story) -> None:
    standing = list_releases(story.pipeline.root.releases)

    assert [release.id for release in standing] == ["2026-11-20.r2", "2026-11-21.r2"]
    assert [r for release in standing for r in verify_release(release.path) if not r.is_ok] == []
    assert [
        (release.manifest.revision, release.manifest.supersedes, release.manifest.redactions) for release in standing
    ] == [(2, "2026-11-20", 2), (2, "2026-11-21", 2)]


def test_an_internal_release_is_issued_again_as_an_internal_one(story: Story) -> None:
    (release,) = list_releases(story.pipeline.root.internal_releases)

    assert (release.id, release.manifest.profile) == ("2026-11-21.r2", Profile.INTERNAL)
    assert [result for result in verify_release(release.path) if not result.is_ok] == []


def test_links_of_others_to_it_lose_address_and_words_in_warehouse_and_releases(story: Story) -> None:
    address = f"{story.site.url}/news/2"
    with duckdb.connect(story.pipeline.root.warehouse, read_only=True) as connection:
        held = connection.execute("select distinct kind, label, url from content_citation").fetchall()

    holders = {path.split("/")[0] for path in find_marker(story.pipeline.root.path, address)}
    before = {Path(path).name for path in find_marker(story.before.root.path, address)}
    assert held == [("inline", None, None)]
    assert {"citations.parquet", "citations.csv"} <= before
    assert holders & {"releases", "releases-internal", "site", "site-internal"} == set()


def test_the_old_releases_keep_nothing_but_the_notice(story: Story) -> None:
    old = story.pipeline.root.releases / "2026-11-21"

    assert [path.name for path in old.iterdir()] == ["WITHDRAWN.json"]
    assert json.loads((old / "WITHDRAWN.json").read_text())["superseded_by"] == "2026-11-21.r2"


def test_the_pointer_names_the_new_releases_and_says_that_the_old_are_withdrawn(story: Story) -> None:
    versions = read_versions(story.pipeline.root.releases)

    assert versions.latest == "2026-11-21.r2"
    assert [(version.id, version.status) for version in versions.versions] == [
        ("2026-11-21.r2", "active"),
        ("2026-11-21", "withdrawn"),
        ("2026-11-20.r2", "active"),
        ("2026-11-20", "withdrawn"),
    ]


def test_the_tombstones_say_id_day_and_reason_and_nothing_else(story: Story) -> None:
    rows = pq.read_table(story.pipeline.root.releases / "2026-11-20.r2" / "tombstones.parquet").to_pylist()

    day = DAYS[1].date()
    assert {tuple(row.values()) for row in rows} == {
        (story.ids[0], day, "erasure"),
        (story.ids[1], day, "takedown"),
    }


def test_who_holds_an_old_release_reaches_the_new_one_by_a_delta_that_deletes(story: Story, tmp_path: Path) -> None:
    new = story.pipeline.root.releases / "2026-11-21.r2"
    delta = new / "delta" / "from-2026-11-21.parquet"

    apply_delta(story.before.root.releases / "2026-11-21" / "articles.parquet", delta, tmp_path / "applied.parquet")

    assert {(row["op"], row["article_id"]) for row in pq.read_table(delta).to_pylist()} == {
        ("DEL", story.ids[0]),
        ("DEL", story.ids[1]),
    }
    assert (tmp_path / "applied.parquet").read_bytes() == (new / "articles.parquet").read_bytes()


def test_the_rows_of_links_stay_in_the_releases_with_neither(story: Story) -> None:
    files = list(story.pipeline.root.path.glob("releases*/*/citations.parquet"))

    rows = [(row["label"], row["url"]) for path in files for row in pq.read_table(path).to_pylist()]
    assert (len(files), set(rows)) == (3, {(None, None)})


def test_the_chain_of_deltas_leads_from_the_first_new_release_to_the_last(story: Story, tmp_path: Path) -> None:
    releases = story.pipeline.root.releases
    delta = releases / "2026-11-21.r2" / "delta" / "from-2026-11-20.r2.parquet"

    apply_delta(releases / "2026-11-20.r2" / "articles.parquet", delta, tmp_path / "applied.parquet")

    assert (tmp_path / "applied.parquet").read_bytes() == (releases / "2026-11-21.r2" / "articles.parquet").read_bytes()


def test_the_page_of_a_release_issued_again_shows_what_changed_since_the_release_before(story: Story) -> None:
    path = story.pipeline.root.site / "history" / "2026-11-21.r2.html"
    shown = lxml.html.parse(path).xpath("//section[@aria-labelledby='changes']//li")

    changes = list_releases(story.pipeline.root.releases)[1].manifest.changes
    assert len(shown) == changes.added + changes.modified + changes.deleted > 0


def test_no_two_resources_of_its_data_package_have_one_name(story: Story) -> None:
    package = json.loads((story.pipeline.root.releases / "2026-11-21.r2" / "datapackage.json").read_text())
    names = [resource["name"] for resource in package["resources"]]

    assert [name for name in names if name.startswith("delta")] == ["delta-from-2026-11-21", "delta"]
    assert len(names) == len(set(names))


def test_the_register_keeps_the_note_to_its_owner_and_no_address(story: Story) -> None:
    path = story.pipeline.root.takedowns

    assert path.stat().st_mode & 0o077 == 0
    assert "letter 7" in path.read_text()
    assert "/news/2" not in path.read_text()
    assert read_register(path).is_carried_out


def test_the_archive_says_what_was_taken_out_and_can_still_be_read(story: Story) -> None:
    crawls = [open_crawl(path, story.pipeline.root.archive) for path in list_crawls(story.pipeline.root.archive)]
    captures = [stored.capture for crawl in crawls for stored in crawl.captures()]

    withheld = [(capture.request_url.removeprefix(story.site.url), capture.withheld) for capture in captures]
    assert ("/news/2", f"erasure {story.ids[0]}") in withheld
    assert {capture.body for capture in captures if capture.withheld} == {b""}


def test_carrying_it_out_again_changes_nothing(story: Story) -> None:
    root = story.pipeline.root
    files = {path: path.read_bytes() for path in (*root.archive.rglob("*.gz"), *root.staging.rglob("*.parquet"))}

    report = carry_out(root, load_registry(root.sources), now=DAYS[1], code_version="test")

    assert report.issued_again == ()
    assert {path: path.read_bytes() for path in files} == files


def test_what_is_held_nowhere_is_said_so(story: Story) -> None:
    request = Request(ids=("0" * 24,), reason=TakedownReason.TAKEDOWN)

    with pytest.raises(TakedownError, match=r"0{24}: no batch and no release holds"):
        register_request(story.pipeline.root, {}, request, now=DAYS[1])


def test_the_next_crawl_neither_asks_for_it_nor_takes_it_in(story: Story) -> None:
    say(story.site, 3)
    n_asked = len(story.site.seen)

    release = story.pipeline.run(DAYS[2], "day-3")

    assert "/news/2" not in [seen.path for seen in story.site.seen[n_asked:]]
    assert find_marker(story.pipeline.root.path) == []
    assert release is not None
    assert release.manifest.previous == "2026-11-21.r2"
    assert release.manifest.changes.model_dump() == {"added": 0, "modified": 1, "deleted": 0}


def test_a_check_of_the_source_does_not_bring_it_back(story: Story) -> None:
    n_asked = len(story.site.seen)

    codes = [story.pipeline.probe(name) for name in ("site", "chan")]

    assert codes == [0, 0]
    assert "/news/2" not in [seen.path for seen in story.site.seen[n_asked:]]
    assert find_marker(story.pipeline.root.path) == []


def test_a_source_that_opts_out_is_gone_from_everything_and_is_not_looked_at_again(story: Story) -> None:
    held = find_marker(story.pipeline.root.path, "Third post")

    result = kabarchy(story, "takedown", "add", "--source", "chan", "--reason", "source_optout", "--note", "letter 8")

    assert (result.exit_code, {path.split("/")[0] for path in held}) == (0, {*HOLDERS, *INTERNAL_HOLDERS} - {"visits"})
    assert find_marker(story.pipeline.root.path, "Third post") == []
    assert story.pipeline.probe("chan") == 2
    assert {row["source_id"] for row in story.pipeline.table("from article").to_pylist()} == {"site"}


def test_the_verbs_list_what_was_taken_down_and_carry_it_out_again(story: Story) -> None:
    listed, applied = kabarchy(story, "takedown", "list", "--json"), kabarchy(story, "takedown", "apply", "--json")

    said = json.loads(listed.stdout)
    assert said["is_carried_out"]
    assert [entry["note"] for entry in said["entries"] if "article_id" not in entry] == ["letter 8"]
    assert json.loads(applied.stdout)["issued_again"] == []


def test_when_the_last_source_opts_out_no_page_of_the_catalogue_shows_an_article(story: Story) -> None:
    result = kabarchy(story, "takedown", "add", "--source", "site", "--reason", "source_optout")

    assert result.exit_code == 0
    assert find_marker(story.pipeline.root.path, "The third story") == []
    assert read_versions(story.pipeline.root.releases).latest is None
