"""One trial of SIGKILL during a publication to S3, with a reader who looks all the while.

A child publishes a second release to a target that has the first, and is killed after a seeded share of the time that
a whole publication takes. The reader fetches, again and again, every byte of the release that `versions.json` names.
Then the publication is started again, and what it did is counted.
"""

import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from threading import Event, Thread

from exports.publish import PublishReport, publish_releases
from exports.release import open_release
from exports.sums import SUMS, parse_sums, read_sums
from exports.target_s3 import S3Target
from exports.targets import TargetAccess
from exports.versions import Versions, read_versions, write_versions

BUCKET = "open-data"
_ROOT = Path(__file__).parents[1]
_CHILD = """
import json, sys
from pathlib import Path
from exports.publish import publish_releases
from exports.target_s3 import S3Target
from exports.targets import TargetAccess

releases, bucket, prefix = sys.argv[1:]
target = S3Target(bucket, prefix, TargetAccess(**json.loads(sys.stdin.readline())))
print("begins", flush=True)
publish_releases(Path(releases), None, target)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two folders of releases: with the first one only, and with the second too."""

    old: Path
    new: Path
    first: str
    second: str

    def sums(self, release_id: str) -> dict[str, str]:
        """Hash by path of each file of a release, but for SHA256SUMS itself."""
        return read_sums(self.new / release_id)

    @property
    def unchanged(self) -> set[str]:
        """Paths in the second release whose bytes the first has."""
        known = set(self.sums(self.first).values())
        return {path for path, digest in self.sums(self.second).items() if digest in known}


@dataclass(slots=True, kw_only=True)
class Trial:
    """What was seen of one kill."""

    seed: int
    killed_after_s: float
    was_killed: bool = False
    """False: it had finished before."""
    n_there: int = 0
    """Files of the second release at the target when its publisher was dead."""
    seen: list[str] = field(default_factory=list)
    """Release that the pointer named, at each look of the reader."""
    torn: list[str] = field(default_factory=list)
    """Files that a release which was pointed at did not have, or had otherwise."""
    again: PublishReport = field(default_factory=PublishReport)
    sent_though_unchanged: int = 0
    """Files that the second attempt sent beyond the new ones that were not there yet."""
    is_complete: bool = False
    """Whether the second release is there byte for byte and pointed at."""

    @property
    def is_good(self) -> bool:
        """Nothing torn, nothing sent in vain, all there in the end."""
        return bool(self.seen) and not self.torn and not self.sent_though_unchanged and self.is_complete


def make_pair(folder: Path, first: Path, second: Path) -> Pair:
    """Copy two releases, the second made after the first, into two folders of releases."""
    from_manifests = {"old": [first], "new": [first, second]}
    for name, paths in from_manifests.items():
        for path in paths:
            shutil.copytree(path, folder / name / path.name)
        manifests = [open_release(folder / name / path.name).manifest for path in paths]
        write_versions(folder / name, read_versions(folder / name), manifests)
    return Pair(old=folder / "old", new=folder / "new", first=first.name, second=second.name)


def measure_s(pair: Pair, access: TargetAccess) -> float:
    """How long a child takes to publish the second release when nobody kills it."""
    target = S3Target(BUCKET, "measured", access)
    publish_releases(pair.old, None, target)
    child = _start_child(pair, "measured", access)
    began = time.monotonic()
    if child.wait():
        raise ChildProcessError("a publication failed that nobody had killed")
    return time.monotonic() - began


def run_trial(pair: Pair, access: TargetAccess, *, seed: int, whole_s: float) -> Trial:
    """Publish, kill, look, publish again. `whole_s` is what `measure_s` found."""
    prefix, folder = f"killed-{seed}", f"releases/{pair.second}/"
    target = S3Target(BUCKET, prefix, access)
    publish_releases(pair.old, None, target)
    trial = Trial(seed=seed, killed_after_s=random.Random(seed).uniform(0, whole_s))  # noqa: S311 - a moment, not a secret
    with _reader(S3Target(BUCKET, prefix, access), trial):
        child = _start_child(pair, prefix, access)
        time.sleep(trial.killed_after_s)
        child.kill()
        trial.was_killed = child.wait() == -signal.SIGKILL
        there = {path.removeprefix(folder) for path in target.paths(folder)}
        trial.n_there = len(there)
        _look(target, trial)
        trial.again = publish_releases(pair.new, None, target)
    _look(target, trial)
    n_new = len({*pair.sums(pair.second), SUMS} - pair.unchanged - there)
    trial.sent_though_unchanged = max(0, trial.again.n_uploaded - n_new)
    trial.is_complete = trial.seen[-1] == pair.second and _holds(target, pair)
    return trial


def _start_child(pair: Pair, prefix: str, access: TargetAccess) -> subprocess.Popen[str]:
    """Start a publisher, and come back when it begins: its imports are not what is to be killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(pair.new), BUCKET, prefix],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(asdict(access)) + "\n")
    child.stdin.close()
    child.stdout.readline()
    child.stdout.close()
    return child


@contextmanager
def _reader(target: S3Target, trial: Trial) -> Iterator[None]:
    done = Event()

    def look() -> None:
        while not done.is_set():
            _look(target, trial)

    thread = Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _look(target: S3Target, trial: Trial) -> None:
    """Fetch the release that is pointed at, whole."""
    pointer = target.read("releases/versions.json")
    latest = Versions.model_validate_json(pointer.data).latest if pointer else None
    sums = target.read(f"releases/{latest}/{SUMS}")
    trial.seen.append(str(latest))
    if sums is None:
        trial.torn.append(f"{latest}/{SUMS}")
        return
    for path, digest in parse_sums(sums.data.decode()).items():
        stored = target.read(f"releases/{latest}/{path}")
        if stored is None or sha256(stored.data).hexdigest() != digest:
            trial.torn.append(f"{latest}/{path}")


def _holds(target: S3Target, pair: Pair) -> bool:
    folder = f"releases/{pair.second}/"
    return {path.removeprefix(folder) for path in target.paths(folder)} == {*pair.sums(pair.second), SUMS}
