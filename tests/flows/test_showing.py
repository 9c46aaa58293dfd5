"""The end of a run: a step that fails hides nothing of what the others did."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner

from exports.release import cut_release
from flows.cli import app
from flows.showing import cut_and_show
from flows.stages import StageError
from tests.exports.factories import DAY_1, World, article, source, tombstone, write_generation


async def cut() -> str | None:
    return "2026-11-21"


async def build_site() -> Path:
    return Path("site/index.html")


async def fail() -> None:
    raise StageError("publish: the bucket cannot be reached")


def test_a_publication_that_fails_leaves_release_and_page_in_the_report() -> None:
    shown = asyncio.run(cut_and_show(cut, build_site, fail))

    assert (shown.release, shown.page) == ("2026-11-21", Path("site/index.html"))
    assert shown.failures == ("publish: the bucket cannot be reached",)


def test_when_a_gate_refuses_the_site_is_built_with_what_stands_and_the_way_out_is_named(tmp_path: Path) -> None:
    sources = [source("open", "full_text")]
    held = World(articles=[article(1), article(2)], sources=sources)
    generation = write_generation(tmp_path / "analyst" / "kabarchy.duckdb", held)
    cut_release(generation, tmp_path / "releases", now=DAY_1, code_version="1")
    write_generation(generation, World(articles=held.articles, sources=sources, tombstones=[tombstone(1)]))

    result = CliRunner().invoke(app, ["publish", "--home", str(tmp_path), "--json"])

    assert result.exit_code == 1
    assert "refused by gate tombstones" in result.stderr
    assert "kabarchy takedown apply" in result.stderr
    assert json.loads(result.stdout)["release"] is None
    assert "2026-11-20" in (tmp_path / "site" / "index.html").read_text()
