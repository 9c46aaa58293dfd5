"""The `kabarchy` command as a child process, and what a test may do to the processes that it starts."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parent.parent.parent
COMMAND = [sys.executable, "-c", "from flows.cli import main; main()"]

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kabarchy:
    """The command over one data root, whose registry lies in `sources/`."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """That of the command: nothing of the operator's, and the code of this checkout wherever it starts."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("KABARCHY_", "PREFECT_"))}
        return {**own, "KABARCHY_HOME": str(self.home), "PYTHONPATH": str(ROOT)}

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end."""
        return subprocess.run(
            [*COMMAND, *words], env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    @contextmanager
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
            if folder.name.isdigit() and " ".join(wanted) in _command_line(folder):
                return int(folder.name)
        return None

    def api(self, path: str, body: object = None) -> Any:
        """Ask the served Prefect's API: GET without a body, else POST."""
        import urllib.request

        port = json.loads((self.home / "prefect" / "serve.json").read_text())["port"]
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.loads(response.read() or "null")


def _command_line(folder: Path) -> str:
    try:
        return (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:  # it ended while we looked
        return ""


def wait_for(look: Callable[[], _T | None], *, seconds: float, what: str) -> _T:
    """Look until something is there; fail naming what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (found := look()) not in (None, False):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")


def is_alive(pid: int) -> bool:
    """Whether a process still runs; one that waits to be reaped does not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@contextmanager
def silent_site() -> Iterator[str]:
    """An address that takes connections and never answers: a crawl of it lasts until it is ended."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


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
