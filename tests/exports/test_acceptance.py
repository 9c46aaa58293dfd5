"""What a gate refuses and a person declares right, with the reason, is released, and says so."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from exports.acceptance import AcceptableGate, Acceptance, add_acceptance, read_acceptances
from exports.catalogue import build_site
from exports.errors import GateFailedError
from exports.imprint import NO_IMPRINT, Imprint
from exports.profiles import Profile
from exports.release import Release, cut_release
from exports.verify import verify_release
from flows.cli import app
from tests.exports.factories import DAY_1, DAY_2, DAY_3, DAY_4, World, article, source, write_generation

Row = dict[str, Any]
TITLED = [article(n) for n in range(40)]
BARE = [row | {"title": None} for row in TITLED]
BECAUSE = "The outlet took the headlines off its <old> pages"


class Shares(World):
    """A world whose coverage says the true share of titles."""

    def _coverage(self, source_id: str) -> Row:
        titles = [row["title"] is not None for row in self.articles]
        return super()._coverage(source_id) | {"title_share": sum(titles) / len(titles)}


def cut(
    home: Path, articles: Sequence[Row], now: datetime, *, least: int | None = None, imprint: Imprint = NO_IMPRINT
) -> Release | None:
    world = Shares(articles=articles, sources=[source("open", "full_text", min_articles=least, name=f"{now:%A}")])
    generation = write_generation(home / "g.duckdb", world)
    return cut_release(generation, home / "releases", now=now, code_version="1", imprint=imprint)


@pytest.fixture(scope="module")
def of_day_1(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of articles that all have a title; copied, never changed."""
    home = tmp_path_factory.mktemp("of-day-1")
    cut(home, TITLED, DAY_1)
    return home


@pytest.fixture
def home(of_day_1: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return shutil.copytree(of_day_1, tmp_path / "home")


@pytest.fixture(scope="module")
def small_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of twenty articles that all have a title; copied, never changed."""
    home = tmp_path_factory.mktemp("small-source")
    cut(home, TITLED[:20], DAY_1)
    return home


def accept(home: Path, gate: AcceptableGate, at: datetime, *, source_id: str = "open") -> None:
    acceptance = Acceptance(gate=gate, source_id=source_id, because=BECAUSE, accepted_at=at)
    add_acceptance(home / "releases", acceptance)


def kabarchy(*words: str, home: Path) -> Result:
    return CliRunner().invoke(app, [*words, "--home", str(home)])


def test_a_refusal_names_the_way_out(home: Path) -> None:
    with pytest.raises(GateFailedError, match=r"open: title_share fell .* kabarchy releases accept SOURCE --gate fill"):
        cut(home, BARE, DAY_2)


def test_the_way_out_of_an_internal_release_leaves_the_public_ones_alone(tmp_path: Path) -> None:
    internal = Imprint(profile=Profile.INTERNAL)
    cut(tmp_path, TITLED, DAY_1, imprint=internal)

    with pytest.raises(GateFailedError, match=r"accept SOURCE --gate fill .* --profile internal\)"):
        cut(tmp_path, BARE, DAY_2, imprint=internal)


def test_what_was_accepted_is_released_and_told_in_manifest_and_page(home: Path) -> None:
    said = kabarchy("releases", "accept", "open", "--gate", "fill", "--because", BECAUSE, home=home)

    release = cut(home, BARE, DAY_2)

    build_site(home / "releases", home / "site", generation=None, now=DAY_2)
    page = (home / "site" / "history" / "2026-11-21.html").read_text()
    assert said.exit_code == 0
    assert release is not None
    assert [(a.gate, a.source_id, a.because) for a in release.manifest.accepted] == [("fill", "open", BECAUSE)]
    assert "The outlet took the headlines off its &lt;old&gt; pages" in page
    assert [result for result in verify_release(release.path) if not result.is_ok] == []


def test_a_loss_of_articles_can_be_accepted_too(home: Path) -> None:
    accept(home, AcceptableGate.MINIMUM, DAY_2)

    release = cut(home, TITLED[:9], DAY_2, least=20)

    assert release is not None
    assert release.manifest.rows == 9


def test_an_acceptance_is_for_the_next_release_alone(home: Path) -> None:
    accept(home, AcceptableGate.FILL, DAY_2)
    cut(home, TITLED[1:], DAY_3)

    with pytest.raises(GateFailedError, match="gate fill"):
        cut(home, BARE, DAY_4)


@pytest.mark.parametrize(("gate", "source_id"), [(AcceptableGate.MINIMUM, "open"), (AcceptableGate.FILL, "closed")])
def test_an_acceptance_is_for_one_gate_and_one_source(home: Path, gate: AcceptableGate, source_id: str) -> None:
    accept(home, gate, DAY_2, source_id=source_id)

    with pytest.raises(GateFailedError, match="gate fill"):
        cut(home, BARE, DAY_2)


def test_a_reason_may_hold_any_mark_that_parts_lines(tmp_path: Path) -> None:
    because = "first\nsecond\u2028third\x85fourth"
    said = Acceptance(gate=AcceptableGate.FILL, source_id="open", because=because, accepted_at=DAY_1)

    add_acceptance(tmp_path, said)

    assert read_acceptances(tmp_path, since=None) == (said,)


def test_an_acceptance_that_was_killed_over_stops_no_release_and_loses_no_other(home: Path) -> None:
    accept(home, AcceptableGate.FILL, DAY_2)
    accepted = home / "releases" / "accepted.jsonl"
    accepted.write_bytes(accepted.read_bytes() + b'{"gate":"minimum","source_id":"op')

    release = cut(home, BARE, DAY_2)
    accept(home, AcceptableGate.MINIMUM, DAY_3)

    assert release is not None
    assert [a.gate for a in release.manifest.accepted] == ["fill"]
    assert [a.gate for a in read_acceptances(home / "releases", since=None)] == ["fill", "minimum"]


@pytest.mark.parametrize("n_bare", [8, 10])
def test_a_few_bare_articles_of_a_small_source_hold_nothing_up(small_source: Path, tmp_path: Path, n_bare: int) -> None:
    home = shutil.copytree(small_source, tmp_path / "home")

    assert cut(home, [*BARE[:n_bare], *TITLED[n_bare:20]], DAY_2) is not None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nobody", "--because", "x"), "nobody: not a source of the latest release"),
        (("open", "--because", " "), "--because: say why it is right"),
    ],
)
def test_an_acceptance_needs_a_source_that_is_known_and_a_reason(home: Path, words: tuple[str, ...], said: str) -> None:
    result = kabarchy("releases", "accept", *words, "--gate", "fill", home=home)

    assert result.exit_code == 2
    assert said in result.stderr
