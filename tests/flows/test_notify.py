"""Who is told of a run that went wrong, and how often."""

import asyncio
import json
import threading
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows.notify import Notification, tell
from flows.settings import Settings

TOLD = Notification(
    at=datetime(2026, 11, 22, tzinfo=UTC),
    flow_run_id="f1",
    flow_run="run 2026-11-22 12:00",
    state="Degraded",
    message="m",
)


@contextmanager
def webhook(status: int) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A receiver on this machine that answers with one status; yields its address and what it was sent."""
    received: list[dict[str, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hook", received
        server.shutdown()


def told_now(home: Path, url: str | None) -> bool:
    settings = Settings(home=home, sources=home, notify_url=url)
    return asyncio.run(tell.fn(settings, home / "logs" / "notifications.jsonl", TOLD))


def test_a_webhook_gets_the_run_once_and_the_log_keeps_it(tmp_path: Path) -> None:
    with webhook(204) as (url, received):
        told = [told_now(tmp_path, url), told_now(tmp_path, url)]

    lines = (tmp_path / "logs" / "notifications.jsonl").read_text(encoding="utf-8").splitlines()
    assert told == [True, False]
    assert received == [json.loads(line) for line in lines] == [json.loads(TOLD.model_dump_json())]


def test_a_webhook_that_refuses_is_asked_again(tmp_path: Path) -> None:
    with webhook(503) as (url, _), pytest.raises(urllib.error.HTTPError, match="503"):
        told_now(tmp_path, url)

    assert told_now(tmp_path, None) is True


@pytest.mark.parametrize("damage", [b'{"at":"2026', b"", b"\xff\x00", b'{"flow_run":"f0"}', b"7"])
def test_a_damaged_line_of_the_log_is_named_and_costs_only_itself(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    log_file = tmp_path / "logs" / "notifications.jsonl"
    log_file.parent.mkdir()
    first = TOLD.model_copy(update={"flow_run_id": "f0"}).model_dump_json().encode()
    log_file.write_bytes(first + b"\n" + damage + b"\n")

    told = [told_now(tmp_path, None), told_now(tmp_path, None)]

    assert told == [True, False]
    assert log_file.read_bytes() == b"\n".join((first, damage, TOLD.model_dump_json().encode(), b""))
    assert f"{log_file}:2: no notification, passed over: " in caplog.text
