"""The sample news world as running servers, one an outlet, with a switch for the day.

Inside `with NewsWorld() as world:` the outlets answer at `world.base_urls`; `world.write_registry(folder)` makes them
crawlable and `world.day = 2` turns the page.
"""

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from jinja2 import Environment, StrictUndefined

from samples.channel import render_channel
from samples.clock import DAY_INSTANTS, require_day
from samples.pages import Page, render_outlet
from samples.server import OutletServer, SeenRequest
from samples.stories import OUTLETS, Outlet, load_outlets

__all__ = ["DAY_INSTANTS", "NewsWorld", "PortTakenError", "SeenRequest"]

POLL_S = 0.05
"""How soon a server notices that it shall stop."""


class PortTakenError(OSError):
    """A port that the world should listen on is in use, or the host is not this machine's."""


class NewsWorld:
    """All sample outlets on one host, each on its own port, from `__enter__` to `__exit__`.

    `first_port` 0 takes any free ports; otherwise the outlets, sorted by id, take that port and the next ones.
    Raises PortTakenError naming host and port.
    """

    def __init__(self, *, host: str = "127.0.0.1", first_port: int = 0, day: int = 1) -> None:
        self.requests: list[SeenRequest] = []
        """Every answered request in the order of answering; only ever grows."""
        self.base_urls: Mapping[str, str] = MappingProxyType({})
        """Address of each outlet by source id, without a slash at the end; empty outside the `with` block."""
        self._host = host
        self._first_port = first_port
        self._day = require_day(day)
        self._outlets = load_outlets()
        self._servers: dict[str, OutletServer] = {}
        self._rendered: dict[tuple[str, int], Mapping[str, Page]] = {}
        self._looked_at: set[tuple[str, int, str]] = set()
        self._lock = threading.Lock()

    @property
    def day(self) -> int:
        """The day that is served. Raises ValueError when set to a day that the world does not have."""
        return self._day

    @day.setter
    def day(self, day: int) -> None:
        self._day = require_day(day)

    @property
    def now(self) -> datetime:
        """UTC instant of the present day's crawl."""
        return DAY_INSTANTS[self._day]

    def __enter__(self) -> Self:
        try:
            for position, source_id in enumerate(self._outlets):
                port = self._first_port + position if self._first_port else 0
                self._servers[source_id] = self._open_server(source_id, port)
        except PortTakenError:
            self._close_servers()
            raise
        addresses = {source_id: f"http://{self._host}:{it.server_port}" for source_id, it in self._servers.items()}
        self.base_urls = MappingProxyType(addresses)
        for source_id, server in self._servers.items():
            threading.Thread(
                target=server.serve_forever, args=(POLL_S,), name=f"sample-{source_id}", daemon=True
            ).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers.values():
            server.shutdown()
        self._close_servers()
        self._rendered.clear()
        self._looked_at.clear()
        self.base_urls = MappingProxyType({})

    def write_registry(self, folder: Path) -> list[str]:
        """Write one registry file per outlet, naming the present addresses. Returns the source ids."""
        folder.mkdir(parents=True, exist_ok=True)
        for source_id, base_url in self.base_urls.items():
            (folder / f"{source_id}.toml").write_text(_source_toml(source_id, base_url), encoding="utf-8")
        return list(self.base_urls)

    def pages(self, source_id: str) -> Mapping[str, Page]:
        """Return what the outlet serves today, by path and query."""
        key = (source_id, self._day)
        with self._lock:
            if key not in self._rendered:
                self._rendered[key] = _render(self._outlets[source_id], self._day, self.base_urls)
            return self._rendered[key]

    def take_first_look(self, source_id: str, path: str) -> bool:
        """Return whether nobody asked for the path today before; from now on somebody has."""
        look = (source_id, self._day, path)
        with self._lock:
            is_first = look not in self._looked_at
            self._looked_at.add(look)
            return is_first

    def note(self, request: SeenRequest) -> None:
        """Remember an answered request."""
        with self._lock:
            self.requests.append(request)

    def _open_server(self, source_id: str, port: int) -> OutletServer:
        try:
            return OutletServer((self._host, port), source_id, self)
        except OSError as error:
            raise PortTakenError(f"cannot serve {source_id} on {self._host} port {port}: {error.strerror}") from error

    def _close_servers(self) -> None:
        for server in self._servers.values():
            server.server_close()
        self._servers.clear()


def _render(outlet: Outlet, day: int, base_urls: Mapping[str, str]) -> Mapping[str, Page]:
    if outlet.channel:
        return render_channel(outlet, outlet.channel, day, base_urls)
    return render_outlet(outlet, day, base_urls)


def _source_toml(source_id: str, base_url: str) -> str:
    template = (OUTLETS / source_id / "source.toml").read_text(encoding="utf-8")
    plain_text = Environment(autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701 - TOML, not HTML
    return plain_text.from_string(template).render(base_url=base_url)
