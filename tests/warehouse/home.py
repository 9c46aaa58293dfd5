"""A data root's folders, the stages over them, and what their tables say."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from scrapers.registry import Source
from scrapers.tables import ANALYST_TABLES
from scrapers.takedowns import Register
from warehouse.analyst_copy import connect_analyst, fingerprint, publish_generation
from warehouse.base_tables import BASE_TABLES
from warehouse.database import open_for_reading
from warehouse.loader import LoadReport, load_batches, rebuild_warehouse

BASE_NAMES = tuple(table.name for table in BASE_TABLES)
ANALYST_NAMES = tuple(table.name for table in ANALYST_TABLES)
Content = dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    path: Path
    sources: dict[str, Source]

    @property
    def staging(self) -> Path:
        return self.path / "staging"

    @property
    def database(self) -> Path:
        return self.path / "warehouse" / "kabarchy.duckdb"

    @property
    def analyst(self) -> Path:
        return self.path / "analyst"

    def load(self) -> LoadReport:
        return load_batches(self.database, self.staging, self.sources)

    def rebuild(self) -> LoadReport:
        return rebuild_warehouse(self.database, self.staging, self.sources, register=Register())

    def publish(self) -> Path:
        return publish_generation(self.database, self.analyst)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the warehouse itself."""
        with open_for_reading(self.database) as con:
            return con.execute(sql).fetchall()

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the newest generation."""
        with connect_analyst(self.analyst) as con:
            return con.execute(sql).fetchall()

    def content(self) -> Content:
        """Every base table and view: number of rows and sum of their hashes."""
        with open_for_reading(self.database) as con:
            return fingerprints(con, (*BASE_NAMES, *ANALYST_NAMES))


def fingerprints(con: duckdb.DuckDBPyConnection, names: tuple[str, ...]) -> Content:
    return {name: fingerprint(con, name) for name in names}
