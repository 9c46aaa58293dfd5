"""Gates: what every release must pass, read back from its files on disk, before it becomes visible and ever after.

Verification works from a release's folder alone. It goes from outside in: `sums` (are these the bytes that were
written), then the gates of form (is each file what the manifest says, in the columns of the contract), then the gates
of content. When one of these steps fails the later ones are not run: what they would read cannot be trusted. The gates
are in `exports.form_gates`, `exports.gates` and `exports.copy_gates`.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import duckdb

from exports.copy_gates import COPY_GATES
from exports.engine import open_engine
from exports.form_gates import FORM_GATES
from exports.gates import CONTENT_GATES, Gate
from exports.manifest import Manifest, parse_manifest
from exports.published import ARTICLES, list_data_files
from exports.release_reading import ReleaseReading, open_tables
from exports.sums import SUMS, find_sum_faults

FAULTS_NAMED = 10
"""Faults of a gate that are named: enough to see of what kind they are, and still read; how many more is said."""
GATE_NAMES = ("sums", *FORM_GATES, *CONTENT_GATES, *COPY_GATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What a gate found."""

    name: str
    is_ok: bool
    detail: str
    """What is wrong (`name_faults`); empty when nothing is, or a word on what could not be looked at."""


def verify_release(
    path: Path, *, previous: Path | None = None, proven: frozenset[str] = frozenset()
) -> tuple[GateResult, ...]:
    """Put a release through the gates, in order; never raises for what the release holds.

    `previous` is the folder of the release before it, for the replay of the delta; None: the folder beside this one, if
    it is there. `proven`: see `release_reading.ReleaseReading`. A result is missing only when an earlier one failed.
    """
    results = [_check_sums(path)]
    if not results[0].is_ok:
        return tuple(results)
    try:
        manifest = parse_manifest((path / "manifest.json").read_bytes())
    except (OSError, ValueError) as error:
        return (*results, GateResult(name="files", is_ok=False, detail=f"manifest.json: {error}"))
    before = previous or (path.parent / manifest.previous if manifest.previous else None)
    if before is None or _is_at_hand(before):
        return (*results, *_run_gates(path, manifest, before, proven))
    results += _run_gates(path, manifest, None, proven)
    return tuple(map(partial(_say_not_replayed, before.name), results))


def _say_not_replayed(before: str, result: GateResult) -> GateResult:
    if result.name != "delta" or not result.is_ok:
        return result
    return replace(result, detail=f"not replayed: release {before} is not beside this one")


def _is_at_hand(release: Path) -> bool:
    """Whether there is more of a release than a folder, which may say that it was withdrawn, or be half fetched."""
    return (release / "manifest.json").is_file() and bool(list_data_files(release, ARTICLES.name))


def _check_sums(path: Path) -> GateResult:
    try:
        faults = find_sum_faults(path)
    except OSError as error:
        faults = [f"{error.filename}: {error.strerror}"]
    except ValueError as error:
        faults = [f"{SUMS}: not a list of sums: {error}"]
    return GateResult(name="sums", is_ok=not faults, detail=name_faults(faults))


def _run_gates(path: Path, manifest: Manifest, before: Path | None, proven: frozenset[str]) -> list[GateResult]:
    folders = [path, *([before] if before else [])]
    with (
        tempfile.TemporaryDirectory(prefix="kabarchy-verify-") as scratch,
        open_engine(folders, scratch=Path(scratch), profile=manifest.profile) as connection,
    ):
        reading = ReleaseReading(
            path=path,
            manifest=manifest,
            connection=connection,
            previous=before,
            proven=proven if before else frozenset(),
        )
        results = [_run_gate(name, gate, reading) for name, gate in FORM_GATES.items()]
        if all(result.is_ok for result in results):
            open_tables(reading)
            results += [_run_gate(name, gate, reading) for name, gate in (CONTENT_GATES | COPY_GATES).items()]
        return results


def _run_gate(name: str, gate: Gate, reading: ReleaseReading) -> GateResult:
    try:
        faults = gate(reading)
    except (duckdb.Error, OSError, ValueError) as error:
        faults = [f"{type(error).__name__}: {str(error).splitlines()[0]}"]
    return GateResult(name=name, is_ok=not faults, detail=name_faults(faults))


def name_faults(faults: Sequence[str]) -> str:
    """Name the first faults in one line, and say how many more there are.

    >>> name_faults([f"{n}: missing" for n in range(12)]).partition("; 9")[2]
    ': missing (and 2 more)'
    """
    shown, n_more = "; ".join(faults[:FAULTS_NAMED]), len(faults) - FAULTS_NAMED
    return f"{shown} (and {n_more} more)" if n_more > 0 else shown


def first_failure(results: Sequence[GateResult]) -> GateResult | None:
    """The first gate that failed; None when all were passed."""
    return next((result for result in results if not result.is_ok), None)
