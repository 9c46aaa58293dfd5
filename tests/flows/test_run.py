"""A run from the command line with no server configured, killed and continued."""

import json
import os
import signal

import pytest

from samples.expected import ExpectedOutcome, expected_pages
from samples.world import DAY_INSTANTS
from scrapers.archive import list_crawls
from scrapers.data_root import DataRoot
from tests.flows.conftest import KEPT
from tests.flows.kabarchy import Kabarchy, wait_for
from warehouse.analyst_copy import connect_analyst

pytestmark = pytest.mark.timeout(240)

AS_OF = ("--as-of", f"{DAY_INSTANTS[1]:%Y-%m-%dT%H:%M:%S}")


def urls_in_warehouse(root: DataRoot) -> set[str]:
    with connect_analyst(root.analyst) as connection:
        return {url for (url,) in connection.execute("select url from article").fetchall()}


def urls_of_articles(world_urls: dict[str, str]) -> set[str]:
    articles = (page for page in expected_pages(1) if page.outcome is ExpectedOutcome.ARTICLE)
    return {page.url(world_urls) for page in articles if page.source_id in KEPT}


def test_a_killed_run_is_continued_and_gives_what_an_undisturbed_one_gives(
    kabarchy: Kabarchy, world_urls: dict[str, str]
) -> None:
    root = DataRoot(kabarchy.home)
    with kabarchy.start("run", *AS_OF) as process:
        wait_for(lambda: any(root.archive.rglob("*.warc.gz")), seconds=120, what="the first crawl's end")
        os.killpg(process.pid, signal.SIGKILL)
    wait_for(lambda: not any(map(kabarchy.crawl_of, KEPT)), seconds=5, what="the crawls' end with their run")
    killed_id = json.loads((root.runs / "current.json").read_text())["run_id"]

    done = kabarchy.call("run", *AS_OF, "--json")

    report = json.loads(done.stdout)
    assert (report["failure"], report["run_id"], done.returncode) == (None, killed_id, 0)
    assert urls_in_warehouse(root) == urls_of_articles(world_urls)
    assert [len(list_crawls(root.archive, source_id)) for source_id in KEPT] == [1, 1]
    assert report["release"] == "2026-11-20"
    assert not (root.runs / "current.json").exists()
