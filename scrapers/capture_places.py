"""Where the captures of a crawl stand in its file, and how one is read from there, alone.

A place is small and goes between processes; what stands there is read by whoever needs it.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from scrapers.outcomes import CrawlHeader, StoredCapture, hints_from_json, parse_instant
from scrapers.records import Capture, CaptureRole
from scrapers.warc import RecordPlace, WarcRecord, read_record

CAPTURE = "Kabarchy-Capture"
"""Header of a response that is a capture: its context, JSON."""

WITHHELD = "Kabarchy-Withheld"
"""Header of a response whose body was taken out (scrapers.redaction): why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePlace:
    """Where a capture stands."""

    capture_id: str
    header: CrawlHeader
    path: Path
    warc_path: str
    """The path relative to the archive folder, with forward slashes."""
    offset: int
    length: int

    def read(self) -> StoredCapture:
        """Read the capture, digest- and length-checked. Raises ArchiveDamagedError and OSError."""
        return read_capture(read_record(self.path, self.offset, self.length), self.header, self.warc_path)


def place_capture(found: RecordPlace, header: CrawlHeader, path: Path, warc_path: str) -> CapturePlace | None:
    """Return the place of a record that is a capture, None for one that is not."""
    context = found.headers.get(CAPTURE.lower())
    if context is None:
        return None
    return CapturePlace(
        capture_id=json.loads(context)["capture_id"],
        header=header,
        path=path,
        warc_path=warc_path,
        offset=found.offset,
        length=found.length,
    )


def read_capture(record: WarcRecord, header: CrawlHeader, warc_path: str) -> StoredCapture:
    """Read a response record that is a capture."""
    context = json.loads(record.headers[CAPTURE.lower()])
    capture = Capture(
        capture_id=context["capture_id"],
        crawl_id=header.crawl_id,
        source_id=header.source_id,
        role=CaptureRole(context["role"]),
        request_url=context["request_url"],
        final_url=record.headers["warc-target-uri"],
        fetched_at=parse_instant(record.headers["warc-date"]),
        status=record.status or 0,
        headers=record.http_headers,
        body=record.payload,
        entry_url=context["entry_url"],
        entry_kind=context["entry_kind"],
        hints=hints_from_json(context),
        withheld=record.headers.get(WITHHELD.lower()),
    )
    return StoredCapture(
        capture=capture,
        warc_path=warc_path,
        warc_offset=record.offset,
        warc_length=record.length,
        payload_sha256=sha256(record.payload).hexdigest(),
    )
