"""robots.txt by RFC 9309, which Scrapy's own middleware does not keep: where it cannot be had, we stay away.

2xx: parsed, also when parts make no sense. 4xx: no rules. 5xx, 429, unreachable, too many redirects: nothing is
fetched from the host (2.3.1.4), and the host rests for an hour or more. Redirects are followed to any host, and the
rules hold for the first (2.3.1.2). The copy lives as long as the crawl, well below the 24 h of 2.4. Crawl-delay raises
the delay of the host.
"""

import logging
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from scrapers.answers import Answer, BodyTooBigError, UnusableBodyError, read_answer
from scrapers.challenges import find_challenge
from scrapers.fetch_errors import FETCH_ERRORS, describe, is_tls_error
from scrapers.politeness import CrawlEndingError, DailyBudgetError, HostBlockedError, HostClosedError, PaceMiddleware
from scrapers.records import FailReason

logger = logging.getLogger(__name__)

ROBOTS_MAX_BYTES = 512 * 1024
"""What is parsed; the RFC asks for at least 500 KiB (2.5). A longer file is cut at a line end."""

REDIRECTS_MAX = 5
"""The RFC asks for at least five (2.3.1.2)."""

SITE_FILE_ANSWERED = object()
"""Scrapy signal: a file about the whole site was answered, robots.txt or a statement of rights. `asked_url` is where it
was asked for, `answer` holds it, its instant by the real clock."""


class RobotsDisallowedError(IgnoreRequest):
    """robots.txt does not let us fetch this URL."""


class RobotsUnreachableError(IgnoreRequest):
    """robots.txt could not be had, so nothing is fetched from its host."""


class InsecureHostError(IgnoreRequest):
    """The host cannot show that it is the one it says, so nothing is fetched from it."""


class UnknownHostError(IgnoreRequest):
    """The name of the host does not resolve, so nothing can be fetched from it."""


class RobotsMiddleware:
    """Downloader middleware that asks the host's robots.txt before anything else is asked of the host."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._user_agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._rules: dict[str, Protego | IgnoreRequest] = {}
        """By origin: the rules, or why nothing is fetched from it in this crawl."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; Scrapy's hook."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise RobotsDisallowedError, RobotsUnreachableError or HostClosedError."""
        if request.meta.get("is_robots"):
            return
        origin = origin_of(request.url)
        if origin not in self._rules:
            self._rules[origin] = await self._ask(origin)
        rules = self._rules[origin]
        if isinstance(rules, IgnoreRequest):
            raise rules
        if not rules.can_fetch(request.url, self._user_agent):
            raise RobotsDisallowedError(f"{origin}/robots.txt")

    async def _ask(self, origin: str) -> Protego | IgnoreRequest:
        try:
            answer = await self._fetch(f"{origin}/robots.txt")
        except (CrawlEndingError, DailyBudgetError):
            raise
        except HostClosedError as error:
            return error
        except (BodyTooBigError, UnusableBodyError, IgnoreRequest, *FETCH_ERRORS) as error:
            if is_tls_error(error):
                self._pace.close(origin, FailReason.TLS, describe(error))
                return InsecureHostError(describe(error))
            if isinstance(error, CannotResolveHostError):
                self._pace.close(origin, FailReason.DNS, describe(error))
                return UnknownHostError(describe(error))
            return self._stay_away(origin, describe(error))
        return self._read(answer, origin)

    async def _fetch(self, url: str) -> Answer:
        asked_url = url
        for _ in range(REDIRECTS_MAX + 1):
            request = Request(url, callback=NO_CALLBACK, meta={"is_robots": True})
            response = await self._download(request, is_first=url == asked_url)
            location = _location(response)
            if location is None:
                answer = read_answer(response, datetime.now(UTC), self._max_bytes)
                self._crawler.signals.send_catch_log(SITE_FILE_ANSWERED, asked_url=asked_url, answer=answer)
                return answer
            url = urljoin(url, location)
        raise UnusableBodyError(f"more than {REDIRECTS_MAX} redirects")

    async def _download(self, request: Request, *, is_first: bool) -> Response:
        try:
            return await self._crawler.engine.download_async(request)
        except CannotResolveHostError as error:
            if is_first:
                raise
            raise UnusableBodyError(f"redirects to a host that cannot be had: {describe(error)}") from error

    def _read(self, answer: Answer, origin: str) -> Protego | IgnoreRequest:
        if challenger := find_challenge(answer):
            self._pace.close(origin, FailReason.BLOCKED, why := f"challenge of {challenger} instead of robots.txt")
            return HostBlockedError(why)
        if answer.status >= 500 or answer.status == 429 or answer.status < 200:
            return self._stay_away(origin, f"status {answer.status}")
        self._pace.note_success(origin)
        body = answer.body if answer.status < 300 else b""
        rules = Protego.parse(decode_robots(body))
        delay_s = rules.crawl_delay(self._user_agent)
        if delay_s:
            self._pace.slow_down(origin, float(delay_s))
            logger.info("host=%s crawl_delay_s=%s", urlsplit(origin).hostname, delay_s)
        return rules

    def _stay_away(self, origin: str, why: str) -> RobotsUnreachableError:
        self._pace.close(origin, FailReason.ROBOTS_UNREACHABLE, f"robots.txt: {why}")
        return RobotsUnreachableError(why)

    @property
    def _pace(self) -> PaceMiddleware:
        pace = self._crawler.get_downloader_middleware(PaceMiddleware)
        assert pace is not None, "settings.py enables it"  # noqa: S101 - an invariant of our own
        return pace


def origin_of(url: str) -> str:
    """Scheme, host and port of an address: what a robots.txt holds for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def decode_robots(body: bytes) -> str:
    """Return the text of a robots.txt: UTF-8, or UTF-16 with its mark; at most ROBOTS_MAX_BYTES, cut at a line end."""
    if len(body) > ROBOTS_MAX_BYTES:
        body = body[:ROBOTS_MAX_BYTES].rpartition(b"\n")[0]
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    return body.decode(encoding, "replace")


def _location(response: Response) -> str | None:
    if response.status not in (301, 302, 303, 307, 308):
        return None
    location = response.headers.get("Location")
    return location.decode("latin-1").strip() if location else None
