"""Publications to a real S3 server that get SIGKILL at random moments, each started again; one line a round.

    .venv/bin/python -m benchmarks.publish_kills [--rounds 20]

What is claimed: a reader finds the old release or the new one, whole, at every moment; starting again completes it; no
file that the target had in the old release is sent.
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
from tests.publish_trial import Pair, Trial, make_pair, measure_s, run_trial
from tests.s3 import run_s3


def main() -> int:
    """Run the rounds; exit code 1 when one of them was torn, wasteful or not completed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publish_kills")
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as home, run_s3(Path(home) / "s3") as access:
        pair = _cut_pair(Path(home))
        whole_s = measure_s(pair, access)
        trials = [run_trial(pair, access, seed=seed, whole_s=whole_s) for seed in range(1, rounds + 1)]
    table = Table(
        "seed", "killed after s", "was killed", "there", "looks", "torn", "kept", "copied", "sent", "complete"
    )
    for trial in trials:
        table.add_row(*_cells(trial))
    Console().print(table)
    n_bad = sum(not trial.is_good for trial in trials)
    n_killed = sum(trial.was_killed for trial in trials)
    print(f"{rounds} rounds, {n_killed} killed before the end of {whole_s:.2f} s, {n_bad} bad")
    return 1 if n_bad else 0


def _cut_pair(home: Path) -> Pair:
    articles = first_articles()
    worlds = (World(articles=articles), World(articles=[*articles, article(60, first_seen_at=DAY_2)]))
    for n, (world, now) in enumerate(zip(worlds, (DAY_1, DAY_2), strict=True)):
        generation = write_generation(home / f"{n}.duckdb", world)
        cut_release(generation, home / "cut", now=now, code_version="1")
    return make_pair(home, home / "cut" / "2026-11-20", home / "cut" / "2026-11-21")


def _cells(trial: Trial) -> list[str]:
    counts = (trial.n_there, len(trial.seen), len(trial.torn))
    again = (trial.again.n_kept, trial.again.n_copied, trial.again.n_uploaded)
    moment = f"{trial.killed_after_s:.2f}"
    return [str(it) for it in (trial.seed, moment, trial.was_killed, *counts, *again, trial.is_complete)]


if __name__ == "__main__":
    sys.exit(main())
