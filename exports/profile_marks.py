"""The marks of a release's profile: that all of it says for whom it is, whatever part of it somebody meets.

An internal release says "not for redistribution" in its manifest, in each document, in the metadata of each Parquet
file and by the name of a file of its own; a public one says so nowhere. CSV has no place for it; the query copy says it
of each table (its own gate looks).
"""

from pathlib import Path

import pyarrow.parquet as pq

from exports.documents import NOTICE, documents_of
from exports.manifest import Manifest, read_manifest
from exports.profiles import NOT_FOR_REDISTRIBUTION, Profile


def find_profile_faults(release: Path, manifest: Manifest, previous: Path | None) -> list[str]:
    """What of a release does not say its profile, or says another; `previous` is the folder of the one before it."""
    profile = manifest.profile
    faults = [] if (release / NOTICE).is_file() == (profile is Profile.INTERNAL) else [f"{NOTICE}: belongs to internal"]
    if (manifest.dataset, manifest.title, manifest.description) != (
        profile.dataset,
        profile.dataset_title,
        profile.description,
    ):
        faults.append(f"manifest.json: name or description are not those of a release that is {profile}")
    for name in sorted(documents_of(profile)):
        if not _says(release / name, profile):
            faults.append(f"{name}: is not marked as {profile}")
    for path in sorted(release.rglob("*.parquet")):
        said = pq.read_metadata(path).metadata or {}
        unmarked = Profile.PUBLIC  # as files were before there were marks, and are when others write them
        marks = said.get(b"profile", unmarked.encode()), said.get(b"usage", unmarked.usage.encode())
        if marks != (profile.encode(), profile.usage.encode()):
            faults.append(f"{path.relative_to(release)}: its metadata is not marked as {profile}")
    if previous is not None and (before := read_manifest(previous).profile) is not profile:
        faults.append(f"the release before it is {before}")
    return faults


def _says(document: Path, profile: Profile) -> bool:
    return (NOT_FOR_REDISTRIBUTION in document.read_text(encoding="utf-8")) == (profile is Profile.INTERNAL)
