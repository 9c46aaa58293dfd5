"""robots.txt by RFC 9309, which Scrapy's own middleware does not keep: where it cannot be had, we stay away.

2xx: parsed, also when parts make no sense. 4xx: no rules. 5xx, 429, unreachable, too many redirects: nothing is
fetched from the host (2.3.1.4). Redirects are followed to any host, and the rules hold for the first (2.3.1.2). The
copy lives as long as the crawl, well below the 24 h of 2.4. Crawl-delay raises the delay of the host.
"""

import logging
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urljoin, urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from scrapers.answers import Answer, BodyTooBigError, UnusableBodyError, read_answer
from scrapers.fetch_errors import FETCH_ERRORS, describe
from scrapers.politeness import CrawlEndingError, PaceMiddleware

logger = logging.getLogger(__name__)

ROBOTS_MAX_BYTES = 512 * 1024
"""What is parsed; the RFC asks for at least 500 KiB (2.5). A longer file is cut at a line end."""

REDIRECTS_MAX = 5
"""The RFC asks for at least five (2.3.1.2)."""


ROBOTS_ANSWERED = object()
"""Scrapy signal: a robots.txt was answered; `answer` holds it, its instant by the real clock."""


class RobotsDisallowedError(IgnoreRequest):
    """robots.txt does not let us fetch this URL."""


class RobotsUnreachableError(IgnoreRequest):
    """robots.txt could not be had, so nothing is fetched from its host."""


class RobotsMiddleware:
    """Downloader middleware that asks the host's robots.txt before anything else is asked of the host."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._user_agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._max_bytes = crawler.settings.getint("DOWNLOAD_MAXSIZE")
        self._rules: dict[str, Protego | str] = {}
        """By origin: the rules, or why they could not be had."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; Scrapy's hook."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, or raise RobotsDisallowedError or RobotsUnreachableError."""
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            self._rules[origin] = await self._ask(origin)
        rules = self._rules[origin]
        if isinstance(rules, str):
            raise RobotsUnreachableError(rules)
        if not rules.can_fetch(request.url, self._user_agent):
            raise RobotsDisallowedError(f"{origin}/robots.txt")

    async def _ask(self, origin: str) -> Protego | str:
        try:
            answer = await self._fetch(f"{origin}/robots.txt")
        except CrawlEndingError:
            raise
        except (BodyTooBigError, UnusableBodyError, IgnoreRequest, *FETCH_ERRORS) as error:
            return describe(error)
        return self._read(answer, origin)

    async def _fetch(self, url: str) -> Answer:
        for _ in range(REDIRECTS_MAX + 1):
            request = Request(url, callback=NO_CALLBACK, meta={"is_robots": True})
            response = await self._crawler.engine.download_async(request)
            location = _location(response)
            if location is None:
                return read_answer(response, datetime.now(UTC), self._max_bytes)
            url = urljoin(url, location)
        raise UnusableBodyError(f"more than {REDIRECTS_MAX} redirects")

    def _read(self, answer: Answer, origin: str) -> Protego | str:
        self._crawler.signals.send_catch_log(ROBOTS_ANSWERED, answer=answer)
        if answer.status >= 500 or answer.status == 429 or answer.status < 200:
            return f"status {answer.status}"
        body = answer.body if answer.status < 300 else b""
        rules = Protego.parse(decode_robots(body))
        delay_s = rules.crawl_delay(self._user_agent)
        pace = self._crawler.get_downloader_middleware(PaceMiddleware)
        if delay_s and pace is not None:
            pace.slow_down(origin, float(delay_s))
            logger.info("host=%s crawl_delay_s=%s", urlsplit(origin).hostname, delay_s)
        return rules


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
