import signal
import subprocess
import sys
from pathlib import Path

from samples.world import NewsWorld
from scrapers.registry_folder import load_registry

COMMAND = [sys.executable, "-m", "samples"]


def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen([*COMMAND, "--day", "2", "--registry", str(tmp_path)], stdout=subprocess.PIPE) as process:
        lines = [process.stdout.readline().decode() for _ in range(11)] if process.stdout else []
        process.send_signal(signal.SIGINT)

    assert process.returncode == 0
    assert lines[-1] == "day 2, 2026-11-21T12:00:00Z; Ctrl-C stops\n"
    assert len(load_registry(tmp_path)) == 9


def test_a_taken_port_is_one_clear_line(world: NewsWorld) -> None:
    port = world.base_urls["chinor_xabar"].rpartition(":")[2]

    result = subprocess.run([*COMMAND, "--first-port", port], capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert result.stderr == f"cannot serve chinor_xabar on 127.0.0.1 port {port}: Address already in use\n"
