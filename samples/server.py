"""A small real HTTP server for one sample outlet: conditional requests, gzip, a first answer that fails, redirects.

Knows nothing of stories: it asks the world for the outlet's `Page`s. Quiet, and indifferent to clients that hang up.
"""

import gzip
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from samples.pages import Page, http_date

IDLE_S = 10
"""A kept-alive connection is closed after this silence: longer than the delay between two requests of any crawl."""
GZIP_FROM_BYTES = 256
"""Smaller bodies gain nothing."""

_TRACKING = ("utm_", "fbclid", "gclid", "yclid")


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRequest:
    """A request that the world has answered."""

    source_id: str
    at: float
    """Seconds of the monotonic clock, when the request had been read."""
    method: str
    path: str
    """With query, as sent."""
    user_agent: str | None
    headers: Mapping[str, str]
    status: int


class World(Protocol):
    """What a server asks of the world that it belongs to."""

    @property
    def now(self) -> datetime:
        """The world's present instant."""

    def pages(self, source_id: str) -> Mapping[str, Page]:
        """Return what the outlet serves today, by path and query."""

    def take_first_look(self, source_id: str, path: str) -> bool:
        """Return whether nobody asked for the path today before; from now on somebody has."""

    def note(self, request: SeenRequest) -> None:
        """Remember an answered request."""


class OutletServer(ThreadingHTTPServer):
    """Serves one outlet on one port."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], source_id: str, world: World) -> None:
        self.source_id = source_id
        self.world = world
        super().__init__(address, _Handler)

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Say nothing of a client that hung up or fell silent; report everything else as usual."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sample-news"
    sys_version = ""
    timeout = IDLE_S
    server: OutletServer

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        server, at = self.server, time.monotonic()
        page = _find(server.world.pages(server.source_id), self.path)
        if page.fails_first and server.world.take_first_look(server.source_id, self.path):
            page = Page(status=500)
        elif _is_unchanged(page, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")):
            page = Page(status=304, body=b"", etag=page.etag, last_modified=page.last_modified)
        server.world.note(self._seen(at, page.status))
        self._send(page)

    def _seen(self, at: float, status: int) -> SeenRequest:
        return SeenRequest(
            source_id=self.server.source_id,
            at=at,
            method=self.command,
            path=self.path,
            user_agent=self.headers.get("User-Agent"),
            headers=dict(self.headers.items()),
            status=status,
        )

    def _send(self, page: Page) -> None:
        is_packed = len(page.body) >= GZIP_FROM_BYTES and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(page.body, mtime=0) if is_packed else page.body
        self.send_response(page.status)
        for name, value in _headers(page).items():
            self.send_header(name, value)
        if is_packed:
            self.send_header("Content-Encoding", "gzip")
        if page.status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the world's time, which is not the machine's."""
        return http_date(self.server.world.now)

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet: `NewsWorld.requests` has it all."""


def _find(pages: Mapping[str, Page], path: str) -> Page:
    page = pages.get(path) or pages.get(_without_tracking(path))
    return page or Page(status=404)


def _without_tracking(path: str) -> str:
    parts = urlsplit(path)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if not name.startswith(_TRACKING)]
    return parts._replace(query=urlencode(kept)).geturl()


def _is_unchanged(page: Page, if_none_match: str | None, if_modified_since: str | None) -> bool:
    """Decide a conditional request; the tag goes before the date (RFC 9110, section 13.2.2)."""
    if page.status != 200:
        return False
    if if_none_match is not None:
        return page.etag is not None and page.etag in {tag.strip() for tag in if_none_match.split(",")}
    if if_modified_since is None or page.last_modified is None:
        return False
    try:
        return page.last_modified <= parsedate_to_datetime(if_modified_since)
    except ValueError:
        return False


def _headers(page: Page) -> dict[str, str]:
    values = {
        "Content-Type": page.content_type if page.status != 304 else None,
        "Location": page.location,
        "ETag": page.etag,
        "Last-Modified": http_date(page.last_modified) if page.last_modified else None,
        "Vary": "Accept-Encoding" if page.status == 200 else None,
    }
    return {name: value for name, value in values.items() if value is not None}
