"""The catalogue over HTTP on this machine: `/` is site/, `/releases/` is releases/, with byte ranges.

Ranges let DuckDB and pandas read a part of a Parquet file. Only GET and HEAD, only loopback, nothing whose name begins
with a dot (releases being built), no listing of folders, and no internal release, should a person put one there.
"""

import logging
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from exports.documents import NOTICE

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 2**16
_POLL_S = 0.1
"""How soon the server notices that it shall stop."""
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


@contextmanager
def serve_catalogue(site: Path, releases: Path, *, port: int) -> Iterator[str]:
    """Serve the catalogue for the length of a with block; yields its address. Port 0: any free one.

    Raises OSError when the port is taken.
    """
    handler = type("_BoundHandler", (_Handler,), {"site": site, "releases": releases})
    with _Server(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_S,), name="catalogue", daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that went away is no event; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            logger.exception("client=%s", client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: Path
    releases: Path

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Keep no access log: it is one machine's own reader."""

    def _answer(self, *, with_body: bool) -> None:
        path = self._find(unquote(urlsplit(self.path).path))
        if path is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with path.open("rb") as file:
            size = path.stat().st_size
            span = self._range(size)
            if span is None:
                self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
                self.send_header("Content-Range", f"bytes */{size}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self._send_head(path, span, size)
            if with_body:
                self._send_part(file, span)

    def _find(self, address: str) -> Path | None:
        """Return the file of an address, None when there is none that may be shown."""
        parts = [part for part in address.split("/") if part]
        if any(part.startswith(".") or "\\" in part or "\0" in part for part in parts):
            return None
        if parts[:1] == ["releases"] and self.releases.joinpath(*parts[1:2], NOTICE).exists():
            return None
        path = self.releases.joinpath(*parts[1:]) if parts[:1] == ["releases"] else self.site.joinpath(*parts)
        path = path / "index.html" if path.is_dir() else path
        return path if path.is_file() else None

    def _range(self, size: int) -> tuple[int, int] | None:
        """Return first and last byte asked for (RFC 9110 section 14); None when there are no such bytes."""
        match = _RANGE.match(self.headers.get("Range", ""))
        if not match or match.groups() == ("", ""):  # several ranges or none: the whole file, as the RFC allows
            return 0, size - 1
        first, last = match.groups()
        start = int(first) if first else max(size - int(last), 0)
        end = min(int(last), size - 1) if first and last else size - 1
        return (start, end) if start <= end else None

    def _send_head(self, path: Path, span: tuple[int, int], size: int) -> None:
        start, end = span
        match = _RANGE.match(self.headers.get("Range", ""))
        is_part = match is not None and match.groups() != ("", "")  # the whole as a range too: clients insist on 206
        self.send_response(HTTPStatus.PARTIAL_CONTENT if is_part else HTTPStatus.OK)
        if is_part:
            self.send_header("Content-Range", f"bytes {start}-{end}/{size}")
        self.send_header("Content-Type", _content_type(path))
        self.send_header("Content-Length", str(end - start + 1))
        self.send_header("Last-Modified", formatdate(path.stat().st_mtime, usegmt=True))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()

    def _send_part(self, file: BinaryIO, span: tuple[int, int]) -> None:
        start, end = span
        file.seek(start)
        n_left = end - start + 1
        while n_left and (chunk := file.read(min(_CHUNK_BYTES, n_left))):
            self.wfile.write(chunk)
            n_left -= len(chunk)


def _content_type(path: Path) -> str:
    kind, encoding = guess_type(path.name)
    if encoding or kind is None:  # articles.csv.gz is a gzip file to download, not CSV on the wire
        return "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/json" else kind
