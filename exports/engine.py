"""DuckDB as this package uses it: a scratch database, locked down, in UTC, with the statements of `exports/sql`.

The generation for analysts is attached read-only under the name `generation`. Only the folders named may be read or
written, and no extension is ever loaded. Values go into statements as parameters; names of tables and columns come
from the contract alone.
"""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from exports.hashing import add_sha256_hex
from exports.profiles import Profile

MEMORY_LIMIT = "1300MB"
"""DuckDB holds some 300 MB beyond its limit, Python and Arrow 200 MB: the process stays under 2 GiB and fits beside a
crawl on a small machine (measured 2026-11-25 on a million articles). What is larger spills into the scratch folder."""
SPILL_LIMIT = "20GB"
"""A sort of the whole text of some ten million articles; stops a runaway query from filling the disk."""


@contextmanager
def open_engine(
    folders: Sequence[Path],
    *,
    scratch: Path | None = None,
    generation: Path | None = None,
    threads: int | None = None,
    profile: Profile = Profile.PUBLIC,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a locked-down connection that may read and write within `folders` only.

    With `scratch`, an existing empty folder, tables and spilled data live on disk there; otherwise tables live in
    memory, and what does not fit spills into a temporary folder that nobody else may read.
    `threads`: None leaves the choice to DuckDB. No output depends on it. Statements read the `profile` that they
    work for, and its words on usage, by `getvariable`.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "allow_community_extensions": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": MEMORY_LIMIT,
        "max_temp_directory_size": SPILL_LIMIT,
    }
    if threads is not None:
        config["threads"] = threads
    with _spill_folder(scratch) as spill, duckdb.connect(config=config) as connection:
        if scratch is not None:  # without a log: what a dead run left is deleted, and flushing one is slow
            connection.execute("attach ? as scratch (recovery_mode no_wal_writes)", [str(scratch / "scratch.duckdb")])
            connection.execute("use scratch")
        _set_words(connection, profile)
        add_sha256_hex(connection)
        connection.execute("set temp_directory = ?", [str(spill)])
        _lock_down(connection, [*folders, *([scratch] if scratch else [])], generation=generation)
        yield connection


@contextmanager
def open_sessions(
    connection: duckdb.DuckDBPyConnection, n: int, profile: Profile
) -> Iterator[tuple[duckdb.DuckDBPyConnection, ...]]:
    """Open so many connections more to the database of an engine with `scratch`, each for a thread of its own.

    All see what the engine's own connection made. What one of them makes is seen by it alone, so that the view of one
    thread is not replaced by the next one's of the same name.
    """
    sessions = tuple(connection.cursor() for _ in range(n))
    try:
        for number, session in enumerate(sessions, 1):
            session.execute(f"create schema if not exists scratch.session_{number}")
            session.execute(f"use scratch.session_{number}")
            _set_words(session, profile)
        yield sessions
    finally:
        for session in sessions:
            session.close()


def _set_words(connection: duckdb.DuckDBPyConnection, profile: Profile) -> None:
    connection.execute("set variable profile = ?", [profile.value])
    connection.execute("set variable usage = ?", [profile.usage])


@contextmanager
def _spill_folder(scratch: Path | None) -> Iterator[Path]:
    """Where data that does not fit into memory goes: DuckDB's own choice is `.tmp` in the current folder."""
    if scratch is not None:
        yield scratch / "spill"
        return
    with tempfile.TemporaryDirectory(prefix="kabarchy-spill-") as folder:
        yield Path(folder)


def _lock_down(connection: duckdb.DuckDBPyConnection, folders: Sequence[Path], *, generation: Path | None) -> None:
    connection.execute("set global TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    if generation is not None:
        connection.execute("attach ? as generation (read_only)", [str(generation)])
    connection.execute("set allowed_directories = ?", [[str(folder.resolve()) for folder in folders]])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


@cache
def read_sql(name: str) -> str:
    """Text of the statement `exports/sql/<name>.sql`."""
    return files("exports.sql").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def run_sql(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> duckdb.DuckDBPyConnection:
    """Run the statement `exports/sql/<name>.sql` with its `$parameters`; the connection returned holds the rows."""
    return connection.execute(read_sql(name), parameters) if parameters else connection.execute(read_sql(name))
