"""What a check proves is written into the file, and nothing else of the file changes."""

import tomllib
from datetime import UTC, datetime

import pytest

from scrapers.check_reports import CheckReport, EntryCheck, PageCheck, SelectorCheck
from scrapers.raising import raise_evidence

FILE = """# Why this outlet.
name = "Outlet"
homepage = "https://outlet.example/"

[status]
state = "candidate"
since = 2026-11-22
reason = "not probed by us"

[[entries]]
kind = "feed"
url = "/rss"  # the short one
evidence = { grade = "C", note = "used by code" }

[[entries]]
kind = "listing"
url = "/list"
evidence = { grade = "M", checked = 2026-12-01, note = "later than the check" }

[[spare_entries]]
kind = "feed"
url = "/gone"
evidence = { grade = "L" }

[articles]
allow = ['/news/']

[selectors]
title = "h1"
body = "div.none"
evidence = { grade = "C" }
"""


@pytest.mark.parametrize(
    ("kind", "n", "found"),
    [
        ("feed", 1, "1 address of an article"),
        ("feed", 2, "2 addresses of articles"),
        ("telegram", 1, "1 message"),
        ("telegram", 0, "0 messages"),
    ],
)
def test_one_thing_is_counted_as_one(kind: str, n: int, found: str) -> None:
    check = EntryCheck(url="https://site.test/in", kind=kind, is_crawled=True, n_articles=n)

    assert check.found == found


def entry(url: str, *, crawled: bool = True, problem: str | None = None) -> EntryCheck:
    return EntryCheck(
        url=f"https://outlet.example{url}", kind="feed", is_crawled=crawled, problem=problem, n_links=9, n_articles=8
    )


def report(*problems: str) -> CheckReport:
    return CheckReport(
        source_id="outlet",
        checked_at=datetime(2026, 11, 25, 12, tzinfo=UTC),
        definition_sha256="",
        finish_reason="finished",
        robots=(),
        reservations=(),
        entries=(entry("/rss"), entry("/list"), entry("/gone", crawled=False, problem="failed: gone")),
        pages=(PageCheck(url="/news/1", verdict="article"),),
        selectors=(
            SelectorCheck(key="title", css="h1", n_matched=1, n_pages=1),
            SelectorCheck(key="body", css="div.none", n_matched=0, n_pages=1),
        ),
        problems=problems,
    )


def test_what_held_is_graded_as_probed_on_that_day_and_comments_stay() -> None:
    raised = raise_evidence(FILE, report())

    assert 'url = "/rss"  # the short one\nevidence = {grade = "M", checked = 2026-11-25, note = "8 addresses' in raised
    assert raised.startswith("# Why this outlet.\n")
    assert tomllib.loads(raised)["articles"]["evidence"]["grade"] == "M"


def test_what_did_not_hold_or_is_known_from_later_is_left_as_it_was() -> None:
    raised, old = tomllib.loads(raise_evidence(FILE, report())), tomllib.loads(FILE)

    assert raised["spare_entries"] == old["spare_entries"]
    assert raised["selectors"] == old["selectors"]
    assert raised["entries"][1] == old["entries"][1]


def test_a_candidate_that_passed_is_enabled_and_one_that_did_not_is_not() -> None:
    assert tomllib.loads(raise_evidence(FILE, report()))["status"]["state"] == "enabled"
    assert tomllib.loads(raise_evidence(FILE, report("no date")))["status"]["state"] == "candidate"


def test_raising_twice_changes_nothing_more() -> None:
    once = raise_evidence(FILE, report())

    assert raise_evidence(once, report()) == once


def test_an_entry_that_was_written_after_the_check_is_not_raised() -> None:
    later = FILE.replace("[[entries]]", '[[entries]]\nkind = "feed"\nurl = "/later"\n\n[[entries]]', 1)
    raised = {it["url"]: it.get("evidence") for it in tomllib.loads(raise_evidence(later, report()))["entries"]}

    assert raised["/later"] is None
    assert raised["/rss"]["note"] == "8 addresses of articles"
