"""Batches: the records of one crawl, read by one extractor version, as Parquet files that are complete when visible.

    staging/<crawl_id>.x<extractor>/
        crawls.parquet  outcomes.parquet  captures.parquet  articles.parquet  rejections.parquet  citations.parquet
        batch.json      ids, counts, and the sha256 of each file

A batch is written into `.tmp-<batch_id>/`, flushed to disk and renamed; what a kill leaves behind is removed by the
next writer of the same batch. `verify_batch` refuses anything that is not exactly what was written: DuckDB reads a
flipped bit without a word (measured 2026-11-22), so the hashes stand outside the files and are checked before loading.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError

from scrapers.counts import counted
from scrapers.data_root import fsync_folder
from scrapers.tables import STAGED_TABLES

BATCH_FORMAT = 1
_CODECS = frozenset({"ZSTD", "SNAPPY", "UNCOMPRESSED"})
"""What we let DuckDB read. Brotli is left out: its decoder has an open advisory (CVE-2026-111497)."""


class BatchDamagedError(Exception):
    """A batch is not what was written: missing file, other bytes, other schema, counts that do not add up."""


class BatchFile(BaseModel):
    """One file of a batch."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    n_rows: int
    sha256: str


class BatchInfo(BaseModel):
    """What `batch.json` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    batch_format: int
    batch_id: str
    crawl_id: str
    source_id: str
    extractor: int
    n_pages: int
    """Captures that carry records."""
    n_pages_with_articles: int
    files: dict[str, BatchFile]


@dataclass(frozen=True, slots=True)
class Batch:
    """A complete batch on disk."""

    path: Path
    info: BatchInfo

    def table_path(self, name: str) -> Path:
        """File of a staged table."""
        return self.path / f"{name}.parquet"


def batch_id(crawl_id: str, extractor: int) -> str:
    """Name of the batch that one extractor version makes of one crawl."""
    return f"{crawl_id}.x{extractor}"


def write_batch(
    staging: Path, tables: Mapping[str, pa.Table], *, crawl_id: str, source_id: str, extractor: int
) -> Batch:
    """Write a batch and make it visible; one that is there already is returned as it is.

    `tables` holds every table of STAGED_TABLES by name, in its schema. Raises BatchDamagedError when the counts do not
    add up, and leaves nothing behind.
    """
    final = staging / batch_id(crawl_id, extractor)
    if final.exists():
        return open_batch(final)
    aside, info = _write_aside(staging, tables, crawl_id=crawl_id, source_id=source_id, extractor=extractor)
    aside.rename(final)
    fsync_folder(staging)
    return Batch(final, info)


def replace_batch(batch: Batch, tables: Mapping[str, pa.Table]) -> Batch:
    """Write the same batch with other rows and put it in the old one's place, of which nothing stays.

    A kill between its two renames leaves no batch: extraction makes it anew. Raises as `write_batch`.
    """
    info, old = batch.info, batch.path.with_name(f".old-{batch.path.name}")
    aside, new = _write_aside(
        batch.path.parent, tables, crawl_id=info.crawl_id, source_id=info.source_id, extractor=info.extractor
    )
    shutil.rmtree(old, ignore_errors=True)
    batch.path.rename(old)
    aside.rename(batch.path)
    fsync_folder(batch.path.parent)
    shutil.rmtree(old)
    return Batch(batch.path, new)


def remove_asides(staging: Path, crawl_id: str) -> None:
    """Remove what was left or set aside of a crawl's batches: damaged ones, and those of killed writers."""
    for pattern in (f".damaged-{crawl_id}.x*", f".old-{crawl_id}.x*", f".tmp-{crawl_id}.x*"):
        for path in staging.glob(pattern):
            shutil.rmtree(path)


def _write_aside(
    staging: Path, tables: Mapping[str, pa.Table], *, crawl_id: str, source_id: str, extractor: int
) -> tuple[Path, BatchInfo]:
    name = batch_id(crawl_id, extractor)
    aside = staging / f".tmp-{name}"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        files = {
            table.name: _write_table(aside, table.name, tables[table.name], table.schema) for table in STAGED_TABLES
        }
        info = BatchInfo(
            batch_format=BATCH_FORMAT,
            batch_id=name,
            crawl_id=crawl_id,
            source_id=source_id,
            extractor=extractor,
            n_pages=_count_pages(tables["captures"]),
            n_pages_with_articles=len(set(tables["articles"]["capture_id"].to_pylist())),
            files=files,
        )
        _require_balance(info, tables)
        _write_synced(aside / "batch.json", info.model_dump_json(indent=1).encode() + b"\n")
        fsync_folder(aside)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return aside, info


def batch_paths(staging: Path) -> list[Path]:
    """Folder of every visible batch, oldest crawl first, whether or not it can be read."""
    return [path for path in sorted(staging.glob("*.x*")) if not path.name.startswith(".")]


def list_batches(staging: Path) -> list[Batch]:
    """Every visible batch, oldest crawl first. Raises BatchDamagedError naming one whose `batch.json` is unreadable."""
    return [open_batch(path) for path in batch_paths(staging)]


def set_batch_aside(path: Path) -> Path:
    """Hide a damaged batch, so that extraction makes it anew; return where it is kept for a person to look at.

    Of one batch only the latest damage is kept.
    """
    aside = path.with_name(f".damaged-{path.name}")
    shutil.rmtree(aside, ignore_errors=True)
    path.rename(aside)
    fsync_folder(path.parent)
    return aside


def open_batch(path: Path) -> Batch:
    """Read what a batch says about itself, without checking its files."""
    try:
        info = BatchInfo.model_validate_json((path / "batch.json").read_bytes())
    except (OSError, ValidationError, json.JSONDecodeError) as error:
        raise BatchDamagedError(f"{path}: batch.json: {error}") from error
    if info.batch_format != BATCH_FORMAT or info.batch_id != path.name:
        raise BatchDamagedError(f"{path}: says it is {info.batch_id} of format {info.batch_format}")
    return Batch(path, info)


def verify_batch(batch: Batch) -> None:
    """Check every file's hash, codec, schema and row count. Raises BatchDamagedError naming the first that is wrong."""
    for table in STAGED_TABLES:
        path, expected = batch.table_path(table.name), batch.info.files.get(table.name)
        if expected is None:
            raise BatchDamagedError(f"{path}: not listed in batch.json")
        if not path.is_file() or path.is_symlink():
            raise BatchDamagedError(f"{path}: missing")
        if (found := _sha256(path)) != expected.sha256:
            raise BatchDamagedError(f"{path}: sha256 {found} is not the recorded {expected.sha256}")
        _require_form(path, table.schema, expected.n_rows)


def _require_form(path: Path, schema: pa.Schema, n_rows: int) -> None:
    with pq.ParquetFile(path) as file:
        if not file.schema_arrow.equals(schema):
            raise BatchDamagedError(f"{path}: columns {file.schema_arrow.names} are not those of the contract")
        if file.metadata.num_rows != n_rows:
            raise BatchDamagedError(f"{path}: {counted(file.metadata.num_rows, 'row')}, recorded {n_rows}")
        groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
        codecs = {group.column(j).compression for group in groups for j in range(group.num_columns)}
    if codecs - _CODECS:
        raise BatchDamagedError(f"{path}: compressed with {sorted(codecs - _CODECS)}")


def _write_table(folder: Path, name: str, table: pa.Table, schema: pa.Schema) -> BatchFile:
    path = folder / f"{name}.parquet"
    pq.write_table(table.cast(schema).combine_chunks(), path, compression="zstd", write_page_checksum=True)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return BatchFile(n_rows=table.num_rows, sha256=_sha256(path))


def _count_pages(captures: pa.Table) -> int:
    return sum(role != "entry" for role in captures["role"].to_pylist())


def _require_balance(info: BatchInfo, tables: Mapping[str, pa.Table]) -> None:
    with_records = set(tables["articles"]["capture_id"].to_pylist()) | set(
        tables["rejections"]["capture_id"].to_pylist()
    )
    pages = {
        capture_id
        for capture_id, role in zip(
            tables["captures"]["capture_id"].to_pylist(), tables["captures"]["role"].to_pylist(), strict=True
        )
        if role != "entry"
    }
    fetched = {c for c in tables["outcomes"]["capture_id"].to_pylist() if c is not None}
    captured = set(tables["captures"]["capture_id"].to_pylist())
    if with_records != pages:
        raise BatchDamagedError(
            f"{info.batch_id}: pages without records, or the reverse: {sorted(with_records ^ pages)[:5]}"
        )
    if fetched != captured:
        raise BatchDamagedError(f"{info.batch_id}: captures and fetched URLs differ: {sorted(fetched ^ captured)[:5]}")


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
