"""The `kabarchy` command as a child process, and what a test may do to the processes that it starts."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tests.pipeline import COMMAND_PATH

COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kabarchy:
    """The command over one data root, whose registry lies in `sources/`."""

    home: Path
    further: Mapping[str, str] = field(default_factory=dict)
    """Variables of the environment besides."""

    @property
    def environment(self) -> dict[str, str]:
        """That of the command: nothing of the operator's, and the code of this checkout wherever it starts."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("KABARCHY_", "PREFECT_"))}
        path = os.pathsep.join([COMMAND_PATH, *filter(None, [os.environ.get("PYTHONPATH")])])
        return {**own, **self.further, "KABARCHY_HOME": str(self.home), "PYTHONPATH": path}

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end."""
        return subprocess.run(
            [*COMMAND, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    @contextlib.contextmanager
    def start(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Start a verb in a process group of its own; what is left of it is killed at the end."""
        log = (self.home.parent / f"{words[0]}.log").open("a")
        with (
            log,
            subprocess.Popen(
                [*COMMAND, *words], env=self.environment, stdout=log, stderr=log, text=True, start_new_session=True
            ) as process,
        ):
            try:
                yield process
            finally:
                process.kill()

    def crawl_of(self, source_id: str) -> int | None:
        """Process id of the crawl of a source under way in this data root."""
        wanted = ["scrapers", "crawl", source_id, "--home", str(self.home)]
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit() and " ".join(wanted) in command_line(folder):
                return int(folder.name)
        return None

    def api(self, path: str, body: object = None, *, method: str | None = None) -> Any:
        """Ask the API of the served Prefect: GET without a body, else POST."""
        port = json.loads((self.home / "prefect" / "serve.json").read_text())["port"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        return wait_for(lambda: _ask(request), seconds=30, what=path)[0]


def _ask(request: urllib.request.Request) -> tuple[Any] | None:
    """Return the answer in a tuple; None when the server is too busy with its database and asks to come again."""
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return (json.loads(response.read() or "null"),)
    except urllib.error.HTTPError as error:
        with error:
            if error.code != 503:
                raise
            return None


def command_line(folder: Path) -> str:
    """Words of a process, from its folder in /proc; empty when it has ended."""
    try:
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:  # it ended while we looked
        return ""


def wait_for(look: Callable[[], _T | None], *, seconds: float, what: str, every_s: float = 0.1) -> _T:
    """Look until something is there; fail naming what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(every_s)
    raise AssertionError(f"{what}: not within {seconds} s")


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that waits to be reaped does not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


class SilentSite:
    """A site that takes connections and never answers: a crawl of it lasts until it is ended."""

    def __init__(self, server: socket.socket) -> None:
        self.address = f"http://127.0.0.1:{server.getsockname()[1]}"
        self.asked: list[socket.socket] = []
        """The connections, held open."""
        threading.Thread(target=self._listen, args=(server,), daemon=True).start()

    def _listen(self, server: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                self.asked.append(server.accept()[0])

    def forget(self) -> None:
        """Close what was asked so far."""
        while self.asked:
            self.asked.pop().close()


@contextlib.contextmanager
def silent_site() -> Iterator[SilentSite]:
    """Run a silent site for the length of a with block."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        site = SilentSite(server)
        try:
            yield site
        finally:
            server.shutdown(socket.SHUT_RDWR)
            site.forget()


def write_source(folder: Path, source_id: str, address: str) -> None:
    """Write the registry file of an outlet with a feed."""
    (folder / f"{source_id}.toml").write_text(
        f"""
name = "{source_id}"
homepage = "{address}/"
country = "KG"
languages = ["ky"]
timezone = "Asia/Bishkek"
delay_s = 0.1
status = {{ state = "enabled", since = 2026-11-20, reason = "test" }}
entries = [{{ kind = "feed", url = "{address}/rss.xml" }}]
""",
        encoding="utf-8",
    )
