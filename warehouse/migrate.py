"""Bringing a database up to this code's schema: numbered migrations, then views and comments.

`schema/NNN_*.sql` make and change base tables; they run once each, in order, forward only, and are never edited once
released. Views and comments follow from the contract: they are made anew whenever their statements differ from those
that were last in force. Each step is one transaction; a checkpoint follows, so that no DDL stays in the
write-ahead log.
"""

import hashlib
from functools import cache
from importlib.resources import files

import duckdb

from scrapers.tables import ARTICLE, ARTICLE_VERSION, CITATION, COVERAGE, LEDGER, OBSERVATION, REJECTION, SOURCE_HEALTH
from warehouse.base_tables import BASE_TABLES, DICTIONARY, VERSION_RUN
from warehouse.ddl import comments
from warehouse.errors import WarehouseVersionError

VIEWS = (
    VERSION_RUN,
    ARTICLE_VERSION,
    ARTICLE,
    OBSERVATION,
    CITATION,
    REJECTION,
    LEDGER,
    COVERAGE,
    SOURCE_HEALTH,
    DICTIONARY,
)
"""Each needs only the base tables and the views before it."""


def migrate(con: duckdb.DuckDBPyConnection) -> None:
    """Bring an open database up to date; one that is changes nothing.

    Raises WarehouseVersionError for a database that a newer Kabarchy wrote.
    """
    applied = schema_version(con)
    known = migrations()
    if applied > len(known):
        raise WarehouseVersionError(f"warehouse schema {applied} is newer than this Kabarchy's {len(known)}: update it")
    for version, (name, statements) in enumerate(known, start=1):
        if version > applied:
            _apply(con, version, name, statements)
    if _contract_in_force(con) != contract_sha256():
        _renew_views(con)
        con.execute("checkpoint")


def require_current(con: duckdb.DuckDBPyConnection) -> None:
    """Raise WarehouseVersionError unless the database's schema and views are exactly this code's."""
    applied, known = schema_version(con), len(migrations())
    if applied != known or _contract_in_force(con) != contract_sha256():
        raise WarehouseVersionError(f"warehouse schema {applied} is not this Kabarchy's {known}: load first")


def schema_version(con: duckdb.DuckDBPyConnection) -> int:
    """Number of the last migration applied; 0 for an empty database."""
    if not con.execute("select 1 from duckdb_tables() where table_name = 'schema_version'").fetchall():
        return 0
    [(version,)] = con.execute("select coalesce(max(version), 0) from schema_version").fetchall()
    return int(version)


@cache
def contract_sha256() -> str:
    """Hash of the statements that make this code's views and comments."""
    return hashlib.sha256("\n".join(_contract_statements()).encode()).hexdigest()


@cache
def migrations() -> tuple[tuple[str, str], ...]:
    """Name and text of each migration, in order; the first is number 1."""
    found = sorted((f for f in files("warehouse.schema").iterdir() if f.name.endswith(".sql")), key=lambda f: f.name)
    return tuple((file.name, file.read_text(encoding="utf-8")) for file in found)


def _apply(con: duckdb.DuckDBPyConnection, version: int, name: str, statements: str) -> None:
    con.begin()
    con.execute(statements)
    con.execute("insert into schema_version (version, name) values (?, ?)", [version, name])
    con.commit()
    con.execute("checkpoint")


def _contract_in_force(con: duckdb.DuckDBPyConnection) -> str | None:
    rows = con.execute("select sha256 from contract").fetchall()
    return str(rows[0][0]) if rows else None


def _renew_views(con: duckdb.DuckDBPyConnection) -> None:
    con.begin()
    for statement in _contract_statements():
        con.execute(statement)
    con.execute("delete from contract")
    con.execute("insert into contract (sha256) values (?)", [contract_sha256()])
    con.commit()


def _contract_statements() -> list[str]:
    views = [files("warehouse.sql").joinpath(f"view_{view.name}.sql").read_text(encoding="utf-8") for view in VIEWS]
    on_tables = [statement for table in BASE_TABLES for statement in comments(table, kind="table")]
    on_views = [statement for view in VIEWS for statement in comments(view, kind="view")]
    return [*views, *on_tables, *on_views]
