"""`dcat.jsonld` of a release and `catalog.jsonld` of all: DCAT-AP 3.0.1 (https://semiceu.github.io/DCAT-AP/).

A release is a dataset of one series; each of its tables is a distribution as Parquet and as CSV. Countries, languages,
file types and the theme are named by the EU's authority tables, as the profile asks.
"""

from collections.abc import Sequence
from typing import Any

from exports.about import COUNTRIES, KEYWORDS, PUBLISHER, language_codes, release_address, to_json
from exports.manifest import PARQUET, Manifest, ManifestFile
from exports.profiles import Profile

_AUTHORITY = "http://publications.europa.eu/resource/authority"
_ACCESS = {
    Profile.PUBLIC: f"{_AUTHORITY}/access-right/PUBLIC",
    Profile.INTERNAL: f"{_AUTHORITY}/access-right/NON_PUBLIC",
}
_MEDIA = "https://www.iana.org/assignments/media-types"
_LANGUAGES = {"en": "ENG", "kk": "KAZ", "ky": "KIR", "ru": "RUS", "tg": "TGK", "tk": "TUK", "uz": "UZB"}
"""Codes of the authority table of languages; others stand in `manifest.json` alone."""
_CONTEXT = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


def render_dcat(manifest: Manifest) -> str:
    """The text of a release's `dcat.jsonld`."""
    return _render([manifest], catalogue_url=manifest.catalogue_url, below={manifest.id: ""})


def render_catalogue_dcat(manifests: Sequence[Manifest]) -> str:
    """The text of the site's `catalog.jsonld`: all releases given, newest first, as one series."""
    below = {manifest.id: f"releases/{manifest.id}/" for manifest in manifests}
    return _render(manifests, catalogue_url=manifests[0].catalogue_url, below=below)


def _render(manifests: Sequence[Manifest], *, catalogue_url: str | None, below: dict[str, str]) -> str:
    newest, base = manifests[0], catalogue_url or ""
    addresses = [release_address(manifest, below=below[manifest.id]) for manifest in manifests]
    graph = [_catalogue(newest, base, addresses), _series(newest, base), *_shared_nodes(manifests, base)]
    for manifest, address in zip(manifests, addresses, strict=True):
        files = [file for file in manifest.files if file.table is not None and _is_distributed(manifest, file)]
        graph.append(_dataset(manifest, base, address, files))
        graph += [_distribution(manifest, file, address) for file in files]
    return to_json({"@context": _CONTEXT, "@graph": graph})


def _is_distributed(manifest: Manifest, file: ManifestFile) -> bool:
    """Monthly files are distributions of their own only where their rows are in no other file."""
    return file.month is None or manifest.file(f"{file.table}.parquet") is None


def _catalogue(newest: Manifest, base: str, addresses: list[str]) -> Node:
    return {
        "@id": f"{base}#catalog",
        "@type": "dcat:Catalog",
        "dct:title": _english(newest.title),
        "dct:description": _english(newest.description),
        "dct:publisher": {"@id": f"{base}#publisher"},
        "dct:license": {"@id": newest.profile.licence.url},
        "dct:modified": _instant(newest),
        "dcat:dataset": [{"@id": f"{base}#series"}, *({"@id": f"{address}#dataset"} for address in addresses)],
    }


def _series(newest: Manifest, base: str) -> Node:
    return {
        "@id": f"{base}#series",
        "@type": "dcat:DatasetSeries",
        "dct:title": _english(f"{newest.title}, all releases"),
        "dct:description": _english(newest.description),
        "dct:publisher": {"@id": f"{base}#publisher"},
        "dct:modified": _instant(newest),
    }


def _shared_nodes(manifests: Sequence[Manifest], base: str) -> list[Node]:
    codes = sorted({code for manifest in manifests for code in language_codes(manifest) if code in _LANGUAGES})
    licence = manifests[0].profile.licence
    return [
        {"@id": f"{base}#publisher", "@type": "foaf:Agent", "foaf:name": PUBLISHER},
        {
            "@id": licence.url,
            "@type": "dct:LicenseDocument",
            "dct:identifier": licence.name,
            "dct:title": _english(licence.scope),
        },
        {"@id": _ACCESS[manifests[0].profile], "@type": "dct:RightsStatement"},
        {
            "@id": f"{_AUTHORITY}/data-theme/SOCI",
            "@type": "skos:Concept",
            "skos:prefLabel": _english("Population and society"),
        },
        *({"@id": f"{_AUTHORITY}/language/{_LANGUAGES[code]}", "@type": "dct:LinguisticSystem"} for code in codes),
        *({"@id": f"{_AUTHORITY}/country/{code}", "@type": "dct:Location"} for code in COUNTRIES.values()),
        *({"@id": f"{_MEDIA}/{name}", "@type": "dct:MediaType"} for name in (PARQUET, "text/csv", "application/gzip")),
        *({"@id": f"{_AUTHORITY}/file-type/{name}", "@type": "dct:MediaTypeOrExtent"} for name in ("PARQUET", "CSV")),
    ]


def _dataset(manifest: Manifest, base: str, address: str, files: list[ManifestFile]) -> Node:
    languages = [_LANGUAGES[code] for code in language_codes(manifest) if code in _LANGUAGES]
    return {
        "@id": f"{address}#dataset",
        "@type": "dcat:Dataset",
        "dct:identifier": manifest.id,
        "dct:title": _english(f"{manifest.title}, release {manifest.id}"),
        "dct:description": _english(manifest.description),
        "dct:publisher": {"@id": f"{base}#publisher"},
        "dct:issued": _instant(manifest),
        "dct:accessRights": {"@id": _ACCESS[manifest.profile]},
        "dcat:version": manifest.version,
        "dcat:inSeries": {"@id": f"{base}#series"},
        "dcat:keyword": [_english(word) for word in KEYWORDS],
        "dcat:theme": {"@id": f"{_AUTHORITY}/data-theme/SOCI"},
        "dct:spatial": [{"@id": f"{_AUTHORITY}/country/{code}"} for code in COUNTRIES.values()],
        "dct:language": [{"@id": f"{_AUTHORITY}/language/{code}"} for code in languages],
        **_temporal(manifest),
        "dcat:distribution": [{"@id": f"{address}{file.path}#distribution"} for file in files],
    }


def _temporal(manifest: Manifest) -> Node:
    first, last = manifest.temporal.first, manifest.temporal.last
    if first is None or last is None:
        return {}
    period = {"@type": "dct:PeriodOfTime", "dcat:startDate": _day(str(first)), "dcat:endDate": _day(str(last))}
    return {"dct:temporal": period}


def _distribution(manifest: Manifest, file: ManifestFile, address: str) -> Node:
    is_parquet, is_gzip = file.mediatype == PARQUET, file.path.endswith(".gz")
    node: Node = {
        "@id": f"{address}{file.path}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": _english(file.path),
        "dcat:accessURL": {"@id": f"{address}{file.path}"},
        "dcat:downloadURL": {"@id": f"{address}{file.path}"},
        "dct:license": {"@id": manifest.profile.licence.url},
        "dct:issued": _instant(manifest),
        "dct:format": {"@id": f"{_AUTHORITY}/file-type/{'PARQUET' if is_parquet else 'CSV'}"},
        "dcat:mediaType": {"@id": f"{_MEDIA}/{file.mediatype}"},
        "dcat:byteSize": {"@value": str(file.bytes), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": {"@value": file.sha256, "@type": "xsd:hexBinary"},
        },
    }
    return node | ({"dcat:compressFormat": {"@id": f"{_MEDIA}/application/gzip"}} if is_gzip else {})


def _english(text: str) -> Node:
    return {"@value": text, "@language": "en"}


def _instant(manifest: Manifest) -> Node:
    return {"@value": manifest.created.isoformat(), "@type": "xsd:dateTime"}


def _day(text: str) -> Node:
    return {"@value": text, "@type": "xsd:date"}
