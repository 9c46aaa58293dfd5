"""How much memory a crawl has held at most, as Scrapy's own extension asks for it at its intervals.

`ru_maxrss`, which Scrapy reads, is kept over fork and exec (getrusage(2) counts what the process was before): a crawl
started by a large process would end at once for memory that it never held. Linux says in /proc what this program held.
"""

import re
from pathlib import Path

from scrapy.extensions.memusage import MemoryUsage

STATUS = Path("/proc/self/status")


class CrawlMemory(MemoryUsage):
    """Scrapy's extension, measuring this program alone where the system tells."""

    def get_virtual_size(self) -> int:
        """Largest resident memory so far, in bytes; Scrapy's hook, and Scrapy's name for it."""
        return peak_rss_bytes() or super().get_virtual_size()


def peak_rss_bytes() -> int | None:
    """Largest resident memory of this program so far, in bytes; None where there is no /proc (not Linux)."""
    if not STATUS.exists():
        return None
    peak = re.search(r"^VmHWM:\s+(\d+) kB$", STATUS.read_text("ascii", "replace"), re.MULTILINE)
    return int(peak[1]) * 1024 if peak else None
