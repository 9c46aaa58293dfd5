"""What every description of a release says alike: publisher, keywords, countries, licence, addresses.

Derived from the manifest alone, so that a release that is issued again describes itself without the warehouse.
"""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pydantic_core

from exports.manifest import Manifest

PUBLISHER = "Kabarchy"
COUNTRIES = {
    "Kazakhstan": "KAZ",
    "Kyrgyzstan": "KGZ",
    "Tajikistan": "TJK",
    "Turkmenistan": "TKM",
    "Uzbekistan": "UZB",
}
"""The region, with ISO 3166-1 alpha-3 codes, as the EU's authority table of countries names them."""
KEYWORDS = ("news", "media monitoring", "Central Asia", *COUNTRIES)


def release_address(manifest: Manifest, *, below: str = "") -> str:
    """Address of a release, ending in a slash or empty: whole where the release knows the catalogue's, else relative.

    `below` is the way from the document that names it to the release's folder; empty: the document lies within.
    """
    return below if manifest.catalogue_url is None else f"{manifest.catalogue_url}releases/{manifest.id}/"


def release_urn(manifest: Manifest) -> str:
    """A name for the release that holds wherever it lies (RFC 9562, version 5)."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'{manifest.dataset}/{manifest.id}')}"


def citation(manifest: Manifest) -> str:
    """How to cite a release, in one line (after APA 7)."""
    where = release_address(manifest) or release_urn(manifest)
    return f"{PUBLISHER} ({manifest.created.year}). {manifest.title} (Version {manifest.version}) [Data set]. {where}"


def language_codes(manifest: Manifest) -> list[str]:
    """ISO 639 codes of the release's languages, scripts left out, without `und`.

    Metadata standards for catalogues know languages, not scripts: uz-Latn and uz-Cyrl are both uz.
    """
    return sorted({tag.partition("-")[0] for tag in manifest.languages} - {"und"})


def to_json(value: Any) -> str:
    """JSON for a file of its own: UTF-8, indented by one, ending in a newline, keys in the order given."""
    return pydantic_core.to_json(value, indent=1).decode() + "\n"  # json.dumps is slow with an indent
