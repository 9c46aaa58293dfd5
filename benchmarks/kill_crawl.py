"""Crawls that get SIGKILL at random moments, each ended by the next crawl; one line a trial.

    .venv/bin/python -m benchmarks.kill_crawl [TRIALS] [FIRST_SEED]

What is claimed: no page that was captured before the kill is lost, none is in the data twice, every page of the site is
there in the end, every URL has one outcome, and at most the page on its way is asked for again.
"""

import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.kill_trial import Trial, run_trial

TRIALS = 20


def main() -> int:
    """Run the trials; exit code 1 when one of them lost or doubled something."""
    numbers = [int(word) for word in sys.argv[1:]] or [TRIALS]
    first = numbers[1] if len(numbers) > 1 else 1
    table = Table("seed", "killed after", "next crawl", "captured", "lost", "twice", "missing", "imbalance", "again")
    trials = [_run(seed, table) for seed in range(first, first + numbers[0])]
    Console().print(table)
    n_bad = sum(not trial.is_good for trial in trials)
    print(f"{len(trials)} trials, {n_bad} bad")
    return 1 if n_bad else 0


def _run(seed: int, table: Table) -> Trial:
    with tempfile.TemporaryDirectory() as home:
        trial = run_trial(Path(home), seed)
    how = "goes on" if trial.is_same_run else "begins anew"
    sizes = (len(trial.lost), len(trial.twice), len(trial.missing), trial.imbalance, trial.n_asked_again)
    table.add_row(str(seed), f"{trial.killed_after} answers", how, str(trial.n_captured), *map(str, sizes))
    return trial


if __name__ == "__main__":
    sys.exit(main())
