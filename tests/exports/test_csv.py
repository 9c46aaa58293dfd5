"""The CSV is faithful: what Parquet says, every reader reads, nasty values and nulls included."""

import gzip
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pytest

from scrapers.published_tables import PUBLISHED_ARTICLES
from tests.exports.conftest import NASTY_TITLES, History
from tests.exports.readers import csv_rows, rows


@pytest.fixture(scope="module")
def release(history: History) -> Path:
    return history.cut[0].path


@pytest.fixture(scope="module")
def titles(release: Path) -> list[str | None]:
    return [row["title"] for row in rows(release / "articles.parquet")]


def test_the_nasty_titles_are_published_as_they_were(titles: list[str | None]) -> None:
    assert set(NASTY_TITLES) <= set(titles)
    assert titles.count(None) == 1


def test_python_reads_every_title_with_null_as_empty(release: Path, titles: list[str | None]) -> None:
    assert [row["title"] or None for row in csv_rows(release / "csv" / "articles.csv.gz")] == titles


def test_pandas_reads_every_title(release: Path, titles: list[str | None]) -> None:
    frame = pd.read_csv(
        release / "csv" / "articles.csv.gz", keep_default_na=False, na_values=[""], dtype={"title": "str"}
    )

    assert [None if pd.isna(title) else title for title in frame["title"]] == titles


def test_polars_reads_every_title(release: Path, titles: list[str | None]) -> None:
    frame = pl.read_csv(release / "csv" / "articles.csv.gz", infer_schema=False)

    assert frame["title"].to_list() == titles


def test_duckdb_reads_every_title(release: Path, titles: list[str | None]) -> None:
    with duckdb.connect() as connection:
        path = str(release / "csv" / "articles.csv.gz")
        found = connection.execute(
            "select title from read_csv(?, header = true, all_varchar = true)", [path]
        ).fetchall()

    assert [title for (title,) in found] == titles


def test_the_text_is_plain_utf8_with_line_feeds_and_the_columns_of_the_contract(release: Path) -> None:
    data = gzip.decompress((release / "csv" / "articles.csv.gz").read_bytes())

    assert data.startswith((",".join(column.name for column in PUBLISHED_ARTICLES.columns) + "\n").encode())
    assert data.endswith(b"\n")
    assert not data.endswith(b"\r\n")


def test_the_gzip_header_knows_neither_time_nor_name(release: Path) -> None:
    assert (release / "csv" / "articles.csv.gz").read_bytes()[:9] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00"


def of_parquet(value: Any) -> str:
    """The text form, written down a second time: see exports.text_form."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case _:
            return str(value)


@pytest.mark.parametrize("name", ["articles", "citations", "sources", "coverage", "ledger"])
def test_every_value_of_every_table_has_its_documented_text(release: Path, name: str) -> None:
    csv_name = "csv/articles.csv.gz" if name == "articles" else f"{name}.csv"
    expected = [{key: of_parquet(value) for key, value in row.items()} for row in rows(release / f"{name}.parquet")]

    assert csv_rows(release / csv_name) == expected
    assert expected != []
