"""Loading batches: from staged Parquet to one history, safe to repeat, in any order, after a kill at any point.

What is held of a crawl is what the batch of the newest extractor version says of it. A batch's rows and the note that
it is loaded are one transaction. So the state is a function of the set of batches loaded, whatever their order; what no
record carries any more is removed at the end of every load. A damaged batch is set aside, reported, and costs only
itself: extraction makes it anew.
"""

import hashlib
import logging
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from scrapers.registry import Source
from scrapers.staging import Batch, BatchDamagedError, batch_id, batch_paths, open_batch, set_batch_aside, verify_batch
from scrapers.tables import STAGED_TABLES, TOMBSTONE
from scrapers.takedowns import Register
from warehouse.checks import CheckResult, run_checks
from warehouse.database import open_for_writing, remove_database, replace_database, run_sql, transaction
from warehouse.lock import loader_lock
from warehouse.sources import source_rows

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a load did."""

    n_batches: int
    """Batches loaded now; those loaded before are not looked at again."""
    n_new: int
    """Articles that were not held before."""
    n_changed: int
    """Articles that now say something else."""
    n_unchanged: int
    """Articles seen again that say what they said."""
    damaged: tuple[str, ...]
    """One line for each batch set aside, naming it and what is wrong."""
    checks: tuple[CheckResult, ...]

    @property
    def is_ok(self) -> bool:
        """Whether every batch was sound and no check found an error."""
        return not self.damaged and not any(check.is_failed for check in self.checks)


def load_batches(
    database: Path,
    staging: Path,
    sources: dict[str, Source],
    *,
    register: Register | None = None,
    wait_s: float = 0.0,
) -> LoadReport:
    """Load every batch that is not loaded yet, mirror the registry and the tombstones, and run the checks.

    `register` is of what was taken down; None: what the database knows of that stays.
    Makes or migrates the database. Waits up to `wait_s` seconds for another loader, then raises WarehouseLockedError;
    raises WarehouseVersionError or WarehouseUnusableError (a full disk is one), whole batches being loaded or not.
    """
    with loader_lock(database, wait_s=wait_s), open_for_writing(database, readable=[staging]) as con:
        return _load(con, staging, sources, register)


def rebuild_warehouse(
    database: Path, staging: Path, sources: dict[str, Source], *, register: Register, wait_s: float = 0.0
) -> LoadReport:
    """Make the warehouse anew from all batches, aside, and put it in the old one's place when it is complete.

    Nothing of the old file stays, free blocks and what a query spilled included.
    """
    with loader_lock(database, wait_s=wait_s):
        aside = database.with_name(f".rebuilt-{database.name}")
        remove_database(aside)
        with open_for_writing(aside, readable=[staging]) as con:
            report = _load(con, staging, sources, register)
        replace_database(aside, database)
        for spilled in database.parent.glob("*.tmp"):
            shutil.rmtree(spilled)
        return report


def _load(
    con: duckdb.DuckDBPyConnection, staging: Path, sources: dict[str, Source], register: Register | None
) -> LoadReport:
    if register is not None:
        _mirror_tombstones(con, register)
    known = {name for (name,) in con.execute("select batch_id from loaded_batch").fetchall()}
    pending = [path for path in batch_paths(staging.resolve()) if path.name not in known]
    if pending:
        run_sql(con, "remember_current_contents")
    loaded, damaged = _load_pending(con, pending, register or Register())
    with transaction(con):
        run_sql(con, "delete_orphan_citations")
        run_sql(con, "delete_orphan_contents")
    _mirror_registry(con, sources)
    n_new, n_changed, n_unchanged = _count_articles(con, loaded)
    return LoadReport(
        n_batches=len(loaded),
        n_new=n_new,
        n_changed=n_changed,
        n_unchanged=n_unchanged,
        damaged=tuple(damaged),
        checks=run_checks(con),
    )


def _load_pending(
    con: duckdb.DuckDBPyConnection, pending: list[Path], register: Register
) -> tuple[list[Batch], list[str]]:
    loaded: list[Batch] = []
    damaged: list[str] = []
    for path in pending:
        try:
            batch = _open_sound_batch(con, path)
        except BatchDamagedError as error:
            aside = set_batch_aside(path)
            logger.warning("batch=%s set aside as %s: %s", path.name, aside.name, error)
            damaged.append(str(error))
        else:
            if register.has_left(batch.info.source_id) and batch.info.files["articles"].n_rows:
                damaged.append(f"{path}: not loaded: its source opted out, and it still holds articles")
                continue
            _load_batch(con, batch, register)
            loaded.append(batch)
    return loaded, damaged


def _count_articles(con: duckdb.DuckDBPyConnection, loaded: list[Batch]) -> tuple[int, int, int]:
    if not loaded:
        return 0, 0, 0
    crawl_ids = [batch.info.crawl_id for batch in loaded]
    [(n_new, n_changed, n_unchanged)] = run_sql(con, "count_loaded_articles", crawl_ids=crawl_ids)
    return n_new, n_changed, n_unchanged


def _open_sound_batch(con: duckdb.DuckDBPyConnection, path: Path) -> Batch:
    batch = open_batch(path)
    info = batch.info
    if batch_id(info.crawl_id, info.extractor) != info.batch_id:
        raise BatchDamagedError(f"{path}: says it is of crawl {info.crawl_id}, extractor {info.extractor}")
    verify_batch(batch)
    faults = run_sql(
        con,
        "find_batch_faults",
        crawl_id=info.crawl_id,
        source_id=info.source_id,
        extractor=info.extractor,
        n_pages=info.n_pages,
        n_pages_with_articles=info.n_pages_with_articles,
        **{table.name: str(batch.table_path(table.name)) for table in STAGED_TABLES},
    )
    if faults:
        raise BatchDamagedError(f"{path}: {'; '.join(fault for (fault,) in faults)}")
    return batch


def _load_batch(con: duckdb.DuckDBPyConnection, batch: Batch, register: Register) -> None:
    urls = pq.read_table(batch.table_path("citations"), columns=["url"])["url"].unique().to_pylist()
    con.register("withheld_link", pa.table({"url": pa.array(register.find_links(urls), pa.string())}))
    with transaction(con):
        if _is_newest(con, batch):
            _replace_crawl(con, batch)
        run_sql(
            con,
            "insert_loaded_batch",
            batch_id=batch.info.batch_id,
            crawl_id=batch.info.crawl_id,
            source_id=batch.info.source_id,
            extractor=batch.info.extractor,
            info_sha256=hashlib.sha256((batch.path / "batch.json").read_bytes()).hexdigest(),
        )
    logger.info("batch=%s loaded n_pages=%d", batch.info.batch_id, batch.info.n_pages)


def _is_newest(con: duckdb.DuckDBPyConnection, batch: Batch) -> bool:
    [(extractor,)] = run_sql(con, "find_loaded_extractor", crawl_id=batch.info.crawl_id)
    return extractor is None or extractor < batch.info.extractor


def _replace_crawl(con: duckdb.DuckDBPyConnection, batch: Batch) -> None:
    for name in ("delete_records", "delete_captures", "delete_url_outcomes", "delete_crawl"):
        run_sql(con, name, crawl_id=batch.info.crawl_id)
    paths = {table.name: str(batch.table_path(table.name)) for table in STAGED_TABLES}
    run_sql(con, "insert_crawl", crawls=paths["crawls"])
    run_sql(con, "insert_url_outcomes", outcomes=paths["outcomes"])
    run_sql(con, "insert_captures", captures=paths["captures"])
    run_sql(
        con,
        "insert_records",
        articles=paths["articles"],
        rejections=paths["rejections"],
        extractor=batch.info.extractor,
    )
    run_sql(con, "insert_citations", citations=paths["citations"], articles=paths["articles"])
    run_sql(con, "insert_contents", articles=paths["articles"])


def _mirror_tombstones(con: duckdb.DuckDBPyConnection, register: Register) -> None:
    rows = [
        {"article_id": it.article_id, "withdrawn_date": it.taken_down_at.date(), "reason": it.reason.value}
        for it in register.takedowns
    ]
    with transaction(con):
        con.register("withdrawn_article", pa.Table.from_pylist(rows, schema=TOMBSTONE.schema))
        run_sql(con, "delete_tombstones")
        run_sql(con, "insert_tombstones")
        con.unregister("withdrawn_article")


def _mirror_registry(con: duckdb.DuckDBPyConnection, sources: dict[str, Source]) -> None:
    with transaction(con):
        con.register("registered_source", source_rows(sources.values()))
        run_sql(con, "delete_sources")
        run_sql(con, "insert_sources")
        run_sql(con, "insert_removed_sources")
        con.unregister("registered_source")
