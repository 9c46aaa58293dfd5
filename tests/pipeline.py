"""The stages one after the other, each as the plain command or function that it is without Prefect."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.imprint import Imprint
from exports.release import Release, cut_release
from scrapers.data_root import DataRoot, open_data_root
from scrapers.registry_folder import load_registry
from scrapers.staging import list_batches
from scrapers.takedowns import read_register
from warehouse.analyst_copy import connect_analyst, publish_generation
from warehouse.loader import LoadReport, load_batches

ROOT = Path(__file__).parent.parent
COMMAND_PATH = os.pathsep.join([str(ROOT / "tests" / "as_installed"), str(ROOT)])
"""PYTHONPATH of commands, which find no library there that users do not have."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A data root with its own registry in `sources/`, and the stages over it."""

    root: DataRoot

    def crawl_all(self, as_of: datetime, run_id: str) -> dict[str, dict[str, Any]]:
        """Crawl every source, two at a time; return the crawl summaries by source."""
        names = sorted(load_registry(self.root.sources))
        with ThreadPoolExecutor(2) as pool:
            summaries = pool.map(lambda name: self.crawl(name, as_of, run_id), names)
        return dict(zip(names, summaries, strict=True))

    def crawl(self, name: str, as_of: datetime, run_id: str) -> dict[str, Any]:
        """Crawl one source in a child process."""
        done = self._run("scrapers", "crawl", name, "--as-of", as_of.isoformat(), "--run-id", run_id)
        assert done.returncode in (0, 1), done.stderr[-2000:]
        summary: dict[str, Any] = json.loads(done.stdout)
        return summary

    def probe(self, name: str) -> int:
        """Check one source in a child process, which keeps its report; return the exit code."""
        return self._run("scrapers", "probe", name).returncode

    def extract(self) -> list[dict[str, Any]]:
        """Extract what is pending; return what was said of each batch."""
        done = self._run("scrapers", "extract")
        assert done.returncode == 0, done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines()]

    def load(self) -> LoadReport:
        """Load what was staged and make a generation for analysts."""
        register = read_register(self.root.takedowns)
        report = load_batches(
            self.root.warehouse, self.root.staging, load_registry(self.root.sources), register=register
        )
        publish_generation(self.root.warehouse, self.root.analyst)
        return report

    def release(self, now: datetime) -> Release | None:
        """Cut a release when a published table changed."""
        generation = (self.root.analyst / "kabarchy.duckdb").resolve()
        imprint = Imprint(has_query_copy=True)  # as the command does
        return cut_release(generation, self.root.releases, now=now, code_version="test", imprint=imprint)

    def run(self, as_of: datetime, run_id: str) -> Release | None:
        """All stages once."""
        self.crawl_all(as_of, run_id)
        self.extract()
        self.load()
        return self.release(as_of)

    def analyst(self) -> duckdb.DuckDBPyConnection:
        """A read-only connection to the newest generation."""
        return connect_analyst(self.root.analyst)

    def table(self, query: str) -> pa.Table:
        """Result of a query on the newest generation."""
        with self.analyst() as connection:
            return connection.sql(query).to_arrow_table()

    def texts(self, source_id: str) -> dict[str, str]:
        """Text that the warehouse holds of each address asked for, by its path."""
        with self.analyst() as connection:
            query = (
                "select capture_id, text from observation join article using (article_id) where article.source_id = ?"
            )
            held = dict(connection.execute(query, [source_id]).fetchall())
        batches = [batch for batch in list_batches(self.root.staging) if batch.info.source_id == source_id]
        captures = [row for batch in batches for row in pq.read_table(batch.table_path("captures")).to_pylist()]
        return {urlsplit(row["request_url"]).path: held[i] for row in captures if (i := row["capture_id"]) in held}

    def _run(self, package: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", package, *words, "--home", str(self.root.path)]
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": COMMAND_PATH},
            capture_output=True,
            text=True,
            check=False,
        )


def new_pipeline(home: Path) -> Pipeline:
    """Make an empty data root whose registry folder is still to be filled."""
    root = open_data_root(home)
    root.sources.mkdir(exist_ok=True)
    return Pipeline(root)
