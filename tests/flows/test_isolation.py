"""Sources that hang, drip, refuse or turn away, in one run with healthy ones: nobody waits for them, nobody loses."""

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from scrapers.data_root import open_data_root
from tests.flows.kabarchy import Kabarchy, write_source
from tests.scrapers.internet import Routes, drip, http, running, silent
from warehouse.analyst_copy import connect_analyst

LIMIT_S = 15
"""Of one crawl; its default is half an hour. On a busy machine eight that start at once need more than 8 s."""

HEALTHY = ("ala_too", "bel")
BAD = ("hanging", "refusing", "unknown_name", "dripping", "broken", "challenging")
EVERYTHING = ("/robots.txt", "/rss.xml", "/ai.txt", "/.well-known/tdmrep.json")
PARAGRAPH = "<p>The bridge over the lower canal was opened to traffic on Friday after two years of repairs.</p>"
PAGE = f"<html><body><article><h1>A bridge is open</h1>{PARAGRAPH * 8}</article></body></html>".encode()


@dataclass(frozen=True)
class Ran:
    """What a run over all of them left."""

    crawl: subprocess.CompletedProcess[str]
    load: subprocess.CompletedProcess[str]
    took_s: float
    database: duckdb.DuckDBPyConnection

    def health(self, source_id: str) -> tuple[str, str]:
        """State and reason of a source."""
        asked = "select state, coalesce(reason, '') from source_health where source_id = ?"
        (row,) = self.database.execute(asked, [source_id]).fetchall()
        return row


def feed(base: str) -> bytes:
    items = "".join(f"<item><title>A bridge</title><link>{base}/news/{n}</link></item>" for n in range(2))
    return f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()


def routes_at(base: str) -> dict[str, Routes]:
    good = {"/rss.xml": http(feed(base)), "/news/0": http(PAGE), "/news/1": http(PAGE)}
    return {
        "hanging": dict.fromkeys(EVERYTHING, silent),
        "dripping": {"/rss.xml": drip(b"HTTP/1.1 200 X\r\nContent-Length: 99999\r\n\r\n<rss>")},
        "broken": dict.fromkeys(EVERYTHING, http(b"no", 500)),
        "challenging": dict.fromkeys(EVERYTHING, http(b"<title>Just a moment</title>", 403, cf_mitigated="challenge")),
        **dict.fromkeys(HEALTHY, good),
    }


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    root = open_data_root(tmp_path_factory.mktemp("isolation") / "home")
    root.sources.mkdir()
    with running([*HEALTHY, *BAD], unheard=frozenset({"refusing"})) as internet:
        for name in (*HEALTHY, *BAD):
            internet.routes[name] = routes_at(internet.base(name)).get(name, {})
            address = "http://nobody.invalid" if name == "unknown_name" else internet.base(name)
            write_source(root.sources, name, address)
        kabarchy = Kabarchy(root.path, {"KABARCHY_CONTACT_URL": "http://127.0.0.1/about"})
        started = time.monotonic()
        crawl = kabarchy.call("crawl", "--max-seconds", str(LIMIT_S))
        took_s = time.monotonic() - started
        extract = kabarchy.call("extract")
        assert extract.returncode == 0, extract.stderr
        load = kabarchy.call("load")
    with connect_analyst(Path(root.analyst)) as database:
        yield Ran(crawl, load, took_s, database)


def test_the_run_ends_although_sources_hang(ran: Ran) -> None:
    assert ran.took_s < LIMIT_S + 20  # what eight processes need to start and to close on a busy machine
    assert ran.crawl.returncode == 1


@pytest.mark.parametrize("name", HEALTHY)
def test_the_articles_of_healthy_sources_are_loaded(ran: Ran, name: str) -> None:
    (row,) = ran.database.execute("select count(*) from article where source_id = ?", [name]).fetchall()

    assert row == (2,)
    assert ran.health(name) == ("healthy", "")


@pytest.mark.parametrize(
    ("name", "state", "reason"),
    [
        ("hanging", "failing", "interrupted: time_limit"),
        ("dripping", "failing", "interrupted: time_limit"),
        ("refusing", "failing", "robots_unreachable"),
        ("unknown_name", "failing", "dns"),
        ("broken", "failing", "robots_unreachable"),
        ("challenging", "blocked", "blocked"),
    ],
)
def test_a_bad_source_has_its_state_and_its_reason(ran: Ran, name: str, state: str, reason: str) -> None:
    found, why = ran.health(name)

    assert found == state
    assert why.startswith(reason)


def test_the_books_of_all_of_them_balance(ran: Ran) -> None:
    n_crawls, n_urls = ran.database.execute("select count(*), sum(n_discovered) from crawl").fetchone() or (0, 0)
    (n_in_ledger,) = ran.database.execute("select sum(n) from ledger where stage = 'url'").fetchone() or (0,)

    assert ran.load.returncode == 0, ran.load.stderr
    assert (n_crawls, n_urls) == (len(HEALTHY + BAD), n_in_ledger)
