"""The sample: a small release, fair, closed under references, in which every documented query runs."""

import contextlib
import gzip
import io
import shutil
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.copy_gates import check_sample
from exports.release import cut_release, open_release
from exports.snippets import SNIPPETS, Snippet
from exports.sql_console import ConsoleQuery, list_console_queries
from tests.exports.factories import DAY_1, World, article, article_id, citation, write_generation
from tests.exports.foreign import read_with_datasets
from tests.exports.one_gate import faults_of
from tests.exports.readers import csv_rows, rewrite, rewrite_rows, rows
from tests.fences import fenced

SOURCES = ("open", "short", "closed")
CHAIN = (400, 401, 402)
"""Each cites the next, so that the first two lead on."""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of 420 articles: one source with very many, two with few; some of them cite others."""
    home = tmp_path_factory.mktemp("sample")
    sources = [SOURCES[0]] * 380 + [SOURCES[1]] * 30 + [SOURCES[2]] * 10
    articles = [
        article(n, source_id=name, published_at=datetime(2026, 9 + n % 3, 1 + n % 28, tzinfo=UTC), text="Кыска. " * 9)
        for n, name in enumerate(sources)
    ]
    citations = [citation(a, cited_article_id=article_id(b)) for a, b in ((390, 1), (391, 2), (400, 401), (401, 402))]
    generation = write_generation(home / "generation.duckdb", World(articles=articles, citations=citations))
    release = cut_release(generation, home / "releases", now=DAY_1, code_version="1")
    assert release is not None
    return release.path


@pytest.fixture(scope="module")
def sampled(release: Path) -> list[dict[str, Any]]:
    return rows(release / "sample/articles.parquet")


def test_each_source_has_its_turn(sampled: list[dict[str, Any]]) -> None:
    n_by_source = Counter(row["source_id"] for row in sampled)

    assert 200 <= len(sampled) <= 210
    assert (n_by_source["closed"], n_by_source["short"]) == (10, 29)  # less the one that leads on


def test_each_month_has_its_turn(sampled: list[dict[str, Any]]) -> None:
    n_by_month = Counter(row["published_at"].month for row in sampled if row["source_id"] == "open")

    assert max(n_by_month.values()) - min(n_by_month.values()) <= 5


def test_what_is_cited_is_taken_along_and_what_leads_further_is_left_out(
    release: Path, sampled: list[dict[str, Any]]
) -> None:
    held = {row["article_id"] for row in sampled}
    cited = {row["cited_article_id"] for row in rows(release / "sample/citations.parquet")}

    assert {article_id(1), article_id(2)} <= cited <= held
    assert [n for n in CHAIN if article_id(n) in held] == list(CHAIN[1:])


def test_the_manifest_lists_its_files_and_their_rows(release: Path, sampled: list[dict[str, Any]]) -> None:
    listed = {file.path: file.rows for file in open_release(release).manifest.files if file.role == "sample"}
    present = {path.relative_to(release).as_posix() for path in (release / "sample").rglob("*") if path.is_file()}

    assert set(listed) == present
    assert listed["sample/articles.parquet"] == listed["sample/csv/articles.csv.gz"] == len(sampled)


def test_a_release_of_few_articles_is_its_own_sample_though_each_cites_another(tmp_path: Path) -> None:
    citations = [citation(a, cited_article_id=article_id(b)) for a, b in ((1, 2), (2, 3), (3, 1))]
    world = World(articles=[article(n) for n in (1, 2, 3)], citations=citations)
    generation = write_generation(tmp_path / "generation.duckdb", world)

    release = cut_release(generation, tmp_path / "releases", now=DAY_1, code_version="1")

    assert release is not None
    assert len(rows(release.path / "sample/articles.parquet")) == 3


# --- every documented query ------------------------------------------------------------------------------------------


def test_the_readme_of_the_release_shows_what_is_run_here_and_how_a_hash_is_recomputed(release: Path) -> None:
    blocks = fenced((release / "README.md").read_text(encoding="utf-8"))

    assert blocks[:-1] == [(snippet.language, snippet.code) for snippet in SNIPPETS]
    assert "hashlib.sha256(" in blocks[-1][1]


@pytest.mark.parametrize("folder", ["sample", "."])
def test_the_hashes_are_recomputed_as_the_readme_says(
    release: Path, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = fenced((release / "README.md").read_text(encoding="utf-8"))[-1]
    monkeypatch.chdir(release / folder)
    found: dict[str, Any] = {}
    exec(code, found)  # noqa: S102 our own block, as a reader would paste it

    assert found["row"]["article_id"] == rows(release / folder / "articles.parquet")[-1]["article_id"]


def test_a_hash_that_is_not_that_of_its_row_is_found_as_the_readme_says(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, code = fenced((release / "README.md").read_text(encoding="utf-8"))[-1]
    changed = gzip.decompress((release / "csv/articles.csv.gz").read_bytes()).replace(b"Headline 7,", b"Headline 8,")
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv/articles.csv.gz").write_bytes(gzip.compress(changed))
    monkeypatch.chdir(tmp_path)

    with pytest.raises(AssertionError):
        exec(code, {})  # noqa: S102 as above


IN_PROCESS = [s for s in SNIPPETS if s.language == "python" and "load_dataset" not in s.code]


@pytest.mark.parametrize("snippet", IN_PROCESS, ids=lambda s: s.tool)
def test_python_snippets_run_in_it(
    release: Path, sampled: list[Any], snippet: Snippet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(release / "sample")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(snippet.code, {})  # noqa: S102 our own snippet, as a reader would paste it

    numbers = [int(word) for word in printed.getvalue().split() if word.isdigit()]
    assert len(sampled) in (sum(numbers), *numbers)


def test_the_snippet_for_datasets_runs_in_it(release: Path, sampled: list[Any], tmp_path: Path) -> None:
    (snippet,) = (snippet.code for snippet in SNIPPETS if "load_dataset" in snippet.code)

    read = read_with_datasets(release / "sample", tmp_path, snippet=snippet)

    assert read.printed.startswith(f"{len(sampled)} ['article_id', ")
    assert read.n_rows["ledger"] == len(rows(release / "sample/ledger.parquet"))


PROGRAMS = {"sh": ["sh", "-c"], "r": ["Rscript", "-e"]}


@pytest.mark.parametrize("snippet", [s for s in SNIPPETS if s.language in PROGRAMS], ids=lambda s: s.tool)
def test_snippets_for_other_programs_run_in_it(release: Path, sampled: list[Any], snippet: Snippet) -> None:
    program = PROGRAMS[snippet.language]
    shutil.which(program[0]) or pytest.skip(f"{program[0]} is not installed")
    done = subprocess.run([*program, snippet.code], cwd=release / "sample", capture_output=True, text=True, check=True)

    assert done.stdout.endswith(("complete\n", f"\n{len(sampled)} articles\n"))


def test_sql_snippets_run_in_it(release: Path, sampled: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(release / "sample")
    (snippet,) = (snippet.code for snippet in SNIPPETS if snippet.language == "sql")

    assert sum(row[2] for row in duckdb.connect().execute(snippet).fetchall()) == len(sampled)


@pytest.mark.parametrize("query", list_console_queries(), ids=lambda q: q.question)
def test_the_queries_of_the_console_run_on_it(release: Path, query: ConsoleQuery) -> None:
    with duckdb.connect() as connection:
        for name in ("articles", "citations", "sources", "coverage", "ledger"):
            connection.read_parquet(str(release / f"sample/{name}.parquet")).create_view(name)

        assert connection.execute(query.sql).fetchall()


# --- the gate --------------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(release: Path, tmp_path: Path) -> Path:
    return shutil.copytree(release, tmp_path / release.name)


def faults(release: Path) -> str:
    return faults_of(release, check_sample)


def test_the_gate_passes_what_was_written(release: Path) -> None:
    assert faults(release) == ""


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("articles", {"title": "other"}),
        ("versions", {"title": "other"}),
        ("citations", {"label": "other"}),
        ("sources", {"name": "other"}),
        ("coverage", {"n_articles": 7}),
        ("ledger", {"n": 7}),
    ],
)
def test_the_gate_finds_a_row_that_is_not_one_of_the_release(broken: Path, name: str, changed: dict[str, Any]) -> None:
    path = broken / f"sample/{name}.parquet"
    first, *others = rows(path)
    rewrite_rows(path, [first | changed, *others])

    assert f"sample: {name}: row " in faults(broken)


def test_the_gate_finds_an_article_without_one_that_it_cites(broken: Path) -> None:
    for path in (broken / "sample/articles.parquet", *broken.glob("sample/data/*.parquet")):
        rewrite_rows(path, [row for row in rows(path) if row["article_id"] != article_id(1)])

    assert f"{article_id(1)} is cited and not in it" in faults(broken)


def test_the_gate_finds_a_csv_that_says_something_else(broken: Path) -> None:
    path = broken / "sample/sources.csv"
    rewrite(path, path.read_bytes().replace(b"The open", b"The Open", 1))

    assert faults(broken).startswith("sample: sources.csv: row ")
    assert csv_rows(path)
