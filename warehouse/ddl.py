"""The contract as DDL: types, tables, comments.

Rendered only from names and meanings in our own code, never from data.
"""

import pyarrow as pa

from scrapers.columns import UTC_INSTANT, Column, Table

_TYPES: dict[pa.DataType, str] = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    UTC_INSTANT: "timestamp with time zone",
}


def column_type(column: Column) -> str:
    """DuckDB's name of a column's type, in lower case."""
    return _TYPES[column.type]


def create_table(table: Table) -> str:
    """Statement that makes an empty table of the contract.

    Text bodies are compressed with zstd: by default DuckDB stores them as they are, 3.5 times the size
    (measured 2026-11-22 on a million articles).
    """
    lines = ",\n".join(f"    {column.name} {column_type(column)}{_clauses(column)}" for column in table.columns)
    return f"create table {table.name} (\n{lines}\n)"


def comments(table: Table, *, kind: str) -> list[str]:
    """Statements that put the contract's meanings on a `table` or `view` and its columns."""
    on_table = f"comment on {kind} {table.name} is {_quoted(f'One row: {table.grain}.')}"
    on_columns = [
        f"comment on column {table.name}.{column.name} is {_quoted(column.meaning)}" for column in table.columns
    ]
    return [on_table, *on_columns]


def _clauses(column: Column) -> str:
    compression = " using compression zstd" if column.name == "text" else ""
    return compression if column.nullable else f"{compression} not null"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
