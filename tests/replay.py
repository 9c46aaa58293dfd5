"""Saved real pages served on loopback as sites with a feed and a sitemap, and what truth is known of them.

The pages belong to their publishers and lie outside the project, in `../shared/corpora`; where they are absent, tests
that need them skip. The scoring is that of the harness beside them (`../shared/bench`).
"""

import gzip
import importlib.util
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.sax.saxutils import escape

SHARED = Path(__file__).parent.parent.parent / "shared"
CORPORA = SHARED / "corpora"


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One page of a corpus and the path under which it is served."""

    path: str
    file: Path
    truth: Mapping[str, Any]

    def body(self) -> bytes:
        """Bytes as saved."""
        return gzip.decompress(self.file.read_bytes())


def saved_pages(corpus: str, limit: int | None) -> list[SavedPage]:
    """Pages from all over a corpus, every n-th; all without a limit."""
    folder = CORPORA / corpus
    lines = (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    step = max(1, len(lines) // limit) if limit else 1
    truths = [json.loads(line) for line in lines[::step][:limit]]
    return [SavedPage(f"/page/{n:04d}.html", folder / truth["file"], truth) for n, truth in enumerate(truths)]


@cache
def harness() -> ModuleType:
    """The scoring harness beside the corpora."""
    return _beside("extraction_bench")


@cache
def adapters() -> ModuleType:
    """Peers behind the harness's interface: callables (html, url) -> dict or None."""
    return _beside("adapters")


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SHARED / "bench" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def served(pages: list[SavedPage]) -> Iterator[str]:
    """Serve pages as a site: the first half in a feed, the rest in a sitemap. Yields its base URL."""
    bodies = {page.path: page.file for page in pages}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            base = f"http://{self.headers['Host']}"
            if self.path == "/feed.xml":
                self._answer(_feed(base, pages[: len(pages) // 2]), "application/rss+xml")
            elif self.path == "/sitemap.xml":
                self._answer(_sitemap(base, pages[len(pages) // 2 :]), "application/xml")
            elif self.path in bodies:
                self._answer(gzip.decompress(bodies[self.path].read_bytes()), "text/html")
            else:
                self.send_error(404)

        def _answer(self, body: bytes, mediatype: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", mediatype)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def source_toml(name: str, base: str) -> str:
    """Registry file of a served site."""
    return f"""
name = "{name}"
homepage = "{base}/"
country = "KG"
languages = ["en"]
timezone = "UTC"
delay_s = 0.0

[status]
state = "enabled"
since = 2026-11-22
reason = "saved pages"

[[entries]]
kind = "feed"
url = "{base}/feed.xml"

[[entries]]
kind = "sitemap"
url = "{base}/sitemap.xml"
"""


def _feed(base: str, pages: list[SavedPage]) -> bytes:
    items = "".join(f"<item><title>{page.path}</title><link>{escape(base + page.path)}</link></item>" for page in pages)
    head = "<?xml version='1.0'?><rss version='2.0'><channel><title>saved</title><link>/</link><description/>"
    return f"{head}{items}</channel></rss>".encode()


def _sitemap(base: str, pages: list[SavedPage]) -> bytes:
    urls = "".join(f"<url><loc>{escape(base + page.path)}</loc></url>" for page in pages)
    head = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
    return f"{head}{urls}</urlset>".encode()
