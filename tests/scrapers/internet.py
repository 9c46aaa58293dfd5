"""A small internet on loopback: each host has its own address, answers raw bytes, and writes down who asked it what.

Which faults its hosts have, and which other tests show what becomes of the rest, stands in `FAULTS.md`.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

Answer = bytes | Callable[[socket.socket], None]
"""The bytes of a response, or what is done with the connection."""

Routes = Mapping[str, Answer]


def http(body: bytes = b"", status: int = 200, **headers: str) -> bytes:
    """A response; underscores in the names of headers stand for hyphens. The length is stated unless it is given."""
    said = {"Connection": "close", "Content-Length": str(len(body))} | {
        k.replace("_", "-"): v for k, v in headers.items()
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in said.items() if value)
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body


def redirect(to: str, status: int = 302, **headers: str) -> bytes:
    """A redirect."""
    return http(status=status, Location=to, **headers)


def drip(start: bytes) -> Callable[[socket.socket], None]:
    """A response that begins and then gives a byte now and then, for ever."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)

    return send


def endless(start: bytes, more: bytes) -> Callable[[socket.socket], None]:
    """A response that never ends."""

    def send(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(200_000):
            connection.sendall(more)

    return send


def hang_up(connection: socket.socket) -> None:
    """No answer, and no connection any more."""
    connection.shutdown(socket.SHUT_RDWR)


def silent(connection: socket.socket) -> None:
    """No answer."""
    connection.settimeout(30)
    connection.recv(1)


def reset(connection: socket.socket) -> None:
    """A connection that is cut in the middle of the page."""
    connection.sendall(b"HTTP/1.1 200 X\r\nContent-Length: 5000\r\n\r\n<html><p>half")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")


@dataclass
class Internet:
    """The hosts that run, and what each was asked: (instant, path, head of the request)."""

    port: int
    addresses: dict[str, str]
    """By name of the host."""
    routes: dict[str, Routes] = field(default_factory=dict)
    seen: dict[str, list[tuple[float, str, str]]] = field(default_factory=dict)
    n_at_once: dict[str, int] = field(default_factory=dict)
    """Most exchanges that a host had under way at one instant."""
    _n_open: dict[str, int] = field(default_factory=dict)

    def base(self, name: str) -> str:
        """Where a host is."""
        return f"http://{self.addresses[name]}:{self.port}"

    def paths(self, name: str) -> list[str]:
        """What a host was asked, files about the whole site left out."""
        about = ("/robots.txt", "/ai.txt", "/.well-known/tdmrep.json")
        return [path for _, path, _ in self.seen[name] if path not in about]

    def gaps(self, name: str) -> list[float]:
        """Seconds between the requests to a host."""
        times = [at for at, _, _ in self.seen[name]]
        return [later - earlier for earlier, later in pairwise(times)]

    def serve(self, name: str, connection: socket.socket) -> None:
        """Answer one request and close."""
        with connection, contextlib.suppress(OSError, IndexError):
            head = connection.recv(65536).decode("latin-1")
            path = head.split(" ", 2)[1]
            self.seen[name].append((time.monotonic(), path, head))
            self._n_open[name] += 1
            self.n_at_once[name] = max(self.n_at_once[name], self._n_open[name])
            try:
                answer = self.routes[name].get(path, http(b"not here", 404))
                answer(connection) if callable(answer) else connection.sendall(answer)
            finally:
                self._n_open[name] -= 1


@contextlib.contextmanager
def running(names: list[str], *, unheard: frozenset[str] = frozenset()) -> Iterator[Internet]:
    """Give each name an address and listen there, but for those that are `unheard`: they refuse every connection."""
    addresses = {name: f"127.0.1.{number}" for number, name in enumerate(names, start=1)}
    with contextlib.ExitStack() as stack:
        first = stack.enter_context(socket.create_server((addresses[names[0]], 0)))
        port = first.getsockname()[1]
        internet = Internet(port, addresses)
        listeners = {names[0]: first}
        for name in names[1:]:
            if name not in unheard:
                listeners[name] = stack.enter_context(socket.create_server((addresses[name], port)))
        for counts in (internet.n_at_once, internet._n_open):
            counts.update(dict.fromkeys(names, 0))
        internet.seen.update({name: [] for name in names})
        for name, listener in listeners.items():
            threading.Thread(target=_accept, args=(internet, name, listener), daemon=True).start()
        yield internet
        for listener in listeners.values():
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)


def _accept(internet: Internet, name: str, listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=internet.serve, args=(name, connection), daemon=True).start()
