"""One trial of SIGKILL during a publication to S3, with a reader who looks all the while.

A child publishes a second release to a target that has the first, and is killed after a seeded share of the time that
a whole publication took just before, under a reader's eyes too. The reader fetches, again and again, every byte of the
release that `versions.json` names. Then the publication is started again. What either sends is noted before it is sent.
"""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
from exports.targets import TargetAccess
from tests.publish_trial import BEGINS, ENDED, NotingTarget

releases, prefix = sys.argv[1:]
access = TargetAccess(**json.loads(sys.stdin.readline()))
target = NotingTarget(prefix, access, lambda path: print(path, flush=True))
print(BEGINS, flush=True)
publish_releases(Path(releases), None, target)
print(ENDED, flush=True)
"""
BEGINS, ENDED = "begins", "ended"
_DRAWS = 3
"""Kills drawn for each one that has to interrupt; some nine in ten do, less on a machine whose pace changes."""


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


class NotingTarget(S3Target):
    """A prefix of the bucket; `note` gets the path of each file before it is sent, also when that is never finished."""

    def __init__(self, prefix: str, access: TargetAccess, note: Callable[[str], object]) -> None:
        super().__init__(BUCKET, prefix, access)
        self._note = note

    def create(self, path: str, file: Path, sha256: str) -> bool:
        self._note(path)
        return super().create(path, file, sha256)


@dataclass(slots=True, kw_only=True)
class Looks:
    """What a reader saw."""

    seen: list[str] = field(default_factory=list)
    """Release that the pointer named, at each look."""
    torn: list[str] = field(default_factory=list)
    """Files that a release which was pointed at did not have, or had otherwise."""


@dataclass(slots=True, kw_only=True)
class Trial:
    """What was seen of one kill."""

    seed: int
    whole_s: float
    """What a whole publication had taken just before."""
    killed_after_s: float
    was_interrupted: bool = False
    """False: the pointer named the second release already; the kill came too late to show anything."""
    n_there: int = 0
    """Files of the second release at the target when its publisher was dead."""
    n_sent_before: int = 0
    """Files that the killed publisher sent or began to send."""
    looks: Looks = field(default_factory=Looks)
    again: PublishReport = field(default_factory=PublishReport)
    sent_in_vain: list[str] = field(default_factory=list)
    """Sent by either attempt although the first release has the same bytes, or by the second although it was there."""
    is_complete: bool = False
    """Whether the second release is there byte for byte and pointed at."""

    @property
    def is_good(self) -> bool:
        """Nothing torn, nothing sent in vain, all there in the end."""
        return bool(self.looks.seen) and not self.looks.torn and not self.sent_in_vain and self.is_complete


def make_pair(folder: Path, first: Path, second: Path) -> Pair:
    """Copy two releases, the second made after the first, into two folders of releases."""
    from_manifests = {"old": [first], "new": [first, second]}
    for name, paths in from_manifests.items():
        for path in paths:
            shutil.copytree(path, folder / name / path.name)
        manifests = [open_release(folder / name / path.name).manifest for path in paths]
        write_versions(folder / name, read_versions(folder / name), manifests)
    return Pair(old=folder / "old", new=folder / "new", first=first.name, second=second.name)


def run_trials(pair: Pair, access: TargetAccess, n_interrupted: int) -> list[Trial]:
    """Run trials until so many kills interrupted a publication, or a few times as many were drawn; all of them."""
    trials: list[Trial] = []
    for seed in range(1, _DRAWS * n_interrupted + 1):
        trials.append(run_trial(pair, access, seed=seed))
        if sum(trial.was_interrupted for trial in trials) == n_interrupted:
            break
    return trials


def run_trial(pair: Pair, access: TargetAccess, *, seed: int) -> Trial:
    """Publish whole to learn how long it takes; elsewhere publish, kill, look, publish again."""
    whole_s = _measure_s(pair, access, f"measured-{seed}")
    moment_s = random.Random(seed).uniform(0, whole_s)  # noqa: S311 - a moment, not a secret
    trial = Trial(seed=seed, whole_s=whole_s, killed_after_s=moment_s)
    prefix, folder, sent_again = f"killed-{seed}", f"releases/{pair.second}/", list[str]()
    target = NotingTarget(prefix, access, sent_again.append)
    publish_releases(pair.old, None, target)
    sent_again.clear()
    child = _start_child(pair, prefix, access)
    with _reader(prefix, access, trial.looks):
        time.sleep(trial.killed_after_s)
        child.kill()
        sent = [line for line in child.communicate()[0].splitlines() if line != ENDED]
        trial.was_interrupted = _latest(target) != pair.second
        there = set(target.paths(folder))
        _look(target, trial.looks)
        trial.again = publish_releases(pair.new, None, target)
    _look(target, trial.looks)
    trial.n_there, trial.n_sent_before = len(there), len(sent)
    known = {folder + path for path in pair.unchanged}
    trial.sent_in_vain = sorted(known.intersection(sent) | (known | there).intersection(sent_again))
    trial.is_complete = trial.looks.seen[-1] == pair.second and _holds(target, pair)
    return trial


def _measure_s(pair: Pair, access: TargetAccess, prefix: str) -> float:
    """How long a child takes to publish the second release when nobody kills it; its own end is not counted."""
    publish_releases(pair.old, None, S3Target(BUCKET, prefix, access))
    child = _start_child(pair, prefix, access)
    with _reader(prefix, access, Looks()):
        began = time.monotonic()
        assert child.stdout is not None
        has_ended = ENDED in (line.strip() for line in child.stdout)
        took_s = time.monotonic() - began
        child.communicate()
    if not has_ended:
        raise ChildProcessError("a publication failed that nobody had killed")
    return took_s


def _start_child(pair: Pair, prefix: str, access: TargetAccess) -> subprocess.Popen[str]:
    """Start a publisher, and come back when it begins: its imports are not what is to be killed."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(pair.new), prefix],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(asdict(access)) + "\n")
    child.stdin.flush()
    child.stdout.readline()
    return child


@contextmanager
def _reader(prefix: str, access: TargetAccess, looks: Looks) -> Iterator[None]:
    target, done = S3Target(BUCKET, prefix, access), Event()

    def look() -> None:
        while not done.is_set():
            _look(target, looks)

    thread = Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _latest(target: S3Target) -> str | None:
    pointer = target.read("releases/versions.json")
    return Versions.model_validate_json(pointer.data).latest if pointer else None


def _look(target: S3Target, looks: Looks) -> None:
    """Fetch the release that is pointed at, whole."""
    latest = _latest(target)
    sums = target.read(f"releases/{latest}/{SUMS}")
    looks.seen.append(str(latest))
    if sums is None:
        looks.torn.append(f"{latest}/{SUMS}")
        return
    for path, digest in parse_sums(sums.data.decode()).items():
        stored = target.read(f"releases/{latest}/{path}")
        if stored is None or sha256(stored.data).hexdigest() != digest:
            looks.torn.append(f"{latest}/{path}")


def _holds(target: S3Target, pair: Pair) -> bool:
    folder = f"releases/{pair.second}/"
    return {path.removeprefix(folder) for path in target.paths(folder)} == {*pair.sums(pair.second), SUMS}
