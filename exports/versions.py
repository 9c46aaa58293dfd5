"""`versions.json`: the only pointer to releases, beside them in their folder; written last, whole, by rename.

`latest` is the greatest id that is active. `versions` is every release ever published, newest first; one whose folder
is gone stays as `withdrawn`, so that its id is never given again. Addresses are relative to `versions.json`.
"""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from exports.errors import ReleaseDamagedError
from exports.manifest import Changes, Manifest
from exports.profiles import Profile
from exports.release_id import id_order
from scrapers.data_root import write_beside

VERSIONS = "versions.json"


class Version(BaseModel):
    """One release in the list."""

    model_config = ConfigDict(frozen=True)
    id: str
    version: str
    schema_version: str
    created: datetime
    status: Literal["active", "withdrawn"]
    revision: int
    rows: int
    changes: Changes
    url: str
    manifest: str
    delta_from: str | None


class Versions(BaseModel):
    """What `versions.json` says."""

    model_config = ConfigDict(frozen=True)
    latest: str | None
    profile: Profile = Profile.PUBLIC
    """For whom all of them are."""
    versions: tuple[Version, ...]

    @property
    def active(self) -> tuple[str, ...]:
        """Ids of the releases that were not withdrawn, newest first."""
        return tuple(version.id for version in self.versions if version.status == "active")

    def to_json(self) -> str:
        """The text of `versions.json`."""
        return self.model_dump_json(indent=1) + "\n"


def read_versions(releases: Path) -> Versions:
    """Read the pointer; empty when nothing was ever published. Raises ReleaseDamagedError when it is unreadable."""
    path = releases / VERSIONS
    if not path.exists():
        return Versions(latest=None, versions=())
    try:
        return Versions.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ReleaseDamagedError(f"{path}: not a list of versions: {error}") from error


def write_versions(releases: Path, known: Versions, manifests: list[Manifest]) -> Versions:
    """Point at the releases whose manifests are given; what was known and is gone becomes withdrawn."""
    entries = {manifest.id: _entry(manifest) for manifest in manifests}
    for version in known.versions:
        entries.setdefault(version.id, version.model_copy(update={"status": "withdrawn"}))
    versions = _in_order(entries, manifests[0].profile if manifests else known.profile)
    write_beside(releases / VERSIONS, versions.to_json())
    return versions


def merge_versions(theirs: Versions, ours: Versions) -> Versions:
    """What two folders of releases know together: ours counts where both know a release, but withdrawn is for good."""
    entries = {version.id: version for version in theirs.versions}
    for version in ours.versions:
        known = entries.get(version.id)
        if known is None or known.status != "withdrawn":
            entries[version.id] = version
    return _in_order(entries, ours.profile)


def _in_order(entries: dict[str, Version], profile: Profile) -> Versions:
    ordered = sorted(entries.values(), key=lambda version: id_order(version.id), reverse=True)
    versions = Versions(latest=None, profile=profile, versions=tuple(ordered))
    return versions.model_copy(update={"latest": next(iter(versions.active), None)})


def _entry(manifest: Manifest) -> Version:
    return Version(
        id=manifest.id,
        version=manifest.version,
        schema_version=manifest.schema_version,
        created=manifest.created,
        status=manifest.status,
        revision=manifest.revision,
        rows=manifest.rows,
        changes=manifest.changes,
        url=f"{manifest.id}/",
        manifest=f"{manifest.id}/manifest.json",
        delta_from=manifest.previous,
    )
