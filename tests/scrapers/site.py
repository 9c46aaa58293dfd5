"""A site for tests: what each path answers is written down, what was asked is kept."""

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path

from scrapers.tdm import RIGHTS_FILES


@dataclass(frozen=True)
class Reply:
    """What a path answers."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause_s: float = 0.0
    """Before the answer."""
    first: "Reply | None" = None
    """Answered instead, the first time."""


@dataclass(frozen=True)
class Seen:
    """A request that was answered, or is about to be."""

    at: float
    path: str
    headers: Mapping[str, str]


@dataclass
class Site:
    """A running site."""

    url: str
    replies: dict[str, Reply]
    seen: list[Seen] = field(default_factory=list)

    def paths(self) -> list[str]:
        """Paths asked for, in order, robots.txt left out."""
        return [seen.path for seen in self.seen if seen.path != "/robots.txt"]

    def gaps(self) -> list[float]:
        """Seconds between requests."""
        times = [seen.at for seen in self.seen]
        return [later - earlier for earlier, later in pairwise(times)]

    def wait_for(self, n_requests: int, timeout_s: float = 20.0) -> None:
        """Wait until so many requests came in."""
        deadline = time.monotonic() + timeout_s
        while len(self.seen) < n_requests:
            assert time.monotonic() < deadline, f"{len(self.seen)} of {n_requests} requests"
            time.sleep(0.01)


def page(words: str = "Some words.") -> Reply:
    """An article page."""
    return Reply(f"<html><body><article><p>{words}</p></article></body></html>".encode())


def feed(base: str, paths: list[str], **more: str) -> Reply:
    """An RSS feed that links these paths."""
    items = "".join(
        f"<item><title>{path}</title><link>{path if ':' in path else base + path}</link></item>" for path in paths
    )
    body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{items}</channel></rss>"
    return Reply(body.encode(), headers={"Content-Type": "application/rss+xml", **more})


@contextmanager
def served(replies: Mapping[str, Reply] | Callable[[str], Mapping[str, Reply]]) -> Iterator[Site]:
    """Serve replies on a free loopback port; a function gets the base URL first."""
    site = Site("", {})

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            is_first = self.path not in [seen.path for seen in site.seen]
            if self.path in RIGHTS_FILES and self.path not in site.replies:
                self.send_error(404)  # asked for in every crawl; only tests that have such a file count it
                return
            site.seen.append(Seen(time.monotonic(), self.path, dict(self.headers)))
            reply = site.replies.get(self.path, Reply(b"not here", status=404))
            reply = reply.first if reply.first and is_first else reply
            etag = reply.headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                reply = Reply(status=304, headers={"ETag": etag})
            time.sleep(reply.pause_s)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 304 and "X-No-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = "X-No-Length" in reply.headers

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Clients that were killed are part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    site.replies.update(replies(site.url) if callable(replies) else replies)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def endless_headers() -> Iterator[str]:
    """A server that answers robots.txt with 404 and everything else with header lines for ever."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            line = b"X-Filler: " + b"x" * 1000 + b"\r\n"
            try:
                if b"/robots.txt" in connection.recv(4096):
                    connection.sendall(b"HTTP/1.1 404 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                for _ in range(200_000):
                    connection.sendall(line)
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)  # to close it alone would leave the thread waiting until the process ends
        listener.close()
        accepting.join()


def write_source(home: Path, base: str, *, entries: str | None = None, rules: str = "", delay_s: float = 0.02) -> None:
    """Write the registry file of source `site`."""
    folder = home / "sources"
    folder.mkdir(parents=True, exist_ok=True)
    entries = entries or f'[[entries]]\nkind = "feed"\nurl = "{base}/feed.xml"\n'
    text = f"""
name = "Site"
homepage = "{base}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = {delay_s}

[status]
state = "enabled"
since = 2026-11-20
reason = "test"

{entries}
{rules}
"""
    (folder / "site.toml").write_text(text, encoding="utf-8")
