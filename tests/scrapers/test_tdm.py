"""What counts as a reservation of text and data mining, from site files, headers and tags."""

import json
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from scrapers.extraction.stage import ExtractJob, extract_crawls
from scrapers.registry_folder import load_registry
from scrapers.staging import Batch
from scrapers.tdm import Reservation, SiteFile, SiteRights
from tests.scrapers.crawling import crawl, last_crawl
from tests.scrapers.site import Reply, feed, page, served, write_source

SITE = "https://site.example"


def said(path: str, body: str, url: str = f"{SITE}/news/1", status: int = 200) -> Reservation:
    file = SiteFile(asked_url=SITE + path, status=status, headers=(), body=body.encode())
    return SiteRights.read([file]).reservation(url, (), b"")


def page_says(head: str = "", **headers: str) -> Reservation:
    pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return SiteRights.read([]).reservation(f"{SITE}/news/1", pairs, f"<html><head>{head}</head></html>".encode())


@pytest.mark.parametrize(
    ("body", "is_reserved"),
    [
        ('[{"location": "/", "tdm-reservation": 1, "tdm-policy": "https://x/p"}]', True),
        ('[{"location": "/", "tdm-reservation": 0}]', False),
        ('[{"location": "/news/*", "tdm-reservation": "1"}]', True),
        ('[{"location": "/photo/", "tdm-reservation": 1}]', None),
        ('[{"location": "/", "tdm-reservation": 1}, {"location": "/news/", "tdm-reservation": 0}]', False),
        ('[{"location": "/", "tdm-reservation": 0}, {"location": "/news/1$", "tdm-reservation": 1}]', True),
        ('{"tdm-reservation": 1}', True),
        ('\ufeff[{"location": "/news/", "tdm-reservation": 1}]', True),
        ('{"tdm-reservation": false}', False),
        ('[{"location": "/", "tdm-reservation": "yes"}]', True),
        ('[{"location": "/news/*$", "tdm-reservation": 1}, {"location": "/*", "tdm-reservation": 0}]', True),
        ('[{"location": "https://site.example/news/", "tdm-reservation": 1}]', True),
        ('[{"location": "news/1", "tdm-reservation": 1}]', True),
        ('[{"location": "/%6Eews/1", "tdm-reservation": 1}]', True),
        ('[{"location": "*/1$", "tdm-reservation": 1}]', True),
        ('[{"location": "/n*s/1*1$", "tdm-reservation": 1}]', None),
        ('[{"location": "/%2A/1", "tdm-reservation": 1}]', None),
        ('[{"location": "/news/1%24", "tdm-reservation": 1}]', None),
        ('["noise", {"location": "/news/", "tdm-reservation": 1}]', True),
        ("[]", None),
    ],
)
def test_the_tdmrep_file_reserves_what_its_longest_location_that_matches_says(
    body: str, is_reserved: bool | None
) -> None:
    assert said("/.well-known/tdmrep.json", body).is_reserved is is_reserved


@pytest.mark.parametrize(("location", "path"), [("/a%2Ab", "/a*b"), ("/a%2Ab", "/a%2ab"), ("/a%24", "/a$b")])
def test_a_sign_that_is_escaped_in_a_location_stands_for_itself(location: str, path: str) -> None:
    body = json.dumps([{"location": location, "tdm-reservation": 1}])

    assert said("/.well-known/tdmrep.json", body, SITE + path).is_reserved


@pytest.mark.parametrize("end", ["", "$"])
def test_a_location_of_many_stars_is_read_in_no_time(end: str) -> None:
    stars = json.dumps([{"location": f"/{'*a' * 100}*b{end}", "tdm-reservation": 1}])
    began_s = time.process_time()

    assert said("/.well-known/tdmrep.json", stars, f"{SITE}/{'a' * 1000}").is_reserved is None
    assert time.process_time() - began_s < 1


@pytest.mark.parametrize(
    "body",
    [
        "User-agent: *\n" + "".join(f"Content-Usage: /{n}/*a train-ai=n\n" for n in range(100_000)),
        "".join(f"User-agent: a{n}\n" for n in range(100_000)) + "Content-Usage: /a train-ai=n\n" * 100_000,
    ],
    ids=["rules", "agents"],
)
def test_a_robots_txt_of_a_hundred_thousand_lines_is_read_in_no_time(body: str) -> None:
    robots = SiteFile(asked_url=f"{SITE}/robots.txt", status=200, headers=(), body=body.encode())
    began_s = time.process_time()

    rights = SiteRights.read([robots])
    for n in range(100):
        rights.reservation(f"{SITE}/news/{n}", (), b"")

    assert time.process_time() - began_s < 1


STARRED = ["/*a{n}", "/*{n}$", "/{n}*a*b", "/n*w*{n:x}"]


@pytest.mark.parametrize("pattern", STARRED)
def test_half_a_megabyte_of_patterns_is_compared_with_fifty_pages_in_no_time(pattern: str) -> None:
    lines = "".join(f"Content-Usage:{pattern.format(n=n)} ai=n\n" for n in range(20_000))
    began_s = time.process_time()

    rights = SiteRights.read([SiteFile(asked_url=f"{SITE}/robots.txt", status=200, headers=(), body=lines.encode())])
    for n in range(50):
        rights.reservation(f"{SITE}/news/{n}/a-long-headline-of-an-article-that-stands-in-its-address", (), b"")

    assert time.process_time() - began_s < 1


def test_a_site_of_thousands_of_rules_is_not_reserved_but_where_one_says_so() -> None:
    lines = "User-agent: *\n" + "".join(f"Content-Usage: /private/{n}/ tdm=n\n" for n in range(15_000))

    assert said("/robots.txt", lines) == Reservation()
    assert said("/robots.txt", lines, f"{SITE}/private/14999/1").is_reserved


def test_a_file_of_more_rules_than_are_read_reserves_what_those_do_not_speak_for() -> None:
    lines = "User-agent: *\nContent-Usage: /free tdm=y\n" + "Content-Usage: /a tdm=n\n" * 30_000

    assert said("/robots.txt", lines) == Reservation(is_reserved=True, signals="robots.txt: more than 25000 rules")
    assert said("/robots.txt", lines, f"{SITE}/free/1").is_reserved is False


@pytest.mark.parametrize(
    "body",
    [
        "",
        "Not Found",
        "[{",
        '["yes"]',
        '{"error": 404}',
        "[" * 100_000,
        "<html>not found</html>",
        "\ufeff\n<!DOCTYPE html><html>not found</html>",
    ],
)
def test_what_is_no_tdmrep_file_reserves_nothing_and_is_told_as_unreadable(body: str) -> None:
    assert said("/.well-known/tdmrep.json", body) == Reservation(signals="tdmrep.json: unreadable")


def test_an_unreadable_tdmrep_file_hides_no_other_word() -> None:
    unreadable = SiteFile(asked_url=f"{SITE}/.well-known/tdmrep.json", status=200, headers=(), body=b"")

    rights = SiteRights.read([unreadable]).reservation(f"{SITE}/news/1", [("tdm-reservation", "1")], b"")

    assert rights.is_reserved


def test_the_address_of_a_policy_is_kept_beside_what_it_belongs_to() -> None:
    policy = "https://site.example/policy.json"
    body = f'[{{"location": "/news/", "tdm-reservation": 1, "tdm-policy": "{policy}"}}]'

    assert said("/.well-known/tdmrep.json", body).signals == f"tdmrep.json: 1, tdm-policy {policy}"
    assert said("/.well-known/tdmrep.json", body, url=f"{SITE}/photo/1") == Reservation()
    assert page_says(tdm_policy=policy) == Reservation(signals=f"header: tdm-policy {policy}")
    assert page_says(f'<meta name="tdm-policy" content="{policy}">').signals == f"meta: tdm-policy {policy}"


@pytest.mark.parametrize(
    ("body", "is_reserved"),
    [
        ("User-agent: *\nContent-Signal: search=yes,ai-train=no\nAllow: /", True),
        ("User-agent: *\nContent-Usage: train-ai=n", True),
        ("User-agent: *\nContent-Usage: ai-train = no", True),
        ("User-agent: *\nContent-Signal: search = yes , ai-train\t=\tno", True),
        ("User-agent: *\nContent-Usage: /news/\ttrain-ai = n", True),
        ("User-agent: *\nContent-Usage: /photo/ train-ai = n", None),
        ("User-agent: *\nContent-Usage: train-ai = y", False),
        ('User-agent: *\nContent-Usage: train-ai="n"', True),
        ("User-agent: *\nContent-Usage: my-train-ai=n, train-ai=maybe", None),
        ("Content-Usage: train-ai=y", False),
        ("User-agent: *\nContent-Usage: /photo/ train-ai=n", None),
        ("User-agent: *\nContent-Usage: /news/ train-ai=n", True),
        ("User-agent: GPTBot\nContent-Signal: ai-train=no", None),
        ("User-agent: GPTBot\nUser-agent: *\nContent-Signal: ai-train=no", True),
        ("User-agent: *\nContent-Signal: search=no, ai-input=no", None),
        ("User-agent: *\nDisallow: /x # Content-Signal: ai-train=no", None),
        ("Content-Signal: " + "a" * 500_000, None),
    ],
)
def test_lines_of_robots_txt_reserve_for_all_or_for_us(body: str, is_reserved: bool | None) -> None:
    assert said("/robots.txt", body).is_reserved is is_reserved


@pytest.mark.parametrize(
    ("body", "status", "is_reserved"),
    [
        ("User-Agent: *\nDisallow: /", 200, True),
        ("User-Agent: *\nDisallow: *.html\nDisallow: *.jpg", 200, True),
        ("User-Agent: *\nDisallow: *.jpg", 200, None),
        ("User-Agent: *\nAllow: *.txt", 200, None),
        ("User-Agent: *\nDisallow: /", 404, None),
    ],
)
def test_an_ai_txt_reserves_text_not_pictures(body: str, status: int, is_reserved: bool | None) -> None:
    assert said("/ai.txt", body, status=status).is_reserved is is_reserved


@pytest.mark.parametrize(
    ("reservation", "is_reserved"),
    [
        (page_says(tdm_reservation="1"), True),
        (page_says(TDM_Reservation="0"), False),
        (page_says(tdm_reservation="maybe"), True),
        (page_says(Content_Usage="train-ai=n"), True),
        (page_says(Content_Usage="search = y, train-ai = n"), True),
        (page_says(X_Robots_Tag="noindex, noai"), True),
        (page_says(X_Robots_Tag="noindex"), None),
        (page_says('<meta name="tdm-reservation" content="1">'), True),
        (page_says("<META content='0' name='tdm-reservation'/>"), False),
        (page_says('<meta name="robots" content="noai, noimageai">'), True),
        (page_says('<meta name="robots" content="noindex">'), None),
        (page_says('<meta name="tdm-reservation" content="0">', tdm_reservation="1"), True),
        (page_says(), None),
    ],
)
def test_a_page_reserves_by_header_or_tag_and_of_two_words_the_reservation_counts(
    reservation: Reservation, is_reserved: bool | None
) -> None:
    assert reservation.is_reserved is is_reserved


def test_a_file_speaks_for_the_origin_that_was_asked() -> None:
    assert said("/ai.txt", "User-agent: *\nDisallow: /", url="https://other.example/news/1") == Reservation()


def test_files_that_come_one_by_one_say_what_they_say_together_and_the_last_of_an_address_counts() -> None:
    reserving, freeing = b"User-agent: *\nDisallow: /", b"User-agent: *\nDisallow: *.txt"
    answers = [(SITE, freeing), ("https://other.example", freeing), (SITE, reserving)]
    files = [SiteFile(asked_url=f"{origin}/ai.txt", status=200, headers=(), body=body) for origin, body in answers]

    rights = SiteRights()
    for file in files:
        rights.add([file])

    assert rights == SiteRights.read(files)
    assert rights.reservation(f"{SITE}/news/1", (), b"").signals == "ai.txt: disallow /"
    assert rights.reservation("https://other.example/news/1", (), b"").signals == "ai.txt: disallow *.txt"


def test_what_site_and_page_say_is_archived_in_every_crawl_and_staged_with_each_capture(tmp_path: Path) -> None:
    replies = {
        "/.well-known/tdmrep.json": Reply(b'[{"location": "/news/1", "tdm-reservation": 1}]'),
        "/ai.txt": Reply(b"User-agent: *\nDisallow: *.jpg"),
        "/news/1": page(),
        "/news/2": Reply(page().body, headers={"tdm-reservation": "0"}),
        "/news/3": page(),
    }
    with served(lambda base: {**replies, "/feed.xml": feed(base, ["/news/1", "/news/2", "/news/3"])}) as site:
        write_source(tmp_path, site.url)
        crawl(tmp_path)
    job = ExtractJob(
        archive=tmp_path / "archive",
        staging=tmp_path / "staging",
        sources=load_registry(tmp_path / "sources"),
        takedowns=tmp_path / "takedown" / "register.json",
    )
    (batch,) = extract_crawls([last_crawl(tmp_path).path], job)
    assert isinstance(batch, Batch)
    staged = pq.read_table(batch.table_path("captures")).to_pylist()

    assert {row["request_url"].removeprefix(site.url): (row["tdm_reserved"], row["tdm_signals"]) for row in staged} == {
        "/feed.xml": (None, None),
        "/news/1": (True, "tdmrep.json: 1"),
        "/news/2": (False, "header: tdm-reservation 0"),
        "/news/3": (None, None),
    }
    asked = [file.asked_url.removeprefix(site.url) for file in last_crawl(tmp_path).site_files]
    assert asked == ["/robots.txt", "/.well-known/tdmrep.json", "/ai.txt"]
