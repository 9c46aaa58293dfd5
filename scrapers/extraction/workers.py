"""Extraction in worker processes that can be killed: a page that hangs or crashes costs only itself.

A worker is given the places of captures one by one, with what their sites say about rights, and returns all that is
staged of each. It reads the body from the archive itself: when the parent did that, workers waited for it. The sources
are given once, when a worker starts. Workers are forked, so that what they need is loaded once: never from the caller,
which may have threads, but from a process that does nothing else and ends with it. Each is replaced after a number of
pages, so that what libraries leak stays bounded, and lives under a memory limit.

When a worker dies, pebble blames the task that it believes to run there. If the worker had just finished one page and
fetched the next, that may be the wrong one, and a worker that dies idle breaks the whole pool (pebble 5.2.3, read and
tried). So a page whose worker died is tried again, and only one that has killed its worker each time is CRASHED.
"""

import logging
import multiprocessing
import resource
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from scrapers.capture_places import CapturePlace
from scrapers.extraction.extract import extract
from scrapers.outcomes import StoredCapture
from scrapers.records import Capture, CaptureRole, Extraction, Rejection, RejectionReason
from scrapers.registry import Source
from scrapers.tdm import Reservation, SiteRights

PAGES_PER_WORKER = 500
"""Pages after which a worker is replaced. The first takes 1 s of CPU to start, a further one less than 0.1 s (measured
2026-11-29)."""

WORKER_MEMORY_BYTES = 2 * 2**30
"""Address space of a worker. Warmed up it has 0.45 GB, with the worst pages that pass the screen 0.8 GB (measured
2026-11-22); the rest is slack for machines with more cores, where numpy reserves more."""

_WARM = "scrapers.extraction.warm"
"""Module that the process imports from which workers are forked."""

MAX_ATTEMPTS = 3
"""Tries of a page whose worker died: one wrong accusation by pebble, and one more for bad luck."""

_WINDOW_PER_WORKER = 8  # captures handed out ahead: keeps workers busy while the oldest page is slow, bounds memory
_LOST_AFTER_S = 60.0  # beyond the page's own timeout: workers start in 1 to 3 s, on a busy machine in ten times that
_MAX_BREAKS = 3  # times that the pool may break without any result between; then workers cannot live here at all


class WorkersBrokenError(Exception):
    """Workers die without having taken a page: the machine is at fault, not a page."""


ExtractOne = Callable[[Capture, Source], Extraction]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRead:
    """What is staged of one capture."""

    stored: StoredCapture
    """Without its body."""
    reservation: Reservation
    extraction: Extraction | None
    """None for an entry: it leads to pages and carries no records."""


@dataclass(frozen=True, slots=True)
class _Work:
    place: CapturePlace
    rights: SiteRights


@dataclass(slots=True)
class _Task:
    work: _Work
    future: ProcessFuture[CaptureRead]
    attempts: int = 1


class ExtractionPool:
    """A pool of extraction workers. Use it in a `with` block; leaving it ends the workers at once."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        *,
        n_workers: int,
        page_timeout_s: float,
        extract_one: ExtractOne = extract,
    ) -> None:
        self._sources = dict(sources)
        self._n_workers = n_workers
        self._page_timeout_s = page_timeout_s
        self._extract_one = extract_one
        self._n_breaks = 0
        self._pool = self._start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def extract_all(self, places: Iterable[CapturePlace], rights: SiteRights) -> Iterator[CaptureRead]:
        """Read and extract captures; results come in their order.

        Raises ArchiveDamagedError or OSError where one cannot be read, WorkersBrokenError where workers cannot live.
        """
        waiting: deque[_Task] = deque()
        for place in places:
            work = _Work(place, rights)
            waiting.append(_Task(work, self._submit(work)))
            if len(waiting) >= _WINDOW_PER_WORKER * self._n_workers:
                yield self._result(waiting)
        while waiting:
            yield self._result(waiting)

    def _result(self, waiting: deque[_Task]) -> CaptureRead:
        """Return the result of the oldest task, trying again as long as it may be innocent.

        Raises WorkersBrokenError when workers die again and again without having taken any page.
        """
        task = waiting.popleft()
        while True:
            try:
                # The pool's own timeout counts from when a worker takes the page; ours only guards against a lost task.
                result = task.future.result(timeout=self._page_timeout_s + _LOST_AFTER_S)
            except ProcessExpired as error:
                if task.attempts == MAX_ATTEMPTS:
                    return _lost(task.work, RejectionReason.CRASHED, f"worker ended with {error.exitcode}")
                task.attempts += 1
                task.future = self._submit(task.work)
            except TimeoutError:
                if task.future.done():
                    return _lost(task.work, RejectionReason.TIMED_OUT, f"{self._page_timeout_s:g} s")
                self._restart([task, *waiting])
            except BrokenExecutor:
                self._restart([task, *waiting])
            else:
                self._n_breaks = 0
                return result

    def _submit(self, work: _Work) -> ProcessFuture[CaptureRead]:
        if not self._pool.active:  # a worker died while all were idle, between two crawls for example
            self._replace()
        return self._pool.schedule(_work_in_worker, args=(work,), timeout=self._page_timeout_s)

    def _start(self) -> ProcessPool:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([_WARM])
        return ProcessPool(
            max_workers=self._n_workers,
            max_tasks=PAGES_PER_WORKER,
            initializer=_prepare_worker,
            initargs=(self._sources, self._extract_one),
            context=context,
        )

    def _restart(self, unfinished: list[_Task]) -> None:
        """Replace a broken pool and hand it the tasks that have no result."""
        self._replace()
        for task in unfinished:
            if not task.future.done() or isinstance(task.future.exception(), BrokenExecutor):
                task.future = self._submit(task.work)

    def _replace(self) -> None:
        self._n_breaks += 1
        if self._n_breaks > _MAX_BREAKS:
            raise WorkersBrokenError(f"{self._n_breaks} worker pools broke in a row")
        self._end()
        self._pool = self._start()

    def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble has no annotations there
        self._pool.join()


def _lost(work: _Work, reason: RejectionReason, detail: str) -> CaptureRead:
    """Return what is staged of a capture whose worker died or was stopped; the parent reads it from the archive."""
    stored = work.place.read()
    return _read(work, stored, _rejected(stored.capture, reason, detail))


def _rejected(capture: Capture, reason: RejectionReason, detail: str) -> Extraction:
    return Extraction(capture_id=capture.capture_id, records=(Rejection(reason=reason, detail=detail),))


def _read(work: _Work, stored: StoredCapture, extraction: Extraction | None) -> CaptureRead:
    it = stored.capture
    return CaptureRead(
        stored=replace(stored, capture=replace(it, body=b"")),
        reservation=work.rights.reservation(it.final_url, it.headers, it.body),
        extraction=extraction,
    )


_worker_sources: dict[str, Source] = {}
_worker_extract: list[ExtractOne] = []
"""What a worker was given when it started; empty in every other process."""


def _prepare_worker(sources: dict[str, Source], extract_one: ExtractOne) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY_BYTES, WORKER_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _worker_sources.update(sources)
    _worker_extract.append(extract_one)
    # trafilatura warns of every page in which it finds nothing; our records say so with a reason.
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)


def _work_in_worker(work: _Work) -> CaptureRead:
    stored = work.place.read()  # not caught below: when this fails, the archive is damaged, not the page
    is_entry = stored.capture.role is CaptureRole.ENTRY
    return _read(work, stored, None if is_entry else _extract_in_worker(stored.capture))


def _extract_in_worker(capture: Capture) -> Extraction:
    try:
        return _worker_extract[0](capture, _worker_sources[capture.source_id])
    except Exception as error:  # the worker's edge: a fault of ours or of a library costs this page only
        return _rejected(capture, RejectionReason.CRASHED, f"{type(error).__name__}: {error}"[:300])
