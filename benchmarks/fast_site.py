"""A site that costs next to nothing: one thread, keep-alive, every answer made beforehand."""

import asyncio
import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def page_body() -> bytes:
    """A page as news sites send it: 25 paragraphs in an invented language within a frame of menus, teasers and script.

    80 kB, six times what they are packed; sixty saved pages have 156 kB on average and a like ratio.
    """
    chance = random.Random(7)  # noqa: S311 - made-up text, no secret
    words = ["".join(chance.choices("aeioukmnprstlbzh", k=chance.randint(3, 9))) for _ in range(3000)]

    def said(n: int) -> str:
        return " ".join(chance.choices(words, k=n)).capitalize()

    menu = "".join(
        f'<li class="menu__item menu__item--top"><a href="/section/{it}/">{it}</a></li>' for it in words[:60]
    )
    teasers = "".join(
        f'<div class="teaser teaser--small"><a class="teaser__link" href="/news/{n}"><img class="teaser__image"'
        f' loading="lazy" src="/media/thumbs/2026/11/{n}.jpg" alt=""><span class="teaser__title">{said(8)}</span></a>'
        f'<time class="teaser__time" datetime="2026-11-20T{n % 24:02d}:00:00+06:00">20.11.2026</time></div>\n'
        for n in range(100)
    )
    script = "".join(f'window.dataLayer.push({{"event":"view","slot":"s{n}","size":[300,{n}]}});\n' for n in range(400))
    text = "".join(f"<p>{said(45)}.</p>\n" for _ in range(25))
    page = f"<html><head><title>{said(9)}</title><script>{script}</script></head><body><ul>{menu}</ul>"
    return f"{page}<article><h1>{said(9)}</h1>{text}</article>{teasers}<ul>{menu}</ul></body></html>".encode()


class FastSite:
    """A running site. Measures who asks it from the first page to the last: time, and processor time."""

    def __init__(self, url: str, n_pages: int) -> None:
        self.url = url
        self.n_pages = 0
        self._n_wanted = n_pages
        self._visitor = 0
        self.took_s = self.cpu_s = 0.0
        """Seconds from the first page asked for to the last, by the clock and of the visitor's processor time."""
        items = "".join(f"<item><title>t</title><link>{url}/news/{n}</link></item>" for n in range(n_pages))
        feed = f"<rss version='2.0'><channel><title>t</title>{items}</channel></rss>".encode()
        self._feed, self._page, self._missing = _answer(feed), _answer(page_body()), _answer(b"", "404 Not Found")

    def expect(self, process_id: int) -> None:
        """Count anew, for a process that is about to ask."""
        self.n_pages, self._visitor = 0, process_id

    def answer(self, head: bytes) -> bytes:
        """The answer to a request."""
        path = head.split(b" ", 2)[1]
        if path.startswith(b"/news/"):
            self.n_pages += 1
            if self.n_pages == 1:
                self._started = self._clocks()
            elif self.n_pages == self._n_wanted:
                now_s, cpu_s = self._clocks()
                self.took_s, self.cpu_s = now_s - self._started[0], cpu_s - self._started[1]
            return self._page
        return self._feed if path == b"/feed.xml" else self._missing

    def _clocks(self) -> tuple[float, float]:
        """Monotonic time, and the processor time of the visitor with all its threads (proc(5), stat, 14 and 15)."""
        if not self._visitor:
            return time.monotonic(), 0.0
        said = Path(f"/proc/{self._visitor}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return time.monotonic(), (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


class _Connection(asyncio.Protocol):
    def __init__(self, site: FastSite) -> None:
        self._site = site

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what a server's protocol is given
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._site.answer(data))  # a request of a crawler fits into one read


@contextmanager
def serving(n_pages: int) -> Iterator[FastSite]:
    """Serve on a free loopback port."""
    loop = asyncio.new_event_loop()
    sites: list[FastSite] = []
    server = loop.run_until_complete(loop.create_server(lambda: _Connection(sites[0]), "127.0.0.1", 0))
    sites.append(FastSite(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", n_pages))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield sites[0]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _answer(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
