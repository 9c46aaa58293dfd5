"""What a release costs: a full one beside bare COPY of the same files, and one after a day's news beside the full one.

    .venv/bin/python -m benchmarks.release [--articles 1000000] [--folder DIR] [--whole-files yes|no]

What is to be reached, of a million articles: a full release takes at most 1.5 times what DuckDB's COPY takes for the
same files, orders and codecs in the same run; where large tables are published by month alone, a release after 5,000
new and 500 changed articles takes at most a tenth of the time of the full one and writes at most a twentieth of its
bytes; no process holds 2 GiB. The changed articles are among the newest hundredth: outlets edit what is fresh, and each
older month that is touched is written anew. Of fewer articles a day's news is a larger part. Each step is a process of
its own.

By the clock all of it is kept by month alone of a million articles: a full release takes as long as bare COPY, that of
a day 9 % of it (2026-11-29). By seconds of CPU a full one takes 1.7 times as much: each row is hashed to be written and
hashed again by a gate, the sizes of all edits are found, and every file is read again. But COPY compresses a file with
one thread, and a release writes two at once. Both are printed; on a busy machine neither tells much alone. With whole
files it is not kept: of 20,000 articles a full release takes 1.6 times as long, since every CSV is read back.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.news_history import DAY, N_CHANGED
from exports.release import list_releases
from tests.pipeline import COMMAND_PATH

_SETTINGS = {"no": "by month alone", "yes": "by month and whole"}
"""By the value of KABARCHY_WHOLE_FILES."""
MOST_OF_COPIES, MOST_OF_TIME, MOST_OF_BYTES, MOST_MIB = 1.5, 0.10, 0.05, 2048


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def main() -> int:
    """Run all steps and print the table; exit code 1 when a claim does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release")
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="for some 20 kB an article; default: a temporary one")
    parser.add_argument("--whole-files", choices=list(_SETTINGS), help="of the two settings one alone")
    options = parser.parse_args()
    settings = [options.whole_files] if options.whole_files else list(_SETTINGS)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        return _measure(Path(name), options.articles, settings)


def _measure(home: Path, n_articles: int, settings: list[str]) -> int:
    days = [home / "1.duckdb", home / "2.duckdb"]
    _run("history", days[0], n_articles)
    _run("next-day", days[0], days[1], n_articles, max(n_articles // 100, N_CHANGED))
    table = Table("large tables", "release", "wall s", "CPU s", "peak MiB", "MB", "MB new", "share of time", "of bytes")
    claims, by_cpu = [], []
    for whole_files in settings:
        setting, releases = _SETTINGS[whole_files], home / whole_files
        full, daily = (
            _run("cut", day, releases, (DAY + timedelta(days=n)).isoformat(), whole_files) for n, day in enumerate(days)
        )
        first, second = (release.path for release in list_releases(releases))
        bare = _run("copies", first, home)
        all_bytes, new_bytes = _bytes(first), _bytes(second, unlike=first)
        table.add_row(setting, "bare COPY of the full one", *_cells(bare), "", "")
        table.add_row(setting, "full", *_cells(full), _mb(all_bytes), _mb(all_bytes))
        share, of_bytes = f"{daily.wall_s / full.wall_s:.1%}", f"{new_bytes / all_bytes:.1%}"
        table.add_row(setting, "a day later", *_cells(daily), _mb(_bytes(second)), _mb(new_bytes), share, of_bytes)
        claims += [
            (f"{setting}: full to bare COPY", full.wall_s / bare.wall_s, MOST_OF_COPIES),
            (f"{setting}: most MiB", max(full.peak_mib, daily.peak_mib), MOST_MIB),
        ]
        if whole_files == "no":
            claims.append((f"{setting}: a day to full", daily.wall_s / full.wall_s, MOST_OF_TIME))
            claims.append((f"{setting}: a day to full, bytes", new_bytes / all_bytes, MOST_OF_BYTES))
        by_cpu.append(
            f"{setting}: full {full.cpu_s / bare.cpu_s:.2f} of bare COPY, a day {daily.cpu_s / full.cpu_s:.1%}"
        )
    Console(width=140).print(table)
    print("By seconds of CPU,", "; ".join(by_cpu))
    for name, found, most in claims:
        print(f"{'kept  ' if found <= most else 'BROKEN'} {name}: {found:.3f}, at most {most}")
    return int(any(found > most for _, found, most in claims))


def _run(step: str, *arguments: object) -> Cost:
    command = [sys.executable, "-m", "benchmarks.release_steps", step, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": COMMAND_PATH}  # else DuckDB loads the pandas of the tests, in 0.7 s
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return Cost(**json.loads(done.stdout))


def _bytes(release: Path, *, unlike: Path | None = None) -> int:
    """Bytes of a release; with `unlike`, of the files that are not the same as in that one."""
    files = [path for path in release.rglob("*") if path.is_file()]
    old = unlike and {path.stat().st_ino for path in unlike.rglob("*") if path.is_file()}
    return sum(path.stat().st_size for path in files if not old or path.stat().st_ino not in old)


def _cells(cost: Cost) -> tuple[str, str, str]:
    return f"{cost.wall_s:.1f}", f"{cost.cpu_s:.1f}", f"{cost.peak_mib:.0f}"


def _mb(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:.1f}"


if __name__ == "__main__":
    sys.exit(main())
