from pathlib import Path

import duckdb
import pytest

from scrapers.tables import ANALYST_TABLES, CRAWL, SOURCE, TOMBSTONE
from tests.warehouse.children import child
from tests.warehouse.factories import Page, crawl, stage
from tests.warehouse.home import Home
from warehouse.base_tables import BASE_TABLES
from warehouse.database import create_database, open_for_reading, open_for_writing
from warehouse.ddl import column_type
from warehouse.errors import WarehouseLockedError, WarehouseUnusableError, WarehouseVersionError
from warehouse.migrate import VIEWS, migrations, schema_version

COLUMNS = """
    select table_name, column_name, lower(data_type), comment from duckdb_columns()
    where not internal order by table_name, column_index
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An empty warehouse at the newest schema."""
    path = tmp_path / "kabarchy.duckdb"
    create_database(path)
    return path


def test_every_column_is_there_in_the_contracts_order_type_and_words(database: Path) -> None:
    with open_for_reading(database) as con:
        found = con.execute(COLUMNS).fetchall()

    assert found == sorted(
        ((t.name, c.name, column_type(c), c.meaning) for t in (*BASE_TABLES, *VIEWS) for c in t.columns),
        key=lambda row: row[0],
    )


def test_every_table_and_view_says_what_one_row_is(database: Path) -> None:
    with open_for_reading(database) as con:
        tables = con.execute("select table_name, comment from duckdb_tables()").fetchall()
        views = con.execute("select view_name, comment from duckdb_views() where not internal").fetchall()

    assert {name for name, _ in tables + views} == {table.name for table in (*BASE_TABLES, *VIEWS)}
    assert [name for name, comment in tables + views if not comment.startswith("One row: ")] == []


def test_what_analysts_are_promised_is_there() -> None:
    assert set(ANALYST_TABLES) <= {*VIEWS, CRAWL, SOURCE, TOMBSTONE}


def test_columns_that_are_always_filled_cannot_be_null(database: Path) -> None:
    with open_for_reading(database) as con:
        nullable = con.execute(
            "select table_name, column_name from duckdb_columns() join duckdb_tables() using (table_name)"
            " where is_nullable order by all"
        ).fetchall()

    assert nullable == sorted((table.name, c.name) for table in BASE_TABLES for c in table.columns if c.nullable)


def test_the_text_is_compressed(home: Home) -> None:
    long_text = "".join(f"Сүйлөм {n}. " for n in range(20_000))
    stage(home.staging, crawl(1, Page(text=long_text)))
    home.load()

    stored = home.query("select distinct compression from pragma_storage_info('content') where column_name = 'text'")

    assert ("ZSTD",) in stored


def test_the_file_can_be_read_by_duckdb_1_5(database: Path) -> None:
    with open_for_reading(database) as con:
        tags = con.execute("select tags from duckdb_databases() where database_name = 'kabarchy'").fetchall()

    assert tags == [({"storage_version": "v1.5.0+"},)]


def test_opening_again_applies_no_migration_twice(database: Path) -> None:
    with open_for_writing(database) as con:
        applied = con.execute("select version, name from schema_version").fetchall()

    assert applied == [(number, name) for number, (name, _) in enumerate(migrations(), start=1)]


def test_comments_that_lag_behind_the_contract_are_renewed(database: Path) -> None:
    with duckdb.connect(database) as con:
        con.execute("comment on column article.url is 'old words'")
        con.execute("update contract set sha256 = 'old'")

    with open_for_writing(database) as con:
        comments = con.execute("select comment from duckdb_columns() where comment = 'old words'").fetchall()

    assert comments == []


def test_a_database_of_a_newer_kabarchy_is_refused(database: Path) -> None:
    with duckdb.connect(database) as con:
        con.execute("insert into schema_version values (999, 'from the future')")

    with pytest.raises(WarehouseVersionError, match="999 is newer"), open_for_writing(database):
        pass

    with duckdb.connect(database, read_only=True) as con:
        assert schema_version(con) == 999


def test_a_stub_left_by_a_killed_creation_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / ".new-kabarchy.duckdb").write_bytes(b"\0" * 4096)
    (tmp_path / ".new-kabarchy.duckdb.wal").write_bytes(b"torn")

    with open_for_writing(tmp_path / "kabarchy.duckdb") as con:
        assert schema_version(con) == len(migrations())

    assert [path.name for path in tmp_path.iterdir()] == ["kabarchy.duckdb"]


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    database = tmp_path / "kabarchy.duckdb"
    database.write_bytes(b"not a database" * 500)

    with pytest.raises(WarehouseUnusableError, match=r"kabarchy\.duckdb: .*not a valid DuckDB"):
        open_for_writing(database).__enter__()


def is_refused(con: duckdb.DuckDBPyConnection, statement: str) -> bool:
    try:
        con.execute(statement)
    except duckdb.Error:
        return True
    return False


def test_a_connection_reaches_nothing_outside(database: Path) -> None:
    attempts = [
        "select content from read_text('/etc/hostname')",
        "copy (select 1) to 'out.csv'",
        "attach 'other.duckdb'",
        "install httpfs",
        "load httpfs",
        "set threads = 1",
        "set enable_external_access = true",
        "export database 'out'",
    ]

    with open_for_writing(database) as con:
        allowed = [statement for statement in attempts if not is_refused(con, statement)]

    assert allowed == []


def test_times_are_shown_in_utc(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")

    with open_for_reading(database) as con:
        shown = con.execute("select cast(timestamptz '2026-03-02 06:00:00+06' as varchar)").fetchall()

    assert shown == [("2026-03-02 00:00:00+00",)]


def test_a_database_that_is_read_elsewhere_is_locked_not_damaged(database: Path) -> None:
    read = "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True); input()"

    with child(read, database) as reader, pytest.raises(WarehouseLockedError, match=f"PID {reader.pid}"):
        open_for_writing(database).__enter__()
