"""When the next request to a host may go out: one at a time, the source's delay apart, later when the host asks for it.

Pure waiting: the delay of the source, robots.txt's Crawl-delay, Retry-After and back-off all come together here, in one
table by host. Every request passes, robots.txt and retries included.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

logger = logging.getLogger(__name__)

CRAWL_DELAY_MAX_S = 120.0
"""More is not waited for (as Common Crawl does): one page in two minutes is already next to nothing."""

HOLD_MAX_S = 600.0
"""A host that asks for a longer pause is left alone for the rest of the crawl; the next crawl tries again."""

FAILURES_MAX = 5
"""After so many failures in a row a host rests for the remainder of the crawl."""


CRAWL_ENDING = object()
"""Scrapy signal: nothing more is sent; what waits for its turn fails with CrawlEndingError."""


class HostClosedError(IgnoreRequest):
    """The host rests for the remainder of this crawl; no request was sent."""


class CrawlEndingError(IgnoreRequest):
    """The crawl is ending; no request was sent, and the URL had no turn."""


@dataclass(slots=True)
class _Host:
    delay_s: float
    next_at_s: float = 0.0
    n_failures: int = 0
    closed_because: str | None = None


class PaceMiddleware:
    """Downloader middleware that lets each request out when its host's turn has come."""

    def __init__(self, delay_s: float) -> None:
        self._delay_s = delay_s
        self._hosts: dict[str, _Host] = {}
        self._ending = asyncio.Event()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; Scrapy's hook."""
        pace = cls(crawler.settings.getfloat("DOWNLOAD_DELAY"))
        crawler.signals.connect(pace.end, signal=CRAWL_ENDING)
        return pace

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn. Raises HostClosedError or CrawlEndingError instead of sending."""
        host = self._host(request.url)
        while (wait_s := host.next_at_s - time.monotonic()) > 0 and not self._ending.is_set():
            await self._pause(wait_s)
        if self._ending.is_set():
            raise CrawlEndingError("the crawl is ending")
        if host.closed_because:
            raise HostClosedError(host.closed_because)
        host.next_at_s = time.monotonic() + host.delay_s

    def end(self) -> None:
        """Let nothing out any more, and wake what waits."""
        self._ending.set()

    def slow_down(self, url: str, delay_s: float) -> None:
        """Raise the delay of a host to what it asks for, up to CRAWL_DELAY_MAX_S; never lower it."""
        host = self._host(url)
        wished_s = min(delay_s, CRAWL_DELAY_MAX_S)
        host.next_at_s += max(0.0, wished_s - host.delay_s)
        host.delay_s = max(host.delay_s, wished_s)

    def hold(self, url: str, pause_s: float, why: str) -> bool:
        """Send nothing to a host for a while. Returns False when that is too long: then the host is closed."""
        host = self._host(url)
        if pause_s > HOLD_MAX_S:
            host.closed_because = f"{why}: pause of {pause_s:.0f} s"
            logger.warning("host=%s closed for this crawl: %s", urlsplit(url).hostname, host.closed_because)
            return False
        host.next_at_s = max(host.next_at_s, time.monotonic() + pause_s)
        return True

    def note_failure(self, url: str, why: str) -> None:
        """Count a failure of a host; after FAILURES_MAX in a row it rests."""
        host = self._host(url)
        host.n_failures += 1
        if host.n_failures >= FAILURES_MAX and not host.closed_because:
            host.closed_because = f"{FAILURES_MAX} failures in a row, last {why}"
            logger.warning("host=%s closed for this crawl: %s", urlsplit(url).hostname, host.closed_because)

    def note_success(self, url: str) -> None:
        """A host has answered as it should."""
        self._host(url).n_failures = 0

    def _host(self, url: str) -> _Host:
        return self._hosts.setdefault(urlsplit(url).hostname or "", _Host(self._delay_s))

    async def _pause(self, wait_s: float) -> None:
        try:
            await asyncio.wait_for(self._ending.wait(), wait_s)
        except TimeoutError:
            return
