"""The documents of a release: all that is derived from its manifest, and the manifest with them listed in it."""

from collections.abc import Callable
from pathlib import Path

from exports.cff import render_cff
from exports.croissant import render_croissant
from exports.datapackage import render_datapackage
from exports.dcat import render_dcat
from exports.manifest import Manifest, describe_file
from exports.profiles import Profile
from exports.readme import render_readme
from exports.rights import render_rights
from exports.rocrate import render_rocrate

DOCUMENTS: dict[str, Callable[[Manifest], str]] = {
    "README.md": render_readme,
    "RIGHTS.md": render_rights,
    "CITATION.cff": render_cff,
    "croissant.json": render_croissant,
    "datapackage.json": render_datapackage,
    "dcat.jsonld": render_dcat,
    "ro-crate-metadata.json": render_rocrate,
}
"""Name and writer of each. The RO-Crate comes last: it lists the others."""


NOTICE = "NOT-FOR-REDISTRIBUTION.txt"
"""Stands in the folder of an internal release, where nobody who lists it can overlook it."""


def documents_of(profile: Profile) -> dict[str, Callable[[Manifest], str]]:
    """Name and writer of each document of a release of this profile."""
    return DOCUMENTS if profile is Profile.PUBLIC else {NOTICE: _render_notice, **DOCUMENTS}


def _render_notice(manifest: Manifest) -> str:
    return f"{manifest.title}, release {manifest.id}\n\n{manifest.description}\n"


def write_documents(folder: Path, manifest: Manifest) -> Manifest:
    """Write what is derived from the manifest, then `manifest.json` with those files in it.

    `manifest` lists the files of data and deltas; documents that it lists already are described anew.
    """
    files = [file for file in manifest.files if file.role != "meta"]
    for name, write in documents_of(manifest.profile).items():
        described = manifest.model_copy(update={"files": tuple(files)})
        (folder / name).write_text(write(described), encoding="utf-8", newline="\n")
        files.append(describe_file(folder, name, role="meta"))
    manifest = manifest.model_copy(update={"files": tuple(files)})
    (folder / "manifest.json").write_text(manifest.to_json(), encoding="utf-8", newline="\n")
    return manifest
