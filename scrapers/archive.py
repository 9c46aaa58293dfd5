"""The archive: what was fetched, and how each URL ended, for good. Hides that its files are WARCs.

    archive/<source>/<yyyy>/<mm>/<crawl_id>.warc.gz         a finished crawl; never changes
    archive/<source>/<yyyy>/<mm>/<crawl_id>.warc.gz.open    being written, or left behind by a kill
    archive/<source>/<yyyy>/<mm>/<crawl_id>.warc.gz.torn    left behind, being salvaged (scrapers.recovery)
    archive/<source>/.lock                                  held by the one crawl of the source that is alive

A file holds, each record in a gzip member of its own and flushed when written, so that a kill costs at most the last:

    warcinfo    software, robots policy, and the crawl's header (crawl_id, source_id, run_id, started_at, code_version)
    response    one per capture. WARC-Target-URI is the address that answered; the header `Kabarchy-Capture` holds
                JSON: capture_id, role, request_url, entry_url, entry_kind, and what the entry said (title,
                published, modified). A file about the whole site (robots.txt, tdmrep.json, ai.txt) has
                `Kabarchy-Site-File` instead, the address at which it was asked for, and is no capture.
    metadata    JSON; the header `Kabarchy-Kind` says which:
                redaction  capture_ids of those from which something was taken out (scrapers.redaction)
                discovery  page_url, links [{url, title, published, modified}], next_pages, posts, bad_links, n_new
                outcomes   a list of {url, role, entry_url, outcome, reason, detail, capture_id, decided_at}
                summary    the crawl's summary; always and only the last record

Form of a body: as decoded. Content-Encoding and Transfer-Encoding are removed from body and headers alike,
Content-Length is that of the stored body, and the encoding of the wire is kept in the header
`X-Kabarchy-Content-Encoding`. Digests are of what is stored. So headers and bytes agree for every reader, and a page
is never decoded twice.

A capture counts only when an outcome `fetched` names it: a kill between the two leaves a response that is nobody's.
"""

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.client import responses
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from scrapers.capture_places import CAPTURE, CapturePlace, place_capture, read_capture
from scrapers.data_root import fsync_folder
from scrapers.gist import gist_of
from scrapers.outcomes import (
    CrawlHeader,
    CrawlSummary,
    DiscoveredUrl,
    StoredCapture,
    StoredDiscovery,
    UrlOutcome,
    discovery_from_json,
    header_from_json,
    hints_to_json,
    outcome_from_json,
    parse_instant,
    summary_from_json,
    to_json,
)
from scrapers.records import Capture, Hints, Outcome
from scrapers.tdm import SiteFile
from scrapers.warc import (
    ArchiveDamagedError,
    NewRecord,
    WarcRecord,
    find_records,
    read_first_record,
    read_record,
    read_records,
    record_bytes,
)

__all__ = [
    "ArchiveDamagedError",
    "ArchivedCrawl",
    "CrawlHeader",
    "CrawlSummary",
    "CrawlWriter",
    "DiscoveredUrl",
    "StoredCapture",
    "UrlOutcome",
    "crawl_path",
    "list_crawls",
    "open_crawl",
    "read_header",
]

FINISHED = ".warc.gz"
OPEN = ".warc.gz.open"
_SITE_FILE = "Kabarchy-Site-File"
_WIRE_ENCODING = "X-Kabarchy-Content-Encoding"
_FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def crawl_path(archive: Path, header: CrawlHeader) -> Path:
    """Path of a crawl when finished."""
    at = header.started_at
    return archive / header.source_id / f"{at:%Y}" / f"{at:%m}" / f"{header.crawl_id}{FINISHED}"


class CrawlWriter:
    """Writes the file of one crawl: `<crawl_id>.warc.gz.open` until `finish` renames it. Use it in a `with` block.

    Every method returns when the record has reached the operating system. Raises OSError when it cannot; nothing of
    that record stays in the file.
    """

    def __init__(self, archive: Path, header: CrawlHeader) -> None:
        self.header = header
        self._path = crawl_path(archive, header)
        self._open_path = self._path.with_name(header.crawl_id + OPEN)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._open_path.open("xb", buffering=0)

    @classmethod
    def begin(cls, archive: Path, header: CrawlHeader) -> Self:
        """Make the file of a new crawl. Raises FileExistsError when there is one already."""
        with ExitStack() as stack:  # which closes the file when something fails on the way
            stack.push(writer := cls(archive, header))
            writer._write(_warcinfo(header))
            stack.pop_all()
        return writer

    @classmethod
    def continue_with(cls, archive: Path, header: CrawlHeader, whole_records: Iterable[bytes]) -> Self:
        """Make the file anew from the whole records of one that was left behind, durably."""
        with ExitStack() as stack:
            stack.push(writer := cls(archive, header))
            for piece in whole_records:
                writer._write_bytes(piece)
            os.fsync(writer._file.fileno())
            fsync_folder(writer._open_path.parent)
            stack.pop_all()
        return writer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()

    def write_capture(self, capture: Capture) -> None:
        """Archive a response. It counts when an outcome names it."""
        context = {
            "capture_id": capture.capture_id,
            "role": capture.role,
            "request_url": capture.request_url,
            "entry_url": capture.entry_url,
            "entry_kind": capture.entry_kind,
            **hints_to_json(capture.hints),
        }
        self._write(_response(capture, {CAPTURE: json.dumps(context)}))

    def write_site_file(self, file: Capture) -> None:
        """Archive a file about the whole site as it answered; it is no capture."""
        self._write(_response(file, {_SITE_FILE: file.request_url}))

    def write_discovery(self, stored: StoredDiscovery, at: datetime) -> None:
        """Archive where a page of an entry leads."""
        self._write(_metadata("discovery", to_json(stored), at, url=stored.page_url))

    def write_outcomes(self, outcomes: list[UrlOutcome], at: datetime) -> None:
        """Archive how some URLs ended, in one record."""
        if outcomes:
            self._write(_metadata("outcomes", [to_json(outcome) for outcome in outcomes], at))

    def finish(self, summary: CrawlSummary) -> Path:
        """Close the file with its summary and make it visible, durably. Returns its path."""
        self._write(_metadata("summary", to_json(summary), summary.finished_at))
        os.fsync(self._file.fileno())
        self._file.close()
        self._open_path.rename(self._path)
        fsync_folder(self._path.parent)
        return self._path

    def _write(self, record: NewRecord) -> None:
        self._write_bytes(record_bytes(record))

    def _write_bytes(self, data: bytes) -> None:
        whole, view = self._file.tell(), memoryview(data)
        try:
            while view:  # an unbuffered file may take less than it is given
                view = view[self._file.write(view) :]
        except OSError:
            self._file.seek(self._file.truncate(whole))  # else the next record would stand behind half of this one
            raise


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedCrawl:
    """A crawl as the archive holds it."""

    path: Path
    archive: Path
    summary: CrawlSummary
    outcomes: tuple[UrlOutcome, ...]
    """One per URL met, in the order in which they were decided."""
    discoveries: tuple[StoredDiscovery, ...]
    site_files: tuple[SiteFile, ...]
    """What the sites answered about themselves, in order."""
    places: tuple[CapturePlace, ...]
    """Where the captures stand whose outcome is fetched, in order."""

    def captures(self) -> Iterator[StoredCapture]:
        """Read the captures one by one, each digest- and length-checked.

        Raises ArchiveDamagedError naming file and offset.
        """
        return (place.read() for place in self.places)

    def hints(self) -> dict[str, Hints]:
        """What the entries of this crawl said about each address."""
        return {link.url: link.hints for stored in self.discoveries for link in stored.discovery.links}


def list_crawls(archive: Path, source_id: str | None = None) -> list[Path]:
    """Every finished crawl, or those of one source, oldest first."""
    return sorted(archive.glob(f"{source_id or '*'}/*/*/*{FINISHED}"), key=lambda path: path.name)


def open_crawl(path: Path, archive: Path) -> ArchivedCrawl:
    """Read a finished crawl, all but its captures. Raises ArchiveDamagedError naming file and offset."""
    found = find_records(path)
    parts = _begun(path, next((first.record() for first in found), None))
    warc_path = path.relative_to(archive).as_posix()
    places = []
    for one in found:
        if (place := place_capture(one, parts.header, path, warc_path)) is not None:
            places.append(place)
            continue
        _add_said(parts, one.record())
    summary, fetched = _ended(path, parts), parts.fetched()
    return ArchivedCrawl(
        path=path,
        archive=archive,
        summary=summary,
        outcomes=tuple(parts.outcomes),
        discoveries=tuple(parts.discoveries),
        site_files=tuple(parts.site_files),
        places=tuple(place for place in places if place.capture_id in fetched),
    )


def _site_file(record: WarcRecord) -> SiteFile:
    asked_url = record.headers[_SITE_FILE.lower()]
    return SiteFile(asked_url=asked_url, status=record.status or 0, headers=record.http_headers, body=record.payload)


def _ended(path: Path, parts: "CrawlParts") -> CrawlSummary:
    if parts.summary is None:
        raise ArchiveDamagedError(path, path.stat().st_size, "no summary: the end of the file is missing")
    if parts.summary.n_discovered != len(parts.outcomes):
        why = f"{len(parts.outcomes)} outcomes, the summary says {parts.summary.n_discovered}"
        raise ArchiveDamagedError(path, 0, why)
    return parts.summary


@dataclass(slots=True)
class CrawlParts:
    """What the records of a file say, finished or not."""

    header: CrawlHeader
    outcomes: list[UrlOutcome]
    discoveries: list[StoredDiscovery]
    captures: list[StoredCapture]
    """Without their bodies; those that no outcome names included."""
    last_at: datetime
    """WARC-Date of the last record."""
    n_bytes: int
    """Where the last whole record ends."""
    site_files: list[SiteFile] = field(default_factory=list)
    summary: CrawlSummary | None = None

    def fetched(self) -> frozenset[str | None]:
        """The captures that count."""
        return frozenset(o.capture_id for o in self.outcomes if o.outcome is Outcome.FETCHED)


def read_parts(path: Path, *, is_torn_allowed: bool = False) -> CrawlParts:
    """Read what the records of a file say. A torn tail raises ArchiveDamagedError, or is left out where allowed."""
    records = read_records(path)
    parts = _begun(path, next(records, None))
    try:
        for record in records:
            _add_said(parts, record)
            _add_capture(parts, record, path)
    except ArchiveDamagedError as error:
        if not is_torn_allowed:
            raise
        parts.n_bytes = error.offset
    return parts


def read_body(path: Path, stored: StoredCapture) -> StoredCapture:
    """Return a capture of `read_parts` with its body, from a file that may be torn behind it."""
    record = read_record(path, stored.warc_offset, stored.warc_length)
    return replace(stored, capture=replace(stored.capture, body=record.payload))


def read_header(path: Path) -> CrawlHeader:
    """Read what is known of a crawl when it starts. Raises ArchiveDamagedError."""
    return _header(path, read_first_record(path))


def _begun(path: Path, first: WarcRecord | None) -> CrawlParts:
    header = _header(path, first)
    return CrawlParts(header, [], [], [], header.started_at, first.length if first else 0)


def _add_capture(parts: CrawlParts, record: WarcRecord, path: Path) -> None:
    if CAPTURE.lower() in record.headers:
        stored = read_capture(record, parts.header, path.name)
        gist = gist_of(record.payload, stored.capture.role)
        parts.captures.append(replace(stored, capture=replace(stored.capture, body=b""), gist=gist))


def _add_said(parts: CrawlParts, record: WarcRecord) -> None:
    parts.last_at = parse_instant(record.headers["warc-date"])
    parts.n_bytes = record.offset + record.length
    if _SITE_FILE.lower() in record.headers:
        parts.site_files.append(_site_file(record))
    match record.headers.get("kabarchy-kind"):
        case "outcomes":
            parts.outcomes.extend(outcome_from_json(said) for said in json.loads(record.payload))
        case "discovery":
            parts.discoveries.append(discovery_from_json(json.loads(record.payload)))
        case "summary":
            parts.summary = summary_from_json(json.loads(record.payload))


def _header(path: Path, record: WarcRecord | None) -> CrawlHeader:
    if record is None or record.type != "warcinfo":
        raise ArchiveDamagedError(path, 0, "no warcinfo record")
    said = dict(line.split(": ", 1) for line in record.payload.decode("utf-8").split("\r\n") if line)
    return header_from_json(said)


def _warcinfo(header: CrawlHeader) -> NewRecord:
    said = {
        "software": f"Kabarchy/{header.code_version}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "robots": "obey (RFC 9309)",
        "description": "bodies are stored decoded; see X-Kabarchy-Content-Encoding",
        **to_json(header),
    }
    payload = "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode()
    headers = {"WARC-Filename": header.crawl_id + FINISHED}
    return NewRecord(
        type="warcinfo",
        at=header.started_at,
        content_type="application/warc-fields",
        payload=payload,
        headers=headers,
    )


def _metadata(kind: str, said: Any, at: datetime, *, url: str | None = None) -> NewRecord:
    payload = json.dumps(said, ensure_ascii=False).encode()
    headers = {"Kabarchy-Kind": kind}
    return NewRecord(type="metadata", at=at, content_type="application/json", payload=payload, url=url, headers=headers)


def _response(capture: Capture, headers: dict[str, str]) -> NewRecord:
    return NewRecord(
        type="response",
        at=capture.fetched_at,
        content_type="application/http; msgtype=response",
        payload=capture.body,
        url=capture.final_url,
        headers=headers,
        http=(
            f"{capture.status} {responses.get(capture.status, '')}",
            stored_headers(capture.headers, len(capture.body)),
        ),
    )


def rewritten_response(record: WarcRecord, body: bytes, headers: dict[str, str]) -> NewRecord:
    """The record of a response with another body and other WARC headers of ours; all else stays."""
    return NewRecord(
        type=record.type,
        at=parse_instant(record.headers["warc-date"]),
        content_type=record.headers["content-type"],
        payload=body,
        url=record.headers["warc-target-uri"],
        headers=headers,
        http=(
            f"{record.status} {responses.get(record.status or 0, '')}",
            stored_headers(record.http_headers, len(body)),
        ),
    )


def stored_headers(headers: Iterable[tuple[str, str]], n_bytes: int) -> tuple[tuple[str, str], ...]:
    """Return the response headers that agree with a decoded body of `n_bytes`; nothing changes the second time."""
    kept = [(name, value) for name, value in headers if name.lower() not in _FRAMING]
    wire = [(_WIRE_ENCODING, value) for name, value in headers if name.lower() == "content-encoding" and value.strip()]
    return (*kept, *wire, ("Content-Length", str(n_bytes)))
