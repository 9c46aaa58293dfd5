"""What the columns of a release hold: the figures beside each column of the catalogue's dictionary.

Read from the published Parquet files alone, so that nothing is shown which a release does not carry. The number of
different values of a large table is DuckDB's estimate, good to a few percent; everything else is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from exports.engine import open_engine, run_sql
from exports.labels import counted
from exports.published import list_data_files
from scrapers.columns import Column, Table

FEW = 12
"""A column with at most so many different values is shown value by value."""
LONGEST_VALUE = 40
"""Characters; a longer value is a text, not one of a few codes."""
NOT_CODES = frozenset({"authors"})
"""Columns that hold names of people: their values are never listed by frequency, however few there are."""
EXACT_ROWS = 100_000
"""Up to so many rows different values are counted exactly, in milliseconds: of a few hundred rows the estimate can be
larger than their number."""
PARTS = 20
"""Bars of a histogram; as many as `sql/column_histogram.sql` makes."""
_HISTOGRAM_HEIGHT = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnStats:
    """What one column holds."""

    null_share: float | None
    """0 to 1; None for an empty table."""
    distinct: str
    """How many different values, in words: exact in a small table, else about."""
    smallest: str | None
    """As text; None for columns of text, where it says nothing."""
    largest: str | None
    values: tuple[tuple[str, float], ...]
    """Each value with its share of the values, most frequent first, where there are few."""
    histogram: str
    """SVG path of a histogram, 100 wide and 24 high; empty where there is none."""


def read_column_stats(release: Path, tables: Iterable[Table]) -> dict[str, dict[str, ColumnStats]]:
    """Measure every column of the published tables that a release has files of, by table and column.

    Raises duckdb.Error for a file that cannot be read.
    """
    files = [(table, list_data_files(release, table.name)) for table in tables]
    with open_engine([release]) as connection:
        return {table.name: _measure_table(connection, table, paths) for table, paths in files if paths}


def _measure_table(
    connection: duckdb.DuckDBPyConnection, table: Table, paths: Sequence[Path]
) -> dict[str, ColumnStats]:
    rows = connection.read_parquet([str(path) for path in paths])
    rows.create_view("rows", replace=True)
    summary = {line["column_name"]: line for line in _records(connection.execute("summarize rows"))}
    if all(line["count"] <= EXACT_ROWS for line in summary.values()):
        for name, n in _count_distinct(rows, table.columns).items():
            summary[name]["n_distinct"] = n
    return {c.name: _measure(connection, rows, c, summary[c.name]) for c in table.columns}


def _count_distinct(rows: duckdb.DuckDBPyRelation, columns: Sequence[Column]) -> dict[str, int]:
    """Count by hashes: the texts themselves would all have to be held."""
    of_each = (f'count(distinct hash("{c.name}")) filter ("{c.name}" is not null)' for c in columns)
    (found,) = rows.aggregate(", ".join(of_each)).fetchall()
    return {column.name: n for column, n in zip(columns, found, strict=True)}


def _measure(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, column: Column, summary: dict[str, Any]
) -> ColumnStats:
    is_text = column.type == pa.string()
    may_have_codes = column.name not in NOT_CODES and (is_text or column.type == pa.bool_())
    # Where values were not counted the estimate says that there are few: full texts need not be grouped to know it.
    has_few = 0 < summary.get("n_distinct", int(summary["approx_unique"]) / 2) <= FEW
    return ColumnStats(
        null_share=float(summary["null_percentage"]) / 100 if summary["count"] else None,
        distinct=_say_distinct(summary),
        smallest=None if is_text else _bound(summary["min"]),
        largest=None if is_text else _bound(summary["max"]),
        values=_read_values(connection, rows, column) if may_have_codes and has_few else (),
        histogram=_draw_histogram(connection, rows, column) if summary["min"] != summary["max"] else "",
    )


def _say_distinct(summary: dict[str, Any]) -> str:
    if "n_distinct" in summary:
        return counted(summary["n_distinct"], "different value")
    return f"about {counted(int(summary['approx_unique']), 'different value')}"


def _bound(value: str | None) -> str | None:
    """Shorten an instant to its second, without the zone that all of them have."""
    return value.removesuffix("+00").partition(".")[0] if value and ":" in value else value


def _read_values(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, column: Column
) -> tuple[tuple[str, float], ...]:
    rows.project(f'"{column.name}" as value').create_view("seen", replace=True)
    found = run_sql(connection, "column_values").fetchall()
    if len(found) > FEW or any(len(value) > LONGEST_VALUE for value, _ in found):
        return ()
    total = sum(n for _, n in found)
    return tuple((value, n / total) for value, n in found)


def _draw_histogram(connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, column: Column) -> str:
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type) or pa.types.is_temporal(column.type)):
        return ""
    name = f'"{column.name}"'
    number = f"epoch({name})" if pa.types.is_temporal(column.type) else name
    rows.project(f"cast({number} as double) as value").create_view("seen", replace=True)
    found = run_sql(connection, "column_histogram").fetchall()
    most = max((n for _, n in found), default=0)
    width = 100 // PARTS
    # At least one unit high, so that a single value far out is seen.
    heights = [(part, max(1, round(_HISTOGRAM_HEIGHT * n / most))) for part, n in found]
    return "".join(
        f"M{part * width} {_HISTOGRAM_HEIGHT - height}h{width - 1}v{height}h-{width - 1}z" for part, height in heights
    )


def _records(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
