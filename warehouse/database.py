"""Opening the warehouse's DuckDB files, locked down, and running the statements in `sql/`.

A new database is made under a temporary name, brought up to the newest schema, checkpointed, closed and renamed: a kill
in the first writes of a file leaves a stub that DuckDB refuses for ever (measured 2026-11-22), so it must not have the
final name. Every connection is in UTC, loads no extension and reaches no file outside the folders named when it was
opened. Whoever opens for writing holds `warehouse.lock.loader_lock`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from scrapers.data_root import fsync_folder
from warehouse.errors import WarehouseLockedError, WarehouseUnusableError
from warehouse.migrate import migrate

STORAGE_VERSION = "v1.5.0"
"""Readers with DuckDB 1.5 can open our files, too; size and speed are those of newer formats (2026-11-22)."""

MEMORY_LIMIT = "2GB"
"""A machine with 4 GB still has room for the crawls beside a load."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": MEMORY_LIMIT,
    # A runaway query must not fill the disk that the archive is on; the largest sort of a million articles fits.
    "max_temp_directory_size": "10GB",
    # As many as the smallest machine we promise times for.
    "threads": 2,
}
_FILE_ERRORS = (
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.SerializationException,
    duckdb.TransactionException,
)
"""Damage, a full disk (found in writing or in a commit), too little memory, someone else's lock."""
_IS_LOCKED = "Could not set lock on file"
"""DuckDB's words when another process has the file; its message goes on to name that process."""


@contextmanager
def open_for_writing(database: Path, *, readable: Sequence[Path] = ()) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the database for writing at the newest schema, making it when there is none.

    Only files under the folders in `readable` can be read by statements. Ends with a checkpoint, so that no write-ahead
    log stays behind. Raises WarehouseLockedError, WarehouseVersionError or WarehouseUnusableError.
    """
    if not database.exists():
        create_database(database)
    with explained(database), _connect(database) as con:
        migrate(con)
        lock_down(con, readable=readable)
        yield con
        con.execute("checkpoint")


@contextmanager
def open_for_reading(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database read-only. Raises WarehouseLockedError while it is being written."""
    with explained(database), connect_read_only(database) as con:
        yield con


def connect_read_only(database: Path) -> duckdb.DuckDBPyConnection:
    """Connect read-only and locked down; raises DuckDB's own errors."""
    con = duckdb.connect(database, read_only=True, config=_CONFIG)
    lock_down(con, readable=())
    return con


def connect_new(path: Path) -> duckdb.DuckDBPyConnection:
    """Make an empty database file, removing what a killed run left under that name; not locked down yet."""
    remove_database(path)
    return duckdb.connect(path, config={**_CONFIG, "storage_compatibility_version": STORAGE_VERSION})


def create_database(database: Path) -> None:
    """Make an empty database at the newest schema: complete when visible."""
    aside = database.with_name(f".new-{database.name}")
    database.parent.mkdir(parents=True, exist_ok=True)
    with explained(database), connect_new(aside) as con:
        migrate(con)
        con.execute("checkpoint")
    replace_database(aside, database)


def replace_database(new: Path, database: Path) -> None:
    """Rename a closed, checkpointed database over another; the other's write-ahead log must not outlive it."""
    _log_of(database).unlink(missing_ok=True)
    new.replace(database)
    fsync_folder(database.parent)


def remove_database(path: Path) -> None:
    """Remove a database file and its write-ahead log, if they are there."""
    path.unlink(missing_ok=True)
    _log_of(path).unlink(missing_ok=True)


def lock_down(con: duckdb.DuckDBPyConnection, *, readable: Sequence[Path]) -> None:
    """Set UTC and refuse files outside `readable`, extensions, and any further change of settings.

    Connections of one process to one file share their settings: a second one finds them locked, and as they should be.
    """
    if con.execute("select current_setting('lock_configuration')").fetchall() == [(True,)]:
        return
    con.execute("set global TimeZone = 'UTC'")
    con.execute("set allowed_directories = ?", [[str(folder.resolve()) for folder in readable]])
    con.execute("set enable_external_access = false")
    con.execute("set lock_configuration = true")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what is done inside, or nothing of it."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


def run_sql(con: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[tuple[Any, ...]]:
    """Run `sql/<name>.sql`, its `$names` bound to the parameters, and return all rows of its result.

    All, because DuckDB refuses further work on a connection with a result that is not read to its end.
    """
    return con.execute(read_sql(name), parameters or None).fetchall()


@cache
def read_sql(name: str) -> str:
    """Text of `sql/<name>.sql`."""
    return files("warehouse.sql").joinpath(f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def explained(database: Path) -> Iterator[None]:
    """Turn DuckDB's errors about a file into one line that names it; errors in a statement stay as they are."""
    try:
        yield
    except _FILE_ERRORS as error:
        line = " ".join(str(error).split())
        if _IS_LOCKED in line:
            raise WarehouseLockedError(f"{database}: {line}") from error
        raise WarehouseUnusableError(f"{database}: {line}") from error


def _connect(database: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(database, config=_CONFIG)


def _log_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.wal")
