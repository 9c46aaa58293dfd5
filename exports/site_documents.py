"""What programs read of the catalogue as a whole, beside its pages.

site/releases.atom                      a feed of the releases
site/catalog.jsonld                     all releases in DCAT-AP
site/schema/<table>-<version>.json, CHANGELOG.md   every published schema
site/minisign.pub                       the key of the signatures, where there is one
"""

from pathlib import Path

from exports.atom import FEED, render_atom
from exports.dcat import render_catalogue_dcat
from exports.imprint import Imprint
from exports.manifest import Manifest
from exports.release import open_release
from exports.schemas import list_schemas
from exports.signature import write_public_key
from exports.versions import read_versions
from scrapers.data_root import write_beside


def write_site_documents(releases: Path, site: Path, imprint: Imprint) -> None:
    """Write them anew, each whole; without a release there are only schemas and the key.

    Raises ReleaseDamagedError when a release cannot be read, and SignatureError.
    """
    manifests = _active_manifests(releases)
    if manifests:
        write_beside(site / FEED, render_atom(manifests))
        write_beside(site / "catalog.jsonld", render_catalogue_dcat(manifests))
    (site / "schema").mkdir(exist_ok=True)
    for name, text in list_schemas().items():
        write_beside(site / "schema" / name, text)
    if imprint.minisign_key is not None:
        write_public_key(imprint.minisign_key, site)


def _active_manifests(releases: Path) -> list[Manifest]:
    """Of every release that can be had, newest first."""
    return [open_release(releases / release_id).manifest for release_id in read_versions(releases).active]
