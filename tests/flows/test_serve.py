"""What a flow engineer relies on, seen on one `kabarchy serve` with a real server, worker and schedule.

The fixture goes through the story once: a scheduled run; a run in which one source crashes and one hangs; a run that
is cancelled; a run from another terminal that is interrupted; the end. The tests look at what came of it.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from samples.world import DAY_INSTANTS, NewsWorld
from scrapers.archive import list_crawls, open_crawl
from scrapers.data_root import DataRoot
from tests.flows.conftest import KEPT, kabarchy_in
from tests.flows.kabarchy import Kabarchy, SilentSite, silent_site, wait_for, write_source

pytestmark = [pytest.mark.timeout(400)]

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}
SILENT = ("crashing", "hanging")
INTERVAL_S = 20
ASK_EVERY_S = 0.5
"""Of a server that takes some 15 ms of the processor to answer."""


@dataclass
class Story:
    kabarchy: Kabarchy
    root: DataRoot
    silent: SilentSite
    addresses: list[str] = field(default_factory=list)
    """What each port of ours listens on."""
    page: str = ""
    """The catalogue over HTTP after the scheduled run."""
    scheduled: dict[str, Any] = field(default_factory=dict)
    degraded: dict[str, Any] = field(default_factory=dict)
    cancelled: dict[str, Any] = field(default_factory=dict)
    releases: list[str] = field(default_factory=list)
    """After each of the first two runs."""
    cancel_took_s: float = 0.0
    interrupt_took_s: float = 0.0
    interrupt_code: int | None = None
    stop_took_s: float = 0.0
    stop_code: int | None = None
    artifacts: list[dict[str, Any]] = field(default_factory=list)


def free_ports(n: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [probe.getsockname()[1] for probe in sockets]
    for probe in sockets:
        probe.close()
    return ports


def ended_run(kabarchy: Kabarchy, run_id: str, *, seconds: float) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        run: dict[str, Any] = kabarchy.api(f"/flow_runs/{run_id}")
        return run if run["state_type"] in ENDED else None

    return wait_for(look, seconds=seconds, what=f"the end of run {run_id}", every_s=ASK_EVERY_S)


def run_by_hand(kabarchy: Kabarchy, **parameters: object) -> str:
    deployment = kabarchy.api("/deployments/name/run/hourly")["id"]
    return str(kabarchy.api(f"/deployments/{deployment}/create_flow_run", {"parameters": parameters})["id"])


def see_scheduled_run(story: Story) -> None:
    """Give the deployment a short schedule and wait until a run that it made has ended."""
    kabarchy = story.kabarchy
    deployment = kabarchy.api("/deployments/name/run/hourly")["id"]
    schedule = {"interval": INTERVAL_S, "anchor_date": datetime.now(UTC).isoformat(), "timezone": "UTC"}
    parameters = {"sources": list(KEPT), "as_of": DAY_INSTANTS[1].isoformat()}
    (made,) = kabarchy.api(
        f"/deployments/{deployment}/schedules", [{"schedule": schedule, "active": True, "parameters": parameters}]
    )
    # On a busy machine the next one comes while this one starts, and is cancelled, as it should be.
    states = {"type": {"any_": ["RUNNING", "COMPLETED", "FAILED", "CRASHED"]}}
    started = {"flow_runs": {"deployment_id": {"any_": [deployment]}, "state": states}}
    run = wait_for(
        lambda: kabarchy.api("/flow_runs/filter", started),
        seconds=90,
        what="a scheduled run's start",
        every_s=ASK_EVERY_S,
    )[0]
    kabarchy.api(f"/deployments/{deployment}/schedules/{made['id']}", method="DELETE")
    story.scheduled = ended_run(kabarchy, run["id"], seconds=120)
    story.releases.append(latest_release(story.root))
    story.artifacts = kabarchy.api("/artifacts/latest/filter", {"limit": 50})


def see_degraded_run(story: Story) -> None:
    """Run with one source that crashes and one that hangs beside one whose outlet has new articles."""
    kabarchy = story.kabarchy
    run_id = run_by_hand(
        kabarchy, sources=[*KEPT, *SILENT], as_of=DAY_INSTANTS[2].isoformat(), max_seconds=10, n_at_once=4
    )
    crashing, hanging = (wait_for(lambda s=s: kabarchy.crawl_of(s), seconds=120, what=f"crawl of {s}") for s in SILENT)
    os.kill(hanging, signal.SIGSTOP)
    os.kill(crashing, signal.SIGSEGV)
    story.degraded = ended_run(kabarchy, run_id, seconds=150)
    story.releases.append(latest_release(story.root))
    told = story.root.logs / "notifications.jsonl"
    wait_for(told.exists, seconds=120, what="the notification")


def see_cancelled_run(story: Story) -> None:
    kabarchy = story.kabarchy
    story.silent.forget()
    run_id = run_by_hand(kabarchy, sources=["hanging"])
    wait_for(lambda: story.silent.asked, seconds=120, what="a request of the crawl")
    asked = time.monotonic()
    kabarchy.api(f"/flow_runs/{run_id}/set_state", {"state": {"type": "CANCELLING"}})
    wait_for(lambda: not kabarchy.crawl_of("hanging"), seconds=120, what="the crawl's end")
    story.cancel_took_s = time.monotonic() - asked
    story.cancelled = ended_run(kabarchy, run_id, seconds=120)


def see_interrupted_run(story: Story) -> None:
    story.silent.forget()
    with story.kabarchy.start("run", "hanging") as process:
        wait_for(lambda: story.silent.asked, seconds=120, what="a request of the crawl")
        process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        story.interrupt_code = process.wait(60)
        story.interrupt_took_s = time.monotonic() - asked


def open_files(root: DataRoot, source_id: str) -> list[Path]:
    return list((root.archive / source_id).rglob("*.open"))


def latest_release(root: DataRoot) -> str:
    return str(json.loads((root.releases / "versions.json").read_text())["latest"])


@contextmanager
def served(story: Story) -> Iterator[None]:
    port, catalogue_port = free_ports(2)
    with story.kabarchy.start("serve", "--port", str(port), "--catalogue-port", str(catalogue_port)) as process:
        wait_for((story.root.prefect / "serve.json").exists, seconds=120, what="serve")
        story.addresses = listening_addresses({port, catalogue_port})
        yield
        with urlopen(f"http://127.0.0.1:{catalogue_port}/", timeout=10) as response:
            story.page = response.read().decode()
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        story.stop_code = process.wait(60)
        story.stop_took_s = time.monotonic() - asked


def listening_addresses(ports: set[int]) -> list[str]:
    """Addresses, as the kernel lists them, of the sockets that listen on these ports."""
    lines = [
        line.split() for path in ("tcp", "tcp6") for line in Path(f"/proc/net/{path}").read_text().splitlines()[1:]
    ]
    local = [words[1].rsplit(":", 1) for words in lines if words[3] == "0A"]
    return [address for address, port in local if int(port, 16) in ports]


@pytest.fixture(scope="module")
def story(world: NewsWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    kabarchy = kabarchy_in(tmp_path_factory.mktemp("served") / "home", world)
    with silent_site() as crashing, silent_site() as hanging:
        story = Story(kabarchy, DataRoot(kabarchy.home), hanging)
        for source_id, site in zip(SILENT, (crashing, hanging), strict=True):
            write_source(story.root.sources, source_id, site.address)
        with served(story):
            see_scheduled_run(story)
            world.day = 2
            see_degraded_run(story)
            see_cancelled_run(story)
            see_interrupted_run(story)
        yield story


def test_a_scheduled_run_completes_and_leaves_a_release(story: Story) -> None:
    assert story.scheduled["auto_scheduled"] is True
    assert (story.scheduled["state_name"], story.scheduled["state"]["message"]) == (
        "Completed",
        story.scheduled["state"]["message"],
    )
    assert story.releases[0] == "2026-11-20"


def test_runs_are_named_for_people(story: Story) -> None:
    scheduled_for = datetime.fromisoformat(story.scheduled["expected_start_time"])

    assert story.scheduled["name"] == f"run {scheduled_for:%Y-%m-%d %H:%M}"


def test_a_run_shows_a_row_for_each_source_and_where_its_release_is(story: Story) -> None:
    artifacts = {artifact["key"]: artifact for artifact in story.artifacts}
    rows = json.loads(artifacts["sources"]["data"])

    assert [(row["source"], row["state"]) for row in rows] == [(source_id, "complete") for source_id in KEPT]
    assert [row["discovered"] - row["fetched"] - row["skipped"] - row["failed"] for row in rows] == [0, 0]
    assert "`2026-11-20`" in artifacts["run"]["data"]
    assert "http://127.0.0.1:" in artifacts["catalogue"]["data"]


def test_one_source_crashing_and_one_hanging_stop_neither_the_others_nor_the_release(story: Story) -> None:
    message = story.degraded["state"]["message"]

    assert (story.degraded["state_name"], story.degraded["state_type"]) == ("Degraded", "COMPLETED")
    assert message.startswith("2 of 4 sources complete")
    assert "crashing (killed by SIGSEGV)" in message
    assert "hanging (stopped at its time limit" in message
    assert story.releases[1] == "2026-11-21"


def test_a_degraded_run_is_told_of_exactly_once_and_others_not_at_all(story: Story) -> None:
    told = [json.loads(line) for line in (story.root.logs / "notifications.jsonl").read_text().splitlines()]

    assert [(note["flow_run_id"], note["state"]) for note in told] == [(story.degraded["id"], "Degraded")]
    assert told[0]["message"] == story.degraded["state"]["message"]


def test_cancelling_a_run_ends_its_crawls_within_15_seconds_and_keeps_what_they_archived(story: Story) -> None:
    crawls = [open_crawl(path, story.root.archive) for path in list_crawls(story.root.archive, "hanging")]

    assert story.cancelled["state_type"] == "CANCELLED"
    assert story.cancel_took_s < 15
    assert [crawl.summary.finish_reason for crawl in crawls[-2:]] == ["shutdown", "shutdown"]
    assert open_files(story.root, "hanging") == []


def test_a_run_from_another_terminal_uses_the_served_prefect_and_can_be_interrupted(story: Story) -> None:
    assert (story.interrupt_code, story.interrupt_took_s < 15) == (1, True)
    assert "run: interrupted" in (story.root.path.parent / "run.log").read_text()


def test_the_catalogue_is_served_beside_it(story: Story) -> None:
    assert "2026-11-21" in story.page


def test_everything_listens_on_this_machine_only(story: Story) -> None:
    assert story.addresses == ["0100007F", "0100007F"]


def test_the_end_is_clean(story: Story) -> None:
    log = (story.root.path.parent / "serve.log").read_text()

    assert (story.stop_code, story.stop_took_s < 20) == (0, True)
    assert "Traceback" not in log
    assert not (story.root.prefect / "serve.json").exists()
