"""`kabarchy sql`: ask the newest analyst generation. Reads only; never waits for a load and never holds one up."""

import csv
import sys
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from flows.cli_options import HomeOption, JsonOption, MisusedError, open_place, print_json, print_rows
from scrapers.counts import counted
from warehouse.analyst_copy import connect_analyst, current_generation
from warehouse.examples import Example, list_examples

_MAX_SHOWN = 200
"""Rows of a table on the terminal; --csv and --json print all."""

QueryArgument = Annotated[
    str | None, typer.Argument(metavar="QUERY", help="A SQL statement; none: a prompt.", show_default=False)
]
FileOption = Annotated[Path | None, typer.Option("--file", help="Read the statement from a file.", show_default=False)]
ExampleOption = Annotated[
    int | None, typer.Option("--example", metavar="N", help="Ask example question N; 0 lists them.", show_default=False)
]
CsvOption = Annotated[bool, typer.Option("--csv", help="Print the result as CSV.")]


def sql(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    query: QueryArgument = None,
    file: FileOption = None,
    example: ExampleOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
) -> None:
    """Ask the newest analyst generation in SQL."""
    if example == 0:
        _list_examples(as_json)
        return
    statement = _read_statement(query, file, example)
    place = open_place(home)
    with connect_analyst(place.root.analyst) as connection:
        typer.echo(f"generation {current_generation(place.root.analyst).name}", err=True)
        if statement is None:
            _prompt(connection)
        else:
            _answer(connection, statement, as_json=as_json, as_csv=as_csv)


def _read_statement(query: str | None, file: Path | None, example: int | None) -> str | None:
    if sum(given is not None for given in (query, file, example)) > 1:
        raise MisusedError("sql: give one of QUERY, --file and --example")
    if example is not None:
        return _find_example(example).sql
    if file is not None:
        try:
            return file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise MisusedError(f"{file}: {error}") from error
    if query is None and not sys.stdin.isatty():
        return sys.stdin.read()
    return query


def _find_example(number: int) -> Example:
    examples = {example.number: example for example in list_examples()}
    if number not in examples:
        raise MisusedError(f"sql: no example {number}; there are {min(examples)} to {max(examples)}")
    return examples[number]


def _list_examples(as_json: bool) -> None:
    rows = [{"number": e.number, "name": e.name, "question": e.question} for e in list_examples()]
    print_json(rows) if as_json else print_rows(rows)


def _answer(connection: duckdb.DuckDBPyConnection, statement: str, *, as_json: bool, as_csv: bool) -> None:
    try:
        result = connection.execute(statement)
        names = _distinct([column[0] for column in result.description or ()])
        rows = result.fetchall()
    except duckdb.Error as error:
        raise MisusedError(f"sql: {error}") from error
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    elif as_json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_rows([dict(zip(names, row, strict=True)) for row in rows[:_MAX_SHOWN]])
        typer.echo(counted(len(rows), "row") + (f", {_MAX_SHOWN} shown" if len(rows) > _MAX_SHOWN else ""), err=True)


def _distinct(names: list[str]) -> list[str]:
    """Number a name that came before, as DuckDB does where it makes a table of a result.

    >>> _distinct(["n", "title", "n"])
    ['n', 'title', 'n_1']
    """
    return [name if (seen := names[:place].count(name)) == 0 else f"{name}_{seen}" for place, name in enumerate(names)]


def _prompt(connection: duckdb.DuckDBPyConnection) -> None:
    typer.echo("End a statement with a semicolon; Ctrl-D ends.", err=True)
    lines: list[str] = []
    while True:
        try:
            lines.append(input("     > " if lines else "sql  > "))
        except EOFError:
            return
        if lines[-1].rstrip().endswith(";"):
            try:
                _answer(connection, "\n".join(lines), as_json=False, as_csv=False)
            except MisusedError as error:
                typer.echo(str(error), err=True)
            lines.clear()
