"""The spider: carries the frontier's requests to Scrapy and the answers back. Decides nothing, parses no page."""

import asyncio
import logging
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from scrapers.answers import Answer, BodyTooBigError, UnusableBodyError, read_answer
from scrapers.challenges import find_challenge
from scrapers.clock import Clock
from scrapers.failures import reason_of_error
from scrapers.fetch_errors import describe
from scrapers.frontier import Frontier
from scrapers.http_handler import ABORT_DOWNLOADS
from scrapers.ledger import Ledger
from scrapers.politeness import CRAWL_ENDING, CrawlEndingError, DailyBudgetError, PaceMiddleware
from scrapers.records import FailReason, SkipReason
from scrapers.registry import SitemapEntry
from scrapers.retries import HEALING_STATUSES
from scrapers.robots import SITE_FILE_ANSWERED, RobotsDisallowedError
from scrapers.settings import PAGE_MAX_BYTES
from scrapers.spiders.sitemap import SITEMAP_MAX_BYTES
from scrapers.targets import Ask

logger = logging.getLogger(__name__)

ABORT_AFTER_S = 5.0
"""Time for the answer that is on its way when the crawl is told to stop; all must be over within 10 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What a spider is given to carry out."""

    frontier: Frontier
    ledger: Ledger
    clock: Clock
    asks: list[Ask]
    """What the frontier asks for first."""
    max_seconds: float
    """After which the crawl is ended."""


class SourceSpider(Spider):
    """Crawls one source, whatever the kinds of its entries."""

    name = "source"

    def __init__(self, course: Course, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._course = course
        self._is_ending = False
        self._clock = course.clock
        self.storage_error: Exception | None = None
        """Why archive or visits could not be written; the crawl has ended for it."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider; Scrapy's hook."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.watch, signal=signals.spider_opened)
        crawler.signals.connect(spider.note_site_file, signal=SITE_FILE_ANSWERED)
        crawler.signals.connect(spider.end_for_memory, signal=signals.memusage_warning_reached)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first requests; Scrapy's hook."""
        for ask in self._course.asks:
            yield self._request(ask)

    def watch(self) -> None:
        """End the crawl at its limits, and when the process is told to stop."""
        self._pace.clock = self._clock
        loop = asyncio.get_running_loop()
        loop.call_later(self._course.max_seconds, self.end_crawl, "time_limit")
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end_crawl, "shutdown")

    def end_for_memory(self) -> None:
        """End the crawl at its memory limit; Scrapy has measured."""
        self.end_crawl("memory_limit")

    def end_crawl(self, reason: str) -> None:
        """Send nothing more; what is on its way has ABORT_AFTER_S left."""
        if self._is_ending:
            return
        self._is_ending = True
        logger.info("ending crawl reason=%s", reason)
        loop = asyncio.get_running_loop()
        # In this order: once the engine is closing, it starts nothing in place of what now gives up waiting.
        self._closing = loop.create_task(self.crawler.engine.close_spider_async(reason=reason))
        loop.call_soon(self._send, CRAWL_ENDING)
        loop.call_later(ABORT_AFTER_S, self._send, ABORT_DOWNLOADS)

    def note_site_file(self, asked_url: str, answer: Answer) -> None:
        """Keep a file about a site. Scrapy logs an OSError; the crawl ends at the next page that cannot be written."""
        self._course.ledger.note_site_file(asked_url, replace(answer, received_at=self._clock.now()))

    def answered(self, response: Response, ask: Ask) -> list[Request]:
        """Hand an answer to the frontier; Scrapy's callback."""
        frontier = self._course.frontier
        try:
            answer = read_answer(response, self._clock.now(), _max_bytes(ask))
        except (UnusableBodyError, BodyTooBigError) as error:
            reason, detail = reason_of_error(error, ask.address), str(error)
            return self._requests(lambda: frontier.no_answer(ask, reason, detail))
        if challenger := find_challenge(answer):
            why = f"challenge of {challenger}, status {answer.status}"
            self._pace.close(ask.address, FailReason.BLOCKED, why)
            return self._requests(lambda: frontier.no_answer(ask, FailReason.BLOCKED, why))
        if answer.status not in HEALING_STATUSES:
            self._pace.note_success(ask.address)
        return self._requests(lambda: frontier.answer(ask, replace(answer, url=ask.address)))

    def unanswered(self, failure: Failure) -> list[Request]:
        """Tell the frontier that there is no answer; Scrapy's errback."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy adds it to every errback's failure
        ask: Ask = request.cb_kwargs["ask"]
        error, frontier = failure.value or failure, self._course.frontier
        if isinstance(error, CrawlEndingError):
            return []
        if isinstance(error, RobotsDisallowedError):
            return self._requests(lambda: frontier.no_answer(ask, SkipReason.ROBOTS, str(error)))
        if isinstance(error, DailyBudgetError):
            return self._requests(lambda: frontier.no_answer(ask, SkipReason.DAILY_BUDGET, str(error)))
        return self._requests(lambda: frontier.no_answer(ask, reason_of_error(error, ask.address), describe(error)))

    def _requests(self, decide: Callable[[], list[Ask]]) -> list[Request]:
        with self._storing():
            return [self._request(ask) for ask in decide()]

    @contextmanager
    def _storing(self) -> Iterator[None]:
        """End the crawl when archive or visits cannot be written: Scrapy alone would go on fetching for nothing."""
        try:
            yield
        except (OSError, sqlite3.Error) as error:
            self.storage_error = error
            raise CloseSpider("storage_failed") from error

    def _request(self, ask: Ask) -> Request:
        validators = {"If-None-Match": ask.validators.etag, "If-Modified-Since": ask.validators.last_modified}
        return Request(
            ask.address,
            callback=self.answered,
            errback=self.unanswered,
            cb_kwargs={"ask": ask},
            headers={name: value for name, value in validators.items() if value},
            priority=ask.priority,
            meta={"download_maxsize": _max_bytes(ask), "handle_httpstatus_all": True},
        )

    @property
    def _pace(self) -> PaceMiddleware:
        pace = self.crawler.get_downloader_middleware(PaceMiddleware)
        assert pace is not None, "settings.py enables it"  # noqa: S101 - an invariant of our own
        return pace

    def _send(self, what: object) -> None:
        self.crawler.signals.send_catch_log(what)


def _max_bytes(ask: Ask) -> int:
    return SITEMAP_MAX_BYTES if isinstance(ask.target.entry, SitemapEntry) else PAGE_MAX_BYTES
