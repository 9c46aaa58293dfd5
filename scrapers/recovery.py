"""What an earlier crawl of a source left behind: found, saved, and either continued or closed.

A crawl that is killed leaves `<crawl_id>.warc.gz.open`. Under the source's lock, so that no other crawl is writing it:

1. it is renamed to `.torn`; a `.open` beside a `.torn` is a copy that was itself cut short, and is removed;
2. its whole records are copied into a new `.open`, durably; a torn tail is dropped;
3. the `.torn` is removed, and the new `.open` is continued, or closed as it is with finish reason `interrupted`.

A kill at any point loses no whole record and repeats no step wrongly. A file that already has its summary only lacked
its rename; one without a whole header holds nothing.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from scrapers.archive import (
    FINISHED,
    OPEN,
    ArchiveDamagedError,
    CrawlParts,
    CrawlSummary,
    CrawlWriter,
    list_crawls,
    open_crawl,
    read_body,
    read_header,
    read_parts,
)
from scrapers.data_root import fsync_folder
from scrapers.records import Capture

logger = logging.getLogger(__name__)

TORN = ".warc.gz.torn"

CONTINUE_WITHIN = timedelta(hours=1)
"""After its last record. A feed of an hour ago still lists what the site has; later the crawl begins anew."""

FINISHED_WITHIN = timedelta(days=1)
"""How far back a finished crawl of the same run is looked for; runs last hours."""

STOPPED = frozenset({"shutdown", "interrupted", "failed_to_start"})
"""Finish reasons of a crawl that was stopped before its end, or did not even begin."""

_COPY_BYTES = 1024 * 1024


class CrawlRunningError(Exception):
    """Another process crawls this source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftBehind:
    """A crawl that was killed."""

    torn: Path
    parts: CrawlParts
    orphans: dict[str, Capture]
    """Whole captures that no outcome names yet, by the URL asked for."""

    def may_continue(self, run_id: str, now: datetime, backfill: str | None) -> bool:
        """Whether a crawl of this run for these days, starting now, is the continuation of this one."""
        header = self.parts.header
        is_same = (header.run_id, header.backfill) == (run_id, backfill)
        return is_same and now - self.parts.last_at < CONTINUE_WITHIN

    def reopen(self, archive: Path) -> CrawlWriter:
        """Return a writer that holds its whole records; the torn file is gone then."""
        whole_records = _pieces(self.torn, self.parts.n_bytes)
        with ExitStack() as stack:  # which closes the file when something fails on the way
            writer = stack.enter_context(CrawlWriter.continue_with(archive, self.parts.header, whole_records))
            self.torn.unlink()
            fsync_folder(self.torn.parent)  # else a power cut brings it back, and what is written from here on yields
            stack.pop_all()
        return writer


@contextmanager
def locked_source(archive: Path, source_id: str) -> Iterator[None]:
    """Keep every other crawl of the source out. Raises CrawlRunningError naming the process that is at it."""
    path = archive / source_id / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as file:
        _lock(file, source_id)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def require_uncrawled(archive: Path, source_id: str) -> None:
    """Raise CrawlRunningError while another process crawls the source. Makes nothing; without a lock nobody does."""
    with suppress(FileNotFoundError), (archive / source_id / ".lock").open(encoding="ascii") as file:
        _lock(file, source_id)


def _lock(file: TextIO, source_id: str) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        raise CrawlRunningError(f"{source_id}: is being crawled by process {file.read().strip()}") from error


def find_left_behind(archive: Path, source_id: str) -> list[LeftBehind]:
    """Set aside and read what was left behind, oldest first. Hold the source's lock."""
    folder = archive / source_id
    for torn in folder.glob(f"*/*/*{TORN}"):
        _sibling(torn, OPEN).unlink(missing_ok=True)
    for unfinished in folder.glob(f"*/*/*{OPEN}"):
        unfinished.rename(_sibling(unfinished, TORN))
    torn_files = sorted(folder.glob(f"*/*/*{TORN}"), key=lambda path: path.name)
    for parent in {torn.parent for torn in torn_files}:
        fsync_folder(parent)
    return [left for torn in torn_files if (left := _read(torn)) is not None]


def find_finished(archive: Path, source_id: str, run_id: str, now: datetime) -> CrawlSummary | None:
    """Return the summary of the source's crawl in this run, if it finished or reached one of its limits.

    None for one that was stopped or interrupted: another crawl has to fetch what it did not reach. None also for one
    that has been damaged since: it must not keep the source from being crawled.
    """
    earliest = f"{now - FINISHED_WITHIN:%Y%m%dT%H%M%S}"
    for path in reversed([path for path in list_crawls(archive, source_id) if path.name >= earliest]):
        try:
            if read_header(path).run_id == run_id:
                summary = open_crawl(path, archive).summary
                return None if summary.finish_reason in STOPPED else summary
        except ArchiveDamagedError as error:
            logger.warning("source=%s a finished crawl cannot be read and is passed over: %s", source_id, error)
    return None


def _read(torn: Path) -> LeftBehind | None:
    finished = _sibling(torn, FINISHED)
    if finished.exists():
        torn.unlink()  # killed between the rename of its successor and this
        return None
    try:
        parts = read_parts(torn, is_torn_allowed=True)
    except ArchiveDamagedError as error:
        logger.warning("dropped what holds no record: %s", error)
        torn.unlink()
        return None
    if parts.summary is not None:
        _make_whole(torn, parts.n_bytes)
        torn.rename(finished)
        fsync_folder(finished.parent)
        return None
    named = {outcome.capture_id for outcome in parts.outcomes}
    orphans = [read_body(torn, stored) for stored in parts.captures if stored.capture.capture_id not in named]
    return LeftBehind(
        torn=torn, parts=parts, orphans={stored.capture.request_url: stored.capture for stored in orphans}
    )


def _make_whole(path: Path, n_bytes: int) -> None:
    """Cut a file behind its last whole record, durably: nobody knows how much of it had reached the disk."""
    with path.open("r+b") as file:
        file.truncate(n_bytes)
        os.fsync(file.fileno())


def _pieces(path: Path, n_bytes: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        left = n_bytes
        while left and (piece := file.read(min(left, _COPY_BYTES))):
            left -= len(piece)
            yield piece


def _sibling(path: Path, suffix: str) -> Path:
    return path.with_name(path.name.partition(".")[0] + suffix)
