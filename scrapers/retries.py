"""One more try for what time heals: server errors, 429, time-outs, lost connections. Never at once.

The pause is what Retry-After asks for, else it grows with the source's own delay; it holds the whole host.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from scrapers.address_guard import refused_address
from scrapers.fetch_errors import HEALING_ERRORS, is_tls_error
from scrapers.politeness import PaceMiddleware

TRIES_MAX = 2
"""Requests for one URL in one crawl: more would triple the load of a host in trouble; the next crawl tries again."""

BACKOFF_DELAYS = 4
"""The pause before a retry, in delays of the source (5 s gives 20 s)."""

HEALING_STATUSES = frozenset({429, 500, 502, 503, 504})
"""What says that the host is in trouble, not that the page is."""

_ASKING_STATUSES = frozenset({429, 503})
"""Those whose Retry-After is about the host (RFC 9110, 10.2.3)."""


class RetryMiddleware:
    """Downloader middleware that asks once more, after a pause that the pace of the host keeps."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._backoff_s = crawler.settings.getfloat("DOWNLOAD_DELAY") * BACKOFF_DELAYS

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware; Scrapy's hook."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Ask once more after a status that time heals; else let the response pass."""
        if response.status not in HEALING_STATUSES:
            return response
        wished_s = retry_after_s(response.headers.get("Retry-After"), datetime.now(UTC))
        pause_s = wished_s if wished_s is not None and response.status in _ASKING_STATUSES else self._backoff_s
        return self._again(request, pause_s, f"status {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """Ask once more after a failure that time heals."""
        is_refused = refused_address(urlsplit(request.url).hostname or "") is not None
        if not isinstance(exception, HEALING_ERRORS) or is_refused or is_tls_error(exception):
            return None
        return self._again(request, self._backoff_s, type(exception).__name__)

    @property
    def _pace(self) -> PaceMiddleware:
        pace = self._crawler.get_downloader_middleware(PaceMiddleware)
        assert pace is not None, "settings.py enables it"  # noqa: S101 - an invariant of our own
        return pace

    def _again(self, request: Request, pause_s: float, why: str) -> Request | None:
        pace = self._pace
        pace.note_failure(request.url, why)
        n_tries = request.meta.get("n_tries", 1)
        if not pace.hold(request.url, pause_s, why) or n_tries >= TRIES_MAX:
            return None
        again = request.copy()
        again.meta["n_tries"] = n_tries + 1
        return again


def retry_after_s(value: bytes | None, now: datetime) -> float | None:
    """Read Retry-After: seconds, or a date; None when absent or neither. Never negative."""
    text = (value or b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])  # more digits than a float of seconds has use for
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
