"""When the next request to a host may go out: one at a time, the source's delay apart, later when the host asks for it.

Pure waiting: the delay of the source, robots.txt's Crawl-delay, Retry-After, slow answers, the day's budget and rests
all come together here, over the state that all crawls share (scrapers.hosts). Every request passes, robots.txt and
retries included. The delay runs from the end of one exchange to the beginning of the next, so that whatever the
network does the host never sees two requests closer together. A pace only ever becomes slower.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from scrapers.clock import Clock
from scrapers.counts import counted
from scrapers.failure_classes import pause_after
from scrapers.hosts import HostFile, HostState, host_key, utc_day
from scrapers.records import FailReason

logger = logging.getLogger(__name__)

HOSTS_FOLDER = "KABARCHY_HOSTS"
"""Scrapy setting: the folder of the hosts' shared states."""

REQUESTS_PER_DAY = "KABARCHY_REQUESTS_PER_DAY"
"""Scrapy setting: most requests to one host in one UTC day, by all crawls together."""

CRAWL_DELAY_MAX_S = 120.0
"""More is not waited for (as Common Crawl does): one page in two minutes is already next to nothing."""

HOLD_MAX_S = 600.0
"""A host that asks for a longer pause is left alone until that is over; later crawls keep to it."""

REST_MAX = timedelta(days=7)
"""Nobody means a Retry-After beyond it."""

THROTTLE_MAX_S = 60.0
"""After a slow answer the host has as long a rest as the answer took, up to this: above all a crawl must end."""

FAILURES_MAX = 5
"""After so many failures in a row a host rests; after a rest one failure is enough."""

_TURN_POLL_S = 0.05
"""Between two looks whether another crawl is done with the host: a hundredth of the usual delay."""

CRAWL_ENDING = object()
"""Scrapy signal: nothing more is sent; what waits for its turn fails with CrawlEndingError."""


class HostClosedError(IgnoreRequest):
    """The host rests; no request was sent."""


class HostBlockedError(HostClosedError):
    """The host has turned us away and is left alone for a while; no request was sent."""


class DailyBudgetError(IgnoreRequest):
    """The host has had its requests for this UTC day; no request was sent."""


class CrawlEndingError(IgnoreRequest):
    """The crawl is ending; no request was sent, and the URL had no turn."""


@dataclass(slots=True)
class _Host:
    file: HostFile
    delay_s: float
    sent_at_s: float | None = None
    """When the request went out that has its turn now; None: none has."""
    is_well: bool = True
    """As far as was known when the last request went out: nothing to recover from."""


class PaceMiddleware:
    """Downloader middleware that lets each request out when its host's turn has come."""

    def __init__(self, delay_s: float, folder: Path, requests_per_day: int) -> None:
        self._delay_s = delay_s
        self._folder = folder
        self._requests_per_day = requests_per_day
        self._hosts: dict[str, _Host] = {}
        self._ending = asyncio.Event()
        self.clock = Clock()
        """By which days and rests are told; the spider puts the crawl's own clock here."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; Scrapy's hook."""
        settings = crawler.settings
        pace = cls(settings.getfloat("DOWNLOAD_DELAY"), Path(settings[HOSTS_FOLDER]), settings.getint(REQUESTS_PER_DAY))
        crawler.signals.connect(pace.end, signal=CRAWL_ENDING)
        return pace

    async def process_request(self, request: Request) -> None:
        """Wait for the host's turn and take it.

        Raises HostClosedError, DailyBudgetError or CrawlEndingError instead of sending.
        """
        host = self._host(request.url)
        while not self._ending.is_set() and (wait_s := self._seconds_to_wait(host)) > 0:
            await self._pause(wait_s)
        if self._ending.is_set():
            raise CrawlEndingError("the crawl is ending")

    def process_response(self, request: Request, response: Response) -> Response:
        """End the host's turn; Scrapy's hook."""
        self._end_turn(request)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """End the host's turn; Scrapy's hook. What was refused before it was sent has had none."""
        self._end_turn(request)

    def end(self) -> None:
        """Let nothing out any more, and wake what waits."""
        self._ending.set()

    def slow_down(self, url: str, delay_s: float) -> None:
        """Raise the delay of a host to what it asks for, up to CRAWL_DELAY_MAX_S; never lower it."""
        host = self._host(url)
        host.delay_s = max(host.delay_s, min(delay_s, CRAWL_DELAY_MAX_S))
        with host.file.change() as state:
            if state.talked_at_s is not None:
                state.hold_until(state.talked_at_s + host.delay_s)

    def hold(self, url: str, pause_s: float, why: str) -> bool:
        """Send nothing to a host for a while. Returns False when that is too long to wait: then the host rests."""
        host = self._host(url)
        if pause_s > HOLD_MAX_S:
            pause = min(timedelta(seconds=min(pause_s, REST_MAX.total_seconds())), REST_MAX)
            with host.file.change() as state:
                state.close(self.clock.now(), pause, f"{why}: asks for a pause of {pause_s:.0f} s", is_blocked=False)
            host.is_well = False
            logger.warning("host=%s rests: %s", host_key(url), state.why)
            return False
        with host.file.change() as state:
            state.hold_until(time.monotonic() + pause_s)
        return True

    def note_failure(self, url: str, why: str) -> None:
        """Count a failure of a host; after FAILURES_MAX in a row it rests, after a rest at the first."""
        host = self._host(url)
        with host.file.change() as state:
            state.n_failures += 1
            is_enough = state.n_failures >= FAILURES_MAX or state.n_closings > 0
        host.is_well = False
        if is_enough:
            self.close(url, FailReason.CONNECTION, f"{counted(state.n_failures, 'failure')} in a row, last {why}")

    def close(self, url: str, reason: FailReason, why: str) -> None:
        """Let a host rest as its failures in a row deserve; one that rests already is left to it."""
        host, now = self._host(url), self.clock.now()
        with host.file.change() as state:
            if state.is_closed(now):
                return
            pause = pause_after(reason, state.n_closings + 1)
            state.close(now, pause, why, is_blocked=reason is FailReason.BLOCKED)
        host.is_well = False
        logger.warning("host=%s %s", host_key(url), state.rest)

    def note_success(self, url: str) -> None:
        """A host has answered as it should."""
        host = self._host(url)
        if host.is_well:
            return
        with host.file.change() as state:
            state.recover()
        host.is_well = True

    def _seconds_to_wait(self, host: _Host) -> float:
        """Take the host's turn and return 0, or return how long to wait. Raises HostClosedError, DailyBudgetError."""
        if not host.file.take_turn():
            return _TURN_POLL_S
        try:
            with host.file.change() as state:
                wait_s = self._begin_turn(host, state)
        except IgnoreRequest:
            host.file.end_turn()
            raise
        if wait_s > 0:
            host.file.end_turn()
        return wait_s

    def _begin_turn(self, host: _Host, state: HostState) -> float:
        now, now_s = self.clock.now(), time.monotonic()
        _require_open(state, now, self._requests_per_day)
        wait_s = state.seconds_to_wait(now_s, host.delay_s, HOLD_MAX_S)
        if wait_s == 0:
            state.ask(now_s, utc_day(now))
            host.sent_at_s = now_s
            host.is_well = not (state.n_failures or state.n_closings)
        return wait_s

    def _end_turn(self, request: Request) -> None:
        """Let the next one talk to the host: the delay after the answer, or as long as a slow answer took.

        Written down for all crawls: another may not have read yet that robots.txt asks for it.
        """
        host, now_s = self._host(request.url), time.monotonic()
        if host.sent_at_s is None:
            return
        if host.delay_s > 0:
            with host.file.change() as state:
                state.talked_at_s = now_s
                state.hold_until(now_s + max(host.delay_s, min(now_s - host.sent_at_s, THROTTLE_MAX_S)))
        host.sent_at_s = None
        host.file.end_turn()

    def _host(self, url: str) -> _Host:
        key = host_key(url)
        if key not in self._hosts:
            self._hosts[key] = _Host(HostFile(self._folder, key), self._delay_s)
        return self._hosts[key]

    async def _pause(self, wait_s: float) -> None:
        try:
            await asyncio.wait_for(self._ending.wait(), wait_s)
        except TimeoutError:
            return


def _require_open(state: HostState, now: datetime, requests_per_day: int) -> None:
    if state.is_closed(now):
        kind = HostBlockedError if state.is_blocked else HostClosedError
        raise kind(state.rest)
    if state.day == utc_day(now) and state.n_requests >= requests_per_day:
        raise DailyBudgetError(f"{counted(state.n_requests, 'request')} on {state.day}")
