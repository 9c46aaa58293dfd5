"""Kill -9 at random moments; `benchmarks.kill_crawl` does the same more often."""

from pathlib import Path

import pytest

from tests.kill_trial import run_trial


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_a_crawl_killed_at_a_random_moment_loses_nothing_and_doubles_nothing(tmp_path: Path, seed: int) -> None:
    trial = run_trial(tmp_path, seed)

    assert trial.is_good, trial
    assert trial.n_captured <= trial.killed_after
