"""The memory limit of a crawl counts what the crawl holds."""

import subprocess
import sys
from pathlib import Path

import pytest

from scrapers.memory import STATUS

MIB = 2**20
FAT_PARENT = """
import subprocess, sys
ballast = bytearray(b"x") * (400 * 2**20)
child = "from scrapers.memory import peak_rss_bytes; print(peak_rss_bytes())"
print(subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True).stdout)
"""


@pytest.mark.skipif(not STATUS.exists(), reason="there is no /proc")
def test_a_crawl_does_not_count_the_memory_of_the_process_that_started_it() -> None:
    root = Path(__file__).parents[2]

    done = subprocess.run([sys.executable, "-c", FAT_PARENT], cwd=root, capture_output=True, text=True, check=True)

    assert 10 * MIB < int(done.stdout) < 300 * MIB
