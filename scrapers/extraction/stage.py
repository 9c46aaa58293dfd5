"""From finished crawls to staged batches: reads the archive, extracts the pages, writes the staged tables.

A crawl that cannot be read gives an ExtractFailure and stops no other. Repeating the work on a crawl changes nothing: a
batch that is there is returned as it is.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from scrapers.archive import (
    FINISHED,
    ArchiveDamagedError,
    ArchivedCrawl,
    CrawlSummary,
    UrlOutcome,
    open_crawl,
)
from scrapers.columns import Table
from scrapers.extraction.workers import CaptureRead, ExtractionPool, WorkersBrokenError
from scrapers.identity import content_sha256
from scrapers.pending import batch_path
from scrapers.records import EXTRACTOR, Article, Capture, Citation, Extraction, Rejection
from scrapers.redaction import redact_crawl
from scrapers.registry import Source
from scrapers.staging import Batch, BatchDamagedError, open_batch, write_batch
from scrapers.tables import (
    STAGED_ARTICLES,
    STAGED_CAPTURES,
    STAGED_CITATIONS,
    STAGED_CRAWLS,
    STAGED_OUTCOMES,
    STAGED_REJECTIONS,
)
from scrapers.takedowns import Register, heeded_register
from scrapers.tdm import SiteRights
from scrapers.withholding import locate_captures, redact_carried, withhold_records

logger = logging.getLogger(__name__)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractJob:
    """Where to read and write, and with how much of the machine."""

    archive: Path
    staging: Path
    sources: Mapping[str, Source]
    takedowns: Path
    """The register of what was taken down. It is not extracted, and is removed from the archive where a crawl fetched
    it again. The register is read anew for each crawl, and a takedown waits until the batch is written."""
    n_workers: int = 2
    page_timeout_s: float = 10.0
    """Slowest page that passes the screen takes 4 s; a busy machine is allowed to be slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractFailure:
    """A crawl that gave no batch, and why."""

    path: Path
    error: str


def extract_crawls(crawls: Iterable[Path], job: ExtractJob) -> Iterator[Batch | ExtractFailure]:
    """Extract crawls one after the other with one pool of workers; one result for each, in their order.

    Writes a batch each into `job.staging`. Raises OSError when that cannot be written to.
    """
    crawls = list(crawls)
    if not crawls:
        return
    with ExtractionPool(job.sources, n_workers=job.n_workers, page_timeout_s=job.page_timeout_s) as pool:
        for path in crawls:
            yield _extract_crawl(path, job, pool)


def _crawl_id(path: Path) -> str:
    return path.name.removesuffix(FINISHED)


def _extract_crawl(path: Path, job: ExtractJob, pool: ExtractionPool) -> Batch | ExtractFailure:
    existing = batch_path(job.staging, path)
    try:
        if existing.exists():
            return open_batch(existing)
        with heeded_register(job.takedowns) as register:
            redact_crawl(path, register)
            crawl = open_crawl(path, job.archive)
            if crawl.summary.source_id not in job.sources:
                error = f"source {crawl.summary.source_id} is not in the registry"
                return ExtractFailure(path=path, error=error)
            batch = write_batch(
                job.staging,
                _without_withheld(_read_tables(crawl, pool), crawl, register),
                crawl_id=crawl.summary.crawl_id,
                source_id=crawl.summary.source_id,
                extractor=EXTRACTOR,
            )
    except (ArchiveDamagedError, BatchDamagedError, WorkersBrokenError) as error:
        return ExtractFailure(path=path, error=str(error))
    _log_batch(batch)
    return batch


def _log_batch(batch: Batch) -> None:
    info = batch.info
    logger.info(
        "batch=%s source=%s n_pages=%d n_pages_with_articles=%d n_articles=%d n_rejections=%d n_citations=%d",
        info.batch_id,
        info.source_id,
        info.n_pages,
        info.n_pages_with_articles,
        *(info.files[table.name].n_rows for table in (STAGED_ARTICLES, STAGED_REJECTIONS, STAGED_CITATIONS)),
    )


def _read_tables(crawl: ArchivedCrawl, pool: ExtractionPool) -> dict[str, pa.Table]:
    """Read the staged tables of a crawl. All but the bodies is held in memory."""
    captures = list(pool.extract_all(crawl.places, SiteRights.read(crawl.site_files)))
    extractions = [it.extraction for it in captures if it.extraction is not None]
    of_crawl = {"crawl_id": crawl.summary.crawl_id, "source_id": crawl.summary.source_id}
    rows = [
        (STAGED_CRAWLS, [_said(crawl.summary)]),
        (STAGED_OUTCOMES, [of_crawl | _said(outcome) for outcome in crawl.outcomes]),
        (STAGED_CAPTURES, list(map(_capture_row, captures))),
        (STAGED_ARTICLES, list(_article_rows(extractions))),
        (STAGED_REJECTIONS, list(_rejection_rows(extractions))),
        (STAGED_CITATIONS, list(_citation_rows(extractions))),
    ]
    return {table.name: _table(table, table_rows) for table, table_rows in rows}


def _without_withheld(tables: dict[str, pa.Table], crawl: ArchivedCrawl, register: Register) -> dict[str, pa.Table]:
    """What was taken down and came back under another address: a rejection, its page gone from the archive."""
    source_id = crawl.summary.source_id
    if source_id not in register.sources:
        return tables
    changed, carried = withhold_records(tables, source_id, register)
    if redact_carried(crawl.path, tables["captures"], carried, register):
        changed["captures"] = locate_captures(tables["captures"], crawl.path)
    return changed


def _capture_row(read: CaptureRead) -> Row:
    stored = read.stored
    row = _said(stored.capture) | {
        "warc_path": stored.warc_path,
        "warc_offset": stored.warc_offset,
        "warc_length": stored.warc_length,
        "payload_sha256": stored.payload_sha256,
        "tdm_reserved": read.reservation.is_reserved,
        "tdm_signals": read.reservation.signals,
        "extractor": EXTRACTOR,
    }
    return {column.name: row[column.name] for column in STAGED_CAPTURES.columns}


def _records(extractions: Iterable[Extraction]) -> Iterator[tuple[Row, Article | Rejection]]:
    """Yield each record with its key."""
    for extraction in extractions:
        for position, record in enumerate(extraction.records):
            yield {"capture_id": extraction.capture_id, "position": position}, record


def _article_rows(extractions: Iterable[Extraction]) -> Iterator[Row]:
    for key, record in _records(extractions):
        if isinstance(record, Article):
            said = _said(record)
            del said["citations"]
            yield key | {"content_sha256": content_sha256(record)} | said


def _rejection_rows(extractions: Iterable[Extraction]) -> Iterator[Row]:
    for key, record in _records(extractions):
        if isinstance(record, Rejection):
            yield key | _said(record)


def _citation_rows(extractions: Iterable[Extraction]) -> Iterator[Row]:
    """Yield the citations of each content once, however many captures carry it."""
    cited = {content_sha256(r): r.citations for _, r in _records(extractions) if isinstance(r, Article)}
    for sha256, citations in cited.items():
        for position, citation in enumerate(citations):
            yield {"content_sha256": sha256, "position": position} | _said(citation)


def _said(value: CrawlSummary | UrlOutcome | Capture | Article | Rejection | Citation) -> Row:
    """Return the fields of a flat record by name."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _table(table: Table, rows: Sequence[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=table.schema)
