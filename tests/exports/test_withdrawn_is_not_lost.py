"""What was withdrawn holds no release up, neither the one issued again nor the next; what else goes missing does."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pyarrow as pa
import pytest

from exports.catalogue import build_site
from exports.errors import GateFailedError
from exports.gates import check_delta
from exports.reissue import reissue_releases
from exports.release import Release, cut_release, open_release
from exports.verify import verify_release
from scrapers.tables import TOMBSTONE
from tests.exports.factories import (
    DAY_1,
    DAY_2,
    DAY_3,
    DAY_4,
    World,
    article,
    article_id,
    ledger_row,
    source,
    tombstone,
    write_generation,
)
from tests.exports.one_gate import faults_of
from tests.exports.readers import by_id, manifest, reseal, rewrite_rows, rows

Row = dict[str, Any]
TITLED = [article(n) for n in range(60)]
UNTITLED = [article(n, title=None) for n in range(60, 70)]
N_WITHDRAWN = 50
LEFT = [*TITLED[N_WITHDRAWN:], *UNTITLED]
TOMBSTONES = [tombstone(n) for n in range(N_WITHDRAWN)]
TOMBSTONED = pa.Table.from_pylist(TOMBSTONES, schema=TOMBSTONE.schema)
LATE = DAY_4 + timedelta(days=30)
OTHERS = [article(n, source_id="other") for n in range(100, 140)]


@dataclass
class Newsroom(World):
    """A world whose coverage and ledger say what is true of titles and tombstones; all tombstones are of `open`."""

    def _coverage(self, source_id: str) -> Row:
        titles = [row["title"] is not None for row in self.articles if row["source_id"] == source_id]
        share = sum(titles) / len(titles) if titles else None
        return super()._coverage(source_id) | {"title_share": share}

    def _ledger(self) -> list[Row]:
        n_withheld = len(self.tombstones)
        withheld = ledger_row("open", DAY_1.date(), "article", "withheld", n_withheld, reason="takedown")
        return [*super()._ledger(), *([withheld] if n_withheld else [])]


def cut(
    home: Path, articles: Sequence[Row], now: datetime, *, least: int | None, tombstones: Sequence[Row] = ()
) -> Release:
    """Cut a release of the articles; that of each day differs at least by the name of its source."""
    sources = [source("open", "full_text", min_articles=least, name=f"{now:%A}"), source("other", min_articles=None)]
    newsroom = Newsroom(articles=articles, sources=sources, tombstones=tombstones, date_share=1.0)
    release = cut_release(write_generation(home / "g.duckdb", newsroom), home / "releases", now=now, code_version="1")
    assert release is not None
    return release


@pytest.fixture(scope="module")
def of_day_1(tmp_path_factory: pytest.TempPathFactory) -> dict[int | None, Path]:
    """A release of all articles of the source, by the minimum that it has or has not; copied, never changed."""
    homes: dict[int | None, Path] = {least: tmp_path_factory.mktemp("of-day-1") for least in (65, None)}
    for least, home in homes.items():
        cut(home, TITLED + UNTITLED, DAY_1, least=least)
    return homes


@pytest.fixture(scope="module")
def with_others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of those of them that have a title, and of another source; copied, never changed."""
    home = tmp_path_factory.mktemp("with-others")
    cut(home, TITLED + OTHERS, DAY_1, least=None)
    return home


@pytest.fixture(scope="module")
def issued_late(of_day_1: dict[int | None, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, without a minimum, issued again a month later; copied, never changed."""
    home = shutil.copytree(of_day_1[None], tmp_path_factory.mktemp("issued-late") / "home")
    reissue_releases(home / "releases", TOMBSTONED, now=LATE, code_version="1")
    return home


def issue_again(home: Path) -> list[str]:
    return reissue_releases(home / "releases", TOMBSTONED, now=DAY_3, code_version="1")


@pytest.mark.parametrize("least", [65, None], ids=["under its minimum", "without one"])
def test_a_takedown_of_most_of_a_source_is_issued_again_and_the_next_release_follows(
    with_others: Path, tmp_path: Path, least: int | None
) -> None:
    home = shutil.copytree(with_others, tmp_path / "home")
    cut(home, TITLED + UNTITLED + OTHERS, DAY_2, least=least)

    issued = issue_again(home)
    after = cut(home, LEFT + OTHERS, DAY_4, least=least, tombstones=TOMBSTONES)

    assert issued == ["2026-11-20.r2", "2026-11-21.r2"]
    assert (after.manifest.previous, len(by_id(after.path))) == ("2026-11-21.r2", len(LEFT + OTHERS))


def test_a_takedown_of_a_whole_source_is_issued_again_and_the_next_release_follows(tmp_path: Path) -> None:
    cut(tmp_path, TITLED[:N_WITHDRAWN] + OTHERS, DAY_1, least=40)
    cut(tmp_path, TITLED[:N_WITHDRAWN] + OTHERS, DAY_2, least=40)

    issued = issue_again(tmp_path)
    after = cut(tmp_path, OTHERS, DAY_4, least=40, tombstones=TOMBSTONES)

    assert issued == ["2026-11-20.r2", "2026-11-21.r2"]
    assert {row["source_id"] for row in by_id(after.path).values()} == {"other"}


@pytest.mark.parametrize("least", [65, None], ids=["under its minimum", "without one"])
def test_a_release_cut_before_the_older_ones_were_issued_again_is_not_held_up_either(
    of_day_1: dict[int | None, Path], tmp_path: Path, least: int | None
) -> None:
    home = shutil.copytree(of_day_1[least], tmp_path / "home")

    after = cut(home, LEFT, DAY_2, least=least, tombstones=TOMBSTONES)

    assert len(by_id(after.path)) == len(LEFT)


def test_articles_of_one_source_that_were_withdrawn_explain_no_loss_of_another(tmp_path: Path) -> None:
    cut(tmp_path, TITLED + UNTITLED + OTHERS, DAY_1, least=None)

    with pytest.raises(GateFailedError, match="minimum: other: 20 articles, 40 in release 2026-11-20"):
        cut(tmp_path, LEFT + OTHERS[20:], DAY_2, least=None, tombstones=TOMBSTONES)


def test_what_is_lost_beside_a_takedown_still_misses_the_minimum(
    of_day_1: dict[int | None, Path], tmp_path: Path
) -> None:
    home = shutil.copytree(of_day_1[65], tmp_path / "home")

    with pytest.raises(GateFailedError, match="minimum: open: 14 articles, at least 65 expected"):
        cut(home, LEFT[6:], DAY_2, least=65, tombstones=TOMBSTONES)


def test_titles_that_go_missing_beside_a_takedown_are_still_found(tmp_path: Path) -> None:
    more = [article(n) for n in range(70, 80)]
    cut(tmp_path, [*TITLED, *UNTITLED, *more], DAY_1, least=None)
    bare = [row | {"title": None} for row in (*LEFT, *more)]

    with pytest.raises(GateFailedError, match=r"fill: open: title_share fell from 0\.6667 to 0\.0"):
        cut(tmp_path, bare, DAY_2, least=None, tombstones=TOMBSTONES)


def test_a_release_issued_again_tells_the_shares_of_what_is_left(issued_late: Path) -> None:
    again = issued_late / "releases/2026-11-20.r2"

    [told] = [row for row in rows(again / "coverage.parquet") if row["source_id"] == "open"]
    assert (told["n_articles"], told["title_share"], told["n_new_last_7_days"]) == (20, 0.5, 20)


def test_a_release_issued_again_is_as_fresh_as_it_was_at_its_first_issue(
    of_day_1: dict[int | None, Path], issued_late: Path
) -> None:
    first = open_release(of_day_1[None] / "releases/2026-11-20").manifest
    again = open_release(issued_late / "releases/2026-11-20.r2").manifest

    assert (again.judged_at, again.created) == (DAY_1, LATE)
    assert again.freshness == first.freshness
    assert [r for r in verify_release(issued_late / "releases/2026-11-20.r2") if not r.is_ok] == []


def test_a_release_issued_again_may_lose_nothing_but_what_was_withdrawn(issued_late: Path, tmp_path: Path) -> None:
    revised = shutil.copytree(issued_late / "releases", tmp_path / "releases") / "2026-11-20.r2"
    revised.chmod(0o755)
    rewrite_rows(revised / "tombstones.parquet", TOMBSTONES[1:])

    reseal(revised)

    failed = {result.name: result.detail for result in verify_release(revised) if not result.is_ok}
    assert failed["minimum"] == f"{article_id(0)} is not in the release any more and was not withdrawn"
    assert manifest(revised)["supersedes"] == "2026-11-20"


def test_the_delta_from_the_superseded_release_leads_to_the_one_issued_again(issued_late: Path, tmp_path: Path) -> None:
    revised = shutil.copytree(issued_late / "releases", tmp_path / "releases") / "2026-11-20.r2"
    (revised / "delta").chmod(0o755)
    delta = revised / "delta/from-2026-11-20.parquet"
    first, *rest = rows(delta)
    rewrite_rows(delta, [first | {"article_id": article_id(60)}, *rest])

    assert (
        faults_of(revised, check_delta) == f"delta/from-2026-11-20.parquet: DEL of {article_id(60)} does not lead here"
    )


def test_the_pages_of_a_first_release_that_was_issued_again_compare_it_with_nothing(
    issued_late: Path, tmp_path: Path
) -> None:
    page = lxml.html.parse(build_site(issued_late / "releases", tmp_path / "site", generation=None, now=LATE))
    said = lxml.html.parse(tmp_path / "site" / "history" / "2026-11-20.r2.html").getroot().text_content()

    assert page.xpath("//*[@id='changes'] | //a[@href='#changes']") == []
    assert "issued instead of 2026-11-20: 50 articles were taken out." in said
