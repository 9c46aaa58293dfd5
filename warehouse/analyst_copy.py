"""Analyst generations: read-only databases that open at any moment, whatever the loader does.

    analyst/kabarchy-000007.duckdb   a generation, mode 0444, never changed; the newest three are kept
    analyst/current.json             names the newest one: the pointer that tools follow
    analyst/kabarchy.duckdb          link to it, for people

A generation is written aside, checkpointed, closed, read back in full, flushed, and renamed; then the pointer and the
link move. Each has a file name of its own, because DuckDB keeps databases by path within a process: a path opened again
after a replacement gives the old data. Numbers, not times, order them, so that a clock set back does no harm.
"""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from scrapers.data_root import fsync_folder, write_beside
from warehouse.database import (
    connect_new,
    connect_read_only,
    explained,
    lock_down,
    open_for_reading,
    read_sql,
    remove_database,
    run_sql,
    transaction,
)
from warehouse.ddl import comments, create_table
from warehouse.errors import NoGenerationError, WarehouseUnusableError
from warehouse.generation_tables import COPIED_TABLES, GENERATION_TABLES, GENERATION_VIEWS
from warehouse.lock import loader_lock
from warehouse.migrate import contract_sha256, require_current

_POINTER = "current.json"
_LINK = "kabarchy.duckdb"
_PATTERN = "kabarchy-*.duckdb"
_N_KEPT = 3
"""A reader that found its generation has two more loads' time to open it."""
_PIECE_ROWS = 100_000
"""Articles written at once: some 400 MB of text, a fifth of the memory limit."""


class _Pointer(BaseModel):
    """What `current.json` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    generation: str
    state_sha256: str
    """Hash of what the generation was made from; an unchanged warehouse is not copied again."""


def publish_generation(database: Path, analyst: Path, *, wait_s: float = 0.0) -> Path:
    """Publish the warehouse for analysts and return the generation's path; an unchanged one is not made again.

    Raises WarehouseLockedError while a loader works (after waiting `wait_s` seconds), WarehouseVersionError before the
    first load by this code, WarehouseUnusableError when a file cannot be read or written; then nothing has moved.
    """
    analyst.mkdir(parents=True, exist_ok=True)
    with loader_lock(database, wait_s=wait_s):
        pointer = _read_pointer(analyst)
        aside = analyst / f".new-{_LINK}"
        try:
            state = _state_of(database)
            if pointer and pointer.state_sha256 == state and (analyst / pointer.generation).exists():
                return _point_to(analyst, pointer)
            _build(database, aside)
            path = analyst / f"kabarchy-{_last_number(analyst, pointer) + 1:06d}.duckdb"
            _settle(aside, path)
        finally:
            remove_database(aside)
        _point_to(analyst, _Pointer(generation=path.name, state_sha256=state))
        _remove_old(analyst)
        return path


def current_generation(analyst: Path) -> Path:
    """Return the newest generation's own path, never the link's. Raises NoGenerationError."""
    pointer = _read_pointer(analyst)
    path = analyst / pointer.generation if pointer else (analyst / _LINK).resolve()
    if not path.is_file():
        raise NoGenerationError(f"{analyst}: no generation yet: load first")
    return path


def remove_old_generations(analyst: Path) -> None:
    """Remove every generation but the newest, and what killed runs left: for what must not be held any more."""
    keep = current_generation(analyst)
    for path in (*analyst.glob(_PATTERN), *analyst.glob(f".new-{_LINK}*")):
        if path != keep and not path.is_symlink():
            path.unlink()


def connect_analyst(analyst: Path) -> duckdb.DuckDBPyConnection:
    """Open the newest generation for reading, in UTC, without access to other files.

    The connection keeps its generation while newer ones are published. Raises NoGenerationError or
    WarehouseUnusableError.
    """
    path = current_generation(analyst)
    with explained(path):
        try:
            return connect_read_only(path)
        except duckdb.IOException:
            newer = current_generation(analyst)
            if newer == path:
                raise
            return connect_read_only(newer)


def fingerprint(con: duckdb.DuckDBPyConnection, table_name: str) -> tuple[int, int]:
    """Number of rows and sum of their hashes: equal for equal content, whatever the order of rows.

    Reads every value of the table or view.
    """
    [(n_rows, sum_of_hashes)] = run_sql(con, "fingerprint_table", table_name=table_name)
    return int(n_rows), int(sum_of_hashes)


def _state_of(database: Path) -> str:
    with open_for_reading(database) as con:
        require_current(con)
        facts = [fact for (fact,) in run_sql(con, "describe_state")]
    return hashlib.sha256("\n".join([contract_sha256(), *facts]).encode()).hexdigest()


def _build(database: Path, aside: Path) -> None:
    with explained(aside), connect_new(aside) as con:
        con.execute("attach ? as warehouse (read_only)", [str(database)])
        lock_down(con, readable=())
        with transaction(con):
            for statement in _definitions():
                con.execute(statement)
        _copy_articles(con)
        for table in COPIED_TABLES:
            run_sql(con, f"copy_{table.name}")
        written = _fingerprints(con)
        con.execute("checkpoint")
    with explained(aside), connect_read_only(aside) as con:
        read_back = _fingerprints(con)
    if read_back != written:
        raise WarehouseUnusableError(f"{aside}: read back {read_back}, wrote {written}")


def _copy_articles(con: duckdb.DuckDBPyConnection) -> None:
    run_sql(con, "order_articles")
    [(n_articles,)] = con.execute("select count(*) from ordered_article").fetchall()
    for after in range(0, n_articles, _PIECE_ROWS):
        run_sql(con, "copy_articles", after=after, up_to=after + _PIECE_ROWS)


def _definitions() -> list[str]:
    tables = [create_table(table) for table in GENERATION_TABLES]
    views = [read_sql("generation_article_version"), read_sql("view_dictionary")]
    on_tables = [statement for table in GENERATION_TABLES for statement in comments(table, kind="table")]
    on_views = [statement for view in GENERATION_VIEWS for statement in comments(view, kind="view")]
    return [*tables, *views, *on_tables, *on_views]


def _fingerprints(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    return {table.name: fingerprint(con, table.name) for table in GENERATION_TABLES}


def _settle(aside: Path, path: Path) -> None:
    descriptor = os.open(aside, os.O_RDONLY)
    try:
        os.fchmod(descriptor, 0o444)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.rename(path)
    fsync_folder(path.parent)


def _point_to(analyst: Path, pointer: _Pointer) -> Path:
    write_beside(analyst / _POINTER, pointer.model_dump_json(indent=1) + "\n")
    link = analyst / f".new-{_LINK}.link"
    link.unlink(missing_ok=True)
    with suppress(PermissionError):  # a file system without links: the pointer alone serves
        link.symlink_to(pointer.generation)
        link.replace(analyst / _LINK)
    fsync_folder(analyst)
    return analyst / pointer.generation


def _read_pointer(analyst: Path) -> _Pointer | None:
    try:
        return _Pointer.model_validate_json((analyst / _POINTER).read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError):
        return None


def _last_number(analyst: Path, pointer: _Pointer | None) -> int:
    names = [path.name for path in analyst.glob(_PATTERN)] + ([pointer.generation] if pointer else [])
    numbers = [name.removeprefix("kabarchy-").removesuffix(".duckdb") for name in names]
    return max((int(number) for number in numbers if number.isdigit()), default=0)


def _remove_old(analyst: Path) -> None:
    for path in sorted(analyst.glob(_PATTERN))[:-_N_KEPT]:
        path.unlink()
