"""Extraction in worker processes that can be killed: a page that hangs or crashes costs only itself.

Into a worker go captures (frozen values, bytes) one by one, out of it come extractions; the sources go in once, when it
starts. Workers are spawned, never forked: the caller may have threads. Each is replaced after a number of pages, so
that what libraries leak stays bounded, and lives under a memory limit.

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
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from scrapers.extraction.extract import extract
from scrapers.extraction.language import detect_language
from scrapers.records import Capture, Extraction, Rejection, RejectionReason
from scrapers.registry import Source

PAGES_PER_WORKER = 500
"""Pages after which a worker is replaced. Starting one costs about 1 s of CPU, so 500 pages pay 2 ms each for it."""

WORKER_MEMORY_BYTES = 2 * 2**30
"""Address space of a worker. Warmed up it has 0.45 GB, with the worst pages that pass the screen 0.8 GB (measured
2026-11-22); the rest is slack for machines with more cores, where numpy reserves more."""

MAX_ATTEMPTS = 3
"""Tries of a page whose worker died: one wrong accusation by pebble, and one more for bad luck."""

_WINDOW_PER_WORKER = 8  # captures handed out ahead: keeps workers busy while the oldest page is slow, bounds memory
_LOST_AFTER_S = 60.0  # beyond the page's own timeout: workers start in 1 to 3 s, on a busy machine in ten times that
_MAX_BREAKS = 3  # times that the pool may break without any result between; then workers cannot live here at all


class WorkersBrokenError(Exception):
    """Workers die without having taken a page: the machine is at fault, not a page."""


ExtractOne = Callable[[Capture, Source], Extraction]


@dataclass(slots=True)
class _Task:
    capture: Capture
    future: ProcessFuture[Extraction]
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

    def extract_all(self, captures: Iterable[Capture]) -> Iterator[Extraction]:
        """Extract page captures; results come in the order of the captures."""
        waiting: deque[_Task] = deque()
        for capture in captures:
            waiting.append(_Task(capture, self._submit(capture)))
            if len(waiting) >= _WINDOW_PER_WORKER * self._n_workers:
                yield self._result(waiting)
        while waiting:
            yield self._result(waiting)

    def _result(self, waiting: deque[_Task]) -> Extraction:
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
                    return _rejected(task.capture, RejectionReason.CRASHED, f"worker ended with {error.exitcode}")
                task.attempts += 1
                task.future = self._submit(task.capture)
            except TimeoutError:
                if task.future.done():
                    return _rejected(task.capture, RejectionReason.TIMED_OUT, f"{self._page_timeout_s:g} s")
                self._restart([task, *waiting])
            except BrokenExecutor:
                self._restart([task, *waiting])
            else:
                self._n_breaks = 0
                return result

    def _submit(self, capture: Capture) -> ProcessFuture[Extraction]:
        if not self._pool.active:  # a worker died while all were idle, between two crawls for example
            self._replace()
        return self._pool.schedule(_extract_in_worker, args=(capture,), timeout=self._page_timeout_s)

    def _start(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._n_workers,
            max_tasks=PAGES_PER_WORKER,
            initializer=_prepare_worker,
            initargs=(self._sources, self._extract_one),
            context=multiprocessing.get_context("spawn"),
        )

    def _restart(self, unfinished: list[_Task]) -> None:
        """Replace a broken pool and hand it the tasks that have no result."""
        self._replace()
        for task in unfinished:
            if not task.future.done() or isinstance(task.future.exception(), BrokenExecutor):
                task.future = self._submit(task.capture)

    def _replace(self) -> None:
        self._n_breaks += 1
        if self._n_breaks > _MAX_BREAKS:
            raise WorkersBrokenError(f"{self._n_breaks} worker pools broke in a row")
        self._end()
        self._pool = self._start()

    def _end(self) -> None:
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble has no annotations there
        self._pool.join()


def _rejected(capture: Capture, reason: RejectionReason, detail: str) -> Extraction:
    return Extraction(capture_id=capture.capture_id, records=(Rejection(reason=reason, detail=detail),))


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
    detect_language("warm up: the model is read now, outside the time of the first page", ())


def _extract_in_worker(capture: Capture) -> Extraction:
    try:
        return _worker_extract[0](capture, _worker_sources[capture.source_id])
    except Exception as error:  # the worker's edge: a fault of ours or of a library costs this page only
        return _rejected(capture, RejectionReason.CRASHED, f"{type(error).__name__}: {error}"[:300])
