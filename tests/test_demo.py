"""`kabarchy demo` as a new user runs it, on a machine whose network is nothing but itself."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flows.kabarchy import ROOT

pytestmark = pytest.mark.timeout(300)

ALONE = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:  # a new network namespace has its loopback down: SIOCSIFFLAGS, IFF_UP
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))
from flows.cli import main
sys.argv = ["kabarchy", "demo"]
main()
"""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[str]"]:
    folder = tmp_path_factory.mktemp("demo")
    alone = ["unshare", "--net"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        pytest.skip("a network namespace of its own needs root")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("KABARCHY_", "PREFECT_"))}
    environment = {**own, "PYTHONPATH": str(ROOT), "HOME": str(folder), "COLUMNS": "120"}
    command = [*alone, sys.executable, "-c", ALONE]
    return folder, subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_demo_needs_no_network_and_says_what_it_did(
    demo: tuple[Path, "subprocess.CompletedProcess[str]"],
) -> None:
    _, done = demo

    assert done.returncode == 0, done.stderr[-2000:]
    assert "9 of 9 sources complete, 56 new and 0 changed articles, release 2026-11-20" in done.stdout
    assert "Releases: 2026-11-20, 2026-11-21" in done.stdout


def test_every_path_that_the_demo_names_is_there(demo: tuple[Path, "subprocess.CompletedProcess[str]"]) -> None:
    folder, done = demo
    paths = re.findall(rf"{re.escape(str(folder))}\S+", done.stdout)

    assert len(paths) >= 2
    assert [path for path in paths if not Path(path).exists()] == []
