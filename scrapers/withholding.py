"""Carrying a takedown out in what the scrapers keep of a source: archive, batches, visits, and what checks kept.

Every step looks at what is there and can be repeated. The archive comes first, so that a batch made anew after a kill
is made from what is already clean. Of a batch only the withheld records change: each becomes a rejection in its place,
so that the books still balance and no other article reads differently than before.
"""

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from scrapers.archive import FINISHED, OPEN, ArchiveDamagedError, list_crawls, read_parts
from scrapers.check_reports import PROBE_PREFIX
from scrapers.data_root import write_beside
from scrapers.records import CaptureRole, RejectionReason
from scrapers.recovery import TORN, locked_source, require_uncrawled
from scrapers.redaction import redact_crawl
from scrapers.staging import (
    Batch,
    BatchDamagedError,
    batch_paths,
    open_batch,
    remove_asides,
    replace_batch,
    verify_batch,
)
from scrapers.tables import STAGED_REJECTIONS, STAGED_TABLES
from scrapers.takedowns import Register, withheld_words
from scrapers.visits import Visits, remove_unfinished, remove_visits, visits_path

Tables = Mapping[str, pa.Table]


def withhold_source(archive: Path, staging: Path, visits: Path, source_id: str, register: Register) -> None:
    """Take what is withheld of a source out of its archive, its batches and its visits.

    Raises CrawlRunningError while the source is being crawled, ArchiveDamagedError for a crawl that cannot be read.
    """
    with locked_source(archive, source_id):
        for crawl in list_crawls(archive, source_id):
            redact_crawl(crawl, register)
        for suffix in (OPEN, TORN):
            for left in archive.glob(f"{source_id}/*/*/*{suffix}"):
                _redact_left(left, register)
        for path in _batches_of(staging, source_id):
            _withhold_batch(path, archive, register)
        for left in archive.glob(f"{source_id}/*/*/.redacting-*"):
            left.unlink()
        _withhold_visits(visits_path(visits, source_id), source_id, register)


def withhold_checks(checks: Path, source_id: str, register: Register) -> None:
    """Take what is withheld of a source out of the reports of its checks, and the page that `sources add` kept.

    The page is removed whatever article it shows: it shows headlines of others too, and a new one is soon fetched. So
    is what killed looks at the source left; what a look that is just ending removes itself need not be there any more.
    Raises CrawlRunningError while the source is being looked at.
    """
    folder = checks / source_id
    for look in checks.glob(f"{PROBE_PREFIX}*/{source_id}"):
        require_uncrawled(look.parent, source_id)
        while look.parent.exists():
            with suppress(FileNotFoundError):  # removed by the look itself
                shutil.rmtree(look.parent)
    for path in [folder] if register.has_left(source_id) else [folder / "golden", folder / "draft"]:
        if path.is_dir():
            shutil.rmtree(path)
    for left in folder.glob(".*.json.*"):  # by a writer that was killed (scrapers.data_root.write_beside)
        left.unlink(missing_ok=True)
    for report in folder.glob("*.json"):
        said = json.loads(report.read_bytes())
        kept = [page for page in said["pages"] if register.withheld_id(source_id, page["url"]) is None]
        if len(kept) < len(said["pages"]):
            write_beside(report, json.dumps(said | {"pages": kept}, ensure_ascii=False, indent=1) + "\n")


def withhold_records(tables: Tables, source_id: str, register: Register) -> tuple[dict[str, pa.Table], dict[str, str]]:
    """Turn the withheld records of a batch's tables into rejections; also says which capture carried which article."""
    articles = tables["articles"]
    keys = zip(*(articles[name].to_pylist() for name in ("capture_id", "position", "article_id")), strict=True)
    reasons = [(key, register.reason_of(source_id, key[2])) for key in keys]
    rejected = [
        {
            "capture_id": capture_id,
            "position": position,
            "reason": RejectionReason.WITHHELD.value,
            "detail": withheld_words(reason, article_id),
        }
        for (capture_id, position, article_id), reason in reasons
        if reason is not None
    ]
    kept = articles.filter(pa.array([reason is None for _, reason in reasons], pa.bool_()))
    new_rejections = pa.Table.from_pylist(rejected, schema=STAGED_REJECTIONS.schema)
    rejections = pa.concat_tables([tables["rejections"].cast(STAGED_REJECTIONS.schema), new_rejections])
    is_cited = pc.is_in(tables["citations"]["content_sha256"], kept["content_sha256"].combine_chunks())
    changed = {
        "articles": kept,
        "rejections": rejections.sort_by([("capture_id", "ascending"), ("position", "ascending")]),
        "citations": tables["citations"].filter(is_cited),
    }
    carried = {key[0]: key[2] for key, reason in reasons if reason is not None}
    return {**tables, **changed}, carried


def redact_carried(path: Path, captures: pa.Table, carried: Mapping[str, str], register: Register) -> bool:
    """Take pages out of a crawl's file that carry withheld records, whatever their address."""
    roles = dict(zip(captures["capture_id"].to_pylist(), captures["role"].to_pylist(), strict=True))
    pages = {capture: article for capture, article in carried.items() if roles[capture] == CaptureRole.PAGE}
    return redact_crawl(path, register, carried=pages)


def locate_captures(captures: pa.Table, path: Path) -> pa.Table:
    """The rows of captures with the places and hashes that they have in the archive now."""
    places = {stored.capture.capture_id: stored for stored in read_parts(path).captures}
    rows = [
        row
        | {
            "warc_offset": places[row["capture_id"]].warc_offset,
            "warc_length": places[row["capture_id"]].warc_length,
            "payload_sha256": places[row["capture_id"]].payload_sha256,
        }
        for row in captures.to_pylist()
    ]
    return pa.Table.from_pylist(rows, schema=captures.schema)


def _redact_left(path: Path, register: Register) -> None:
    """Take what is withheld out of what a killed crawl left behind; the next crawl goes on from there."""
    try:
        redact_crawl(path, register, is_torn_allowed=True)
    except ArchiveDamagedError:
        path.unlink()  # without a whole header it holds nothing that anybody could take up


def _batches_of(staging: Path, source_id: str) -> list[Path]:
    paths = [*batch_paths(staging), *staging.glob(".*.x*")]
    return [path for path in paths if path.name.rpartition(".x")[0].endswith(f"Z-{source_id}")]


def _withhold_batch(path: Path, archive: Path, register: Register) -> None:
    if path.name.startswith("."):
        remove_asides(path.parent, path.name.split("-", 1)[1].rpartition(".x")[0])
        return
    try:
        batch = open_batch(path)
        verify_batch(batch)
    except BatchDamagedError:
        shutil.rmtree(path)  # what it holds cannot be told; extraction makes it anew
        return
    tables = _read_tables(batch)
    changed, carried = withhold_records(tables, batch.info.source_id, register)
    crawl = next(iter(archive.glob(f"{batch.info.source_id}/*/*/{batch.info.crawl_id}{FINISHED}")), None)
    if crawl is not None:
        redact_carried(crawl, tables["captures"], carried, register)
        changed["captures"] = locate_captures(tables["captures"], crawl)
    if any(not changed[name].equals(tables[name]) for name in tables):
        replace_batch(batch, changed)


def _read_tables(batch: Batch) -> dict[str, pa.Table]:
    return {
        table.name: pq.ParquetFile(batch.table_path(table.name)).read().cast(table.schema) for table in STAGED_TABLES
    }


def _withhold_visits(path: Path, source_id: str, register: Register) -> None:
    remove_unfinished(path)
    if register.has_left(source_id):
        remove_visits(path)
    elif path.exists():
        with Visits(path) as visits:
            visits.forget(lambda url: register.withheld_id(source_id, url) is not None)
