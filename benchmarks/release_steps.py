"""What `benchmarks.release` measures, each step in a process of its own: `python -m benchmarks.release_steps STEP ...`.

One JSON line on stdout: seconds by the clock, seconds of CPU, and the most memory that the process ever held.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from benchmarks.news_history import write_history, write_next_day
from exports.imprint import read_imprint
from exports.release import cut_release


def cut(generation: str, releases: str, now: str, whole_files: str) -> None:
    """Cut a release, gates and all."""
    imprint = read_imprint({"KABARCHY_WHOLE_FILES": whole_files})
    cut_release(
        Path(generation), Path(releases), now=datetime.fromisoformat(now), code_version="benchmark", imprint=imprint
    )


def history(path: str, n_articles: str) -> None:
    """Make the history."""
    write_history(Path(path), int(n_articles))


def next_day(before: str, path: str, n_articles: str, changed_among: str) -> None:
    """Make the day after it."""
    write_next_day(Path(before), Path(path), int(n_articles), changed_among=int(changed_among))


STEPS: dict[str, Callable[..., None]] = {"cut": cut, "history": history, "next-day": next_day}


def main() -> None:
    step, *arguments = sys.argv[1:]
    started = time.perf_counter()
    STEPS[step](*arguments)
    wall = time.perf_counter() - started
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"wall_s": wall, "cpu_s": used.ru_utime + used.ru_stime, "peak_mib": used.ru_maxrss / 1024}))


if __name__ == "__main__":
    main()
