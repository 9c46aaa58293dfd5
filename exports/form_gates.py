"""The gates of form of a release: its files and their schemas are those that it promises. No row is looked at."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from exports.gates import Gate, list_whole_files
from exports.manifest import PARQUET, ManifestFile, read_manifest
from exports.profile_marks import find_profile_faults
from exports.published import PUBLISHED
from exports.release_reading import ReleaseReading
from exports.schemas import find_broken_promises
from exports.sums import list_files, read_sums
from scrapers.columns import Table
from scrapers.published_tables import PUBLISHED_DELTA, SCHEMA_VERSION


def check_files(reading: ReleaseReading) -> list[str]:
    """The manifest lists exactly the files that are there, with their sizes and hashes (against SHA256SUMS)."""
    listed = {file.path: file for file in reading.manifest.files}
    present = set(list_files(reading.path)) - {"manifest.json"}
    sums = read_sums(reading.path)
    faults = [f"{path}: not in the manifest" for path in sorted(present - set(listed))]
    faults += [f"{path}: only in the manifest" for path in sorted(set(listed) - present)]
    for path in sorted(present & set(listed)):
        size, file = (reading.path / path).stat().st_size, listed[path]
        if (size, sums[path]) != (file.bytes, file.sha256):
            faults.append(f"{path}: {size} bytes, sha256 {sums[path]}; the manifest says {file.bytes}, {file.sha256}")
    return faults


def check_schema(reading: ReleaseReading) -> list[str]:
    """Every table is there as Parquet, in the columns of the contract, in order and type.

    What the release before promised of its schema is kept (`exports.schemas`).
    """
    if reading.manifest.schema_version != SCHEMA_VERSION:
        said, build = reading.manifest.schema_version, reading.manifest.build.code_version
        return [f"schema {said}: this program knows {SCHEMA_VERSION}; Kabarchy {build} made the release"]
    contract = {published.name: published.table for published in PUBLISHED} | {"delta": PUBLISHED_DELTA}
    whole = {path for published in PUBLISHED for path in list_whole_files(reading.manifest, published)}
    faults = [f"{path}: missing" for path in sorted(whole) if reading.manifest.file(path) is None]
    for file in reading.manifest.files:
        if file.mediatype == PARQUET and file.role != "sample":
            faults += _schema_faults(reading.path / file.path, file, contract)
    return faults + _broken_promises(reading)


def _broken_promises(reading: ReleaseReading) -> list[str]:
    """What of its schema breaks a promise of the release before; one issued again is not held up by what came since."""
    if reading.previous is None or reading.manifest.supersedes is not None:
        return []
    before = read_manifest(reading.previous)
    return find_broken_promises((reading.previous, before), (reading.path, reading.manifest))


def _schema_faults(path: Path, file: ManifestFile, contract: dict[str, Table]) -> list[str]:
    table = contract.get(file.table or "")
    if table is None:
        return [f"{file.path}: holds the unknown table {file.table}"]
    found, expected = _columns(pq.read_schema(path)), _columns(table.schema)
    faults = [f"{file.path}: lacks the column {column}" for column in expected if column not in found]
    faults += [f"{file.path}: the contract has no column {column}" for column in found if column not in expected]
    if not faults and found != expected:
        faults.append(f"{file.path}: its columns stand in another order than in the contract")
    return faults


def _columns(schema: pa.Schema) -> list[str]:
    return [f"{field.name} {field.type}" for field in schema]


def check_profile(reading: ReleaseReading) -> list[str]:
    """Everything that can be met without the rest says for whom the release is, and so does the release before it."""
    return find_profile_faults(reading.path, reading.manifest, reading.previous)


FORM_GATES: dict[str, Gate] = {"files": check_files, "schema": check_schema, "profile": check_profile}
