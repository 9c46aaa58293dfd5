"""What one gate says of a release on disk, sums and manifest aside."""

from pathlib import Path

from exports.engine import open_engine
from exports.gates import Gate
from exports.release import open_release
from exports.release_reading import ReleaseReading, open_tables


def faults_of(release: Path, gate: Gate, proven: frozenset[str] = frozenset()) -> str:
    """All that a gate of content finds; the release before is not at hand."""
    with open_engine([release]) as connection:
        manifest = open_release(release).manifest
        reading = ReleaseReading(path=release, manifest=manifest, connection=connection, previous=None, proven=proven)
        open_tables(reading)
        return "; ".join(gate(reading))
