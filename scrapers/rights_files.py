"""The files in which a site says what may be made of its pages: asked for once a crawl and origin, and archived.

`/.well-known/tdmrep.json` (W3C TDM Reservation Protocol, 2024) and `/ai.txt`. Nothing is read out of them here: what
they mean is derived from the archive (scrapers.tdm), as with everything else. Where they cannot be had the crawl goes
on: what is known of robots.txt and of each page still counts.
"""

import logging
from datetime import UTC, datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK

from scrapers.answers import BodyTooBigError, UnusableBodyError, read_answer
from scrapers.fetch_errors import FETCH_ERRORS, describe
from scrapers.politeness import CrawlEndingError
from scrapers.retries import TRIES_MAX
from scrapers.robots import SITE_FILE_ANSWERED, origin_of
from scrapers.tdm import RIGHTS_FILES

logger = logging.getLogger(__name__)

_MAX_BYTES = 512 * 1024
"""As much as of a robots.txt."""


class RightsFilesMiddleware:
    """Downloader middleware that asks for the rights files of an origin before its first page. Obeys robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; Scrapy's hook."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Ask for the files when the origin is met for the first time. Raises CrawlEndingError."""
        origin = origin_of(request.url)
        if request.meta.get("is_robots") or request.meta.get("is_rights_file") or origin in self._asked:
            return
        self._asked.add(origin)
        for path in RIGHTS_FILES:
            await self._ask(origin + path)

    async def _ask(self, url: str) -> None:
        request = Request(url, callback=NO_CALLBACK, meta={"is_rights_file": True, "n_tries": TRIES_MAX})
        try:
            response = await self._crawler.engine.download_async(request)
            answer = read_answer(response, datetime.now(UTC), _MAX_BYTES)
        except CrawlEndingError:
            raise
        except (BodyTooBigError, UnusableBodyError, IgnoreRequest, *FETCH_ERRORS) as error:
            logger.info("url=%s not read: %s", url, describe(error))
            return
        self._crawler.signals.send_catch_log(SITE_FILE_ANSWERED, asked_url=url, answer=answer)
