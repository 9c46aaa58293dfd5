"""Publications to a real S3 server that get SIGKILL at random moments, each started again; one line a kill.

    .venv/bin/python -m benchmarks.publish_kills [--rounds 20]

What is claimed: a reader finds the old release or the new one, whole, at every moment; starting again completes it; no
file that the target had in the old release is sent, neither before the kill nor after it, and none again that an
interrupted publisher had brought. A kill that came when the pointer had moved is listed and is not counted as a round.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from exports.release import cut_release
from tests.exports.conftest import first_articles
from tests.exports.factories import DAY_1, DAY_2, World, article, write_generation
from tests.publish_trial import Pair, Trial, make_pair, run_trials
from tests.s3 import run_s3

_WIDTH = 120
"""Columns of the table, whatever the terminal: no heading is to be broken."""


def main() -> int:
    """Run the rounds; exit code 1 when one was torn, wasteful or not completed, or too few kills interrupted."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish_kills")
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as home, run_s3(Path(home) / "s3") as access:
        trials = run_trials(_cut_pair(Path(home)), access, rounds)
    table = Table(
        "seed",
        "of s",
        "at s",
        "interrupted",
        "sent",
        "there",
        "looks",
        "torn",
        "kept",
        "copied",
        "again",
        "in vain",
        "complete",
    )
    for trial in trials:
        table.add_row(*_cells(trial))
    Console(width=_WIDTH).print(table)
    n_interrupted = sum(trial.was_interrupted for trial in trials)
    n_bad = sum(not trial.is_good for trial in trials)
    print(f"{len(trials)} kills, {n_interrupted} of them interrupted ({rounds} asked for), {n_bad} bad")
    return 1 if n_bad or n_interrupted < rounds else 0


def _cut_pair(home: Path) -> Pair:
    articles = first_articles()
    worlds = (World(articles=articles), World(articles=[*articles, article(60, first_seen_at=DAY_2)]))
    for n, (world, now) in enumerate(zip(worlds, (DAY_1, DAY_2), strict=True)):
        generation = write_generation(home / f"{n}.duckdb", world)
        cut_release(generation, home / "cut", now=now, code_version="1")
    return make_pair(home, home / "cut" / "2026-11-20", home / "cut" / "2026-11-21")


def _cells(trial: Trial) -> list[str]:
    moments = (f"{trial.whole_s:.2f}", f"{trial.killed_after_s:.2f}")
    counts = (trial.n_sent_before, trial.n_there, len(trial.looks.seen), len(trial.looks.torn))
    again = (trial.again.n_kept, trial.again.n_copied, trial.again.n_uploaded, len(trial.sent_in_vain))
    return [str(it) for it in (trial.seed, *moments, trial.was_interrupted, *counts, *again, trial.is_complete)]


if __name__ == "__main__":
    sys.exit(main())
