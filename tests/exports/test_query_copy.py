"""The query copy: one database with the published tables and nothing else, also nothing that was in memory."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from exports.copy_gates import check_query_copy
from exports.errors import ImprintError, ReleaseUnwritableError
from exports.imprint import read_imprint
from exports.published import PUBLISHED
from exports.query_copy import QUERY_COPY, write_query_copy
from exports.release import cut_release
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, World, article, article_id, write_generation
from tests.exports.one_gate import faults_of


@pytest.fixture(scope="module")
def copied(history: History) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(history.cut[1].path / QUERY_COPY, read_only=True) as connection:
        yield connection


@pytest.mark.parametrize("name", [published.name for published in PUBLISHED])
def test_every_table_holds_the_rows_of_its_parquet_file_in_their_order(
    history: History, copied: duckdb.DuckDBPyConnection, name: str
) -> None:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        rows = connection.read_parquet(str(history.cut[1].path / f"{name}.parquet"))
        kinds = zip(rows.columns, rows.types, strict=True)
        naive = ", ".join(f"cast({c} as timestamp)" if kind == "TIMESTAMP WITH TIME ZONE" else c for c, kind in kinds)
        expected = rows.project(naive).fetchall()

    assert copied.table(name).fetchall() == expected


def test_every_table_and_column_says_what_it_means(copied: duckdb.DuckDBPyConnection) -> None:
    tables = copied.execute("select table_name, comment from duckdb_tables()").fetchall()
    columns = copied.execute(
        "select table_name, column_name, comment from duckdb_columns() where not internal"
    ).fetchall()

    assert dict(tables) == {published.name: f"One row: {published.table.grain}." for published in PUBLISHED}
    assert {row[:2]: row[2] for row in columns} == {
        (published.name, column.name): column.meaning for published in PUBLISHED for column in published.table.columns
    }


def test_an_operator_may_do_without_it(tmp_path: Path) -> None:
    generation = write_generation(tmp_path / "generation.duckdb", World(articles=[article(1)]))
    imprint = read_imprint({"KABARCHY_QUERY_COPY": "no"})
    release = cut_release(generation, tmp_path / "releases", now=DAY_1, code_version="1", imprint=imprint)

    assert release is not None
    assert not (release.path / QUERY_COPY).exists()
    assert "query_copy" in release.manifest.gates
    assert read_imprint({}).has_query_copy


def test_a_wish_that_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(ImprintError, match="KABARCHY_QUERY_COPY: neither yes nor no: 'maybe'"):
        read_imprint({"KABARCHY_QUERY_COPY": "maybe"})


def test_a_copy_that_cannot_be_written_is_told_in_words(history: History, tmp_path: Path) -> None:
    files = history.cut[0].manifest.files

    with pytest.raises(ReleaseUnwritableError, match=r"kabarchy\.duckdb: .*articles-2026-09\.parquet"):
        write_query_copy(tmp_path, files)


# --- the gate --------------------------------------------------------------------------------------------------------


@pytest.fixture
def release(history: History, tmp_path: Path) -> Path:
    """A copy of the second release, its query copy free to be broken."""
    path = shutil.copytree(history.cut[1].path, tmp_path / history.cut[1].id)
    (path / QUERY_COPY).chmod(0o644)
    return path


def faults_after(release: Path, statement: str) -> str:
    """What the gate says once a statement was run on the query copy."""
    with duckdb.connect(release / QUERY_COPY) as connection:
        connection.execute(statement)
    return faults_of(release, check_query_copy).replace(f"{QUERY_COPY}: ", "")


def test_an_untouched_copy_passes(release: Path) -> None:
    assert faults_after(release, "select 1") == ""


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("create table notes (n integer)", "notes is no published table"),
        ("create view notes as select 1 as n", "notes is no published table"),
        ("drop table versions", "has no table versions"),
        ("delete from ledger where n = 1", "ledger: row "),
        ("insert into sources from sources", "sources: row "),
        (f"update articles set title = '' where article_id = '{article_id(1)}'", "articles: row "),
        (
            f"update articles set record_sha256 = '' where article_id = '{article_id(1)}'",
            "articles: row ",
        ),
        ("alter table coverage drop column text_share", "the columns of coverage are not those of the contract"),
        (
            "alter table articles alter first_seen_at type timestamp with time zone",
            "the columns of articles are not those of the contract",
        ),
    ],
)
def test_the_gate_finds_a_copy_that_says_something_else(release: Path, statement: str, fault: str) -> None:
    assert fault in faults_after(release, statement)


def test_the_gate_finds_a_form_that_the_console_cannot_read(release: Path) -> None:
    other = release / "other.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / QUERY_COPY}' as old (read_only)")
        connection.execute(f"attach '{other}' as new (storage_version 'v1.5.0')")
        connection.execute("copy from database old to new")
    other.replace(release / QUERY_COPY)

    assert faults_after(release, "select 1") == "storage version v1.5.0+"
