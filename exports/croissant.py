"""`croissant.json`: a release in Croissant 1.1 (http://mlcommons.org/croissant/1.1), which is schema.org/Dataset too.

The same text, with addresses from the page's place, is the page's JSON-LD: it carries what dataset search engines ask
for on top. Monthly files are left out where they are the rows of a whole file again; where there is none, they are a
file set. A release is written once, hence `isLiveDataset` false and a hash on every file.
"""

import json
from typing import Any

import pyarrow as pa

from exports.about import COUNTRIES, KEYWORDS, PUBLISHER, citation, release_address, release_urn, to_json
from exports.manifest import PARQUET, Manifest, ManifestFile
from exports.profiles import Profile
from exports.published import PUBLISHED, Published
from scrapers.columns import Column

_TERMS = (
    "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileProperty",
    "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5", "parentField",
    "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator", "source",
    "subField", "transform",
)  # fmt: skip
"""Terms of Croissant 1.1; its specification asks for all of them in the context, used or not."""

CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "conformsTo": "dct:conformsTo",
    "name": {"@container": "@language"},
    "description": {"@container": "@language"},
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
} | {term: f"cr:{term}" for term in _TERMS}

_TYPES = {"string": "sc:Text", "int64": "sc:Integer", "double": "sc:Float", "bool": "sc:Boolean"}


def render_croissant(manifest: Manifest) -> str:
    """The text of `croissant.json`."""
    return to_json(describe_dataset(manifest))


def render_json_ld(manifest: Manifest, *, below: str) -> str:
    """The same for a `<script>` element of a page from which `below` leads to the release.

    No `<` or `&` is left in it, so that no text can end the element.
    """
    text = json.dumps(describe_dataset(manifest, below=below), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def describe_dataset(manifest: Manifest, *, below: str = "") -> dict[str, Any]:
    """The dataset as JSON-LD; `below`: see `about.release_address`."""
    address = release_address(manifest, below=below)
    organization = {"@type": "sc:Organization", "name": PUBLISHER}
    if manifest.catalogue_url is not None:
        organization["url"] = manifest.catalogue_url
    by_month = [published for published in PUBLISHED if manifest.file(f"{published.name}.parquet") is None]
    files = [file for file in manifest.files if file.table is not None and file.month is None]
    files += [file for published in by_month for file in manifest.months_of(published.name)]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": f"{manifest.title}, release {manifest.id}",
        "alternateName": manifest.dataset,
        "description": manifest.description,
        "url": address or "./",
        "identifier": release_urn(manifest),
        "version": manifest.version,
        "license": manifest.profile.licence.url,
        "usageInfo": manifest.profile.licence.scope,
        "creator": organization,
        "publisher": organization,
        "datePublished": manifest.created.isoformat(),
        "dateModified": manifest.created.isoformat(),
        "isLiveDataset": False,
        "isAccessibleForFree": manifest.profile is Profile.PUBLIC,
        "inLanguage": list(manifest.languages),
        "keywords": list(KEYWORDS),
        **_temporal(manifest),
        "spatialCoverage": list(COUNTRIES),
        "citeAs": citation(manifest),
        "includedInDataCatalog": {"@type": "sc:DataCatalog", "name": manifest.title}
        | ({"url": manifest.catalogue_url} if manifest.catalogue_url else {}),
        "variableMeasured": [column.name for column in PUBLISHED[0].table.columns],
        "distribution": [
            *(_file_object(file, address) for file in files),
            *map(_file_set, by_month),
        ],
        "recordSet": [_record_set(published, _place(published, manifest)) for published in PUBLISHED],
    }


def _temporal(manifest: Manifest) -> dict[str, str]:
    first, last = manifest.temporal.first, manifest.temporal.last
    return {"temporalCoverage": f"{first}/{last}"} if first and last else {}


def _file_object(file: ManifestFile, address: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": f"{address}{file.path}",
        "contentSize": f"{file.bytes} B",
        # Croissant's readers know Parquet by this older name alone.
        "encodingFormat": "application/x-parquet" if file.mediatype == PARQUET else _encoding(file),
        "sha256": file.sha256,
    }


def _file_set(published: Published) -> dict[str, Any]:
    """The monthly files of a table as one, found beside this document: `containedIn` is for archives and folders."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{published.name}-months",
        "name": f"{published.name}-months",
        "encodingFormat": "application/x-parquet",
        "includes": f"data/{published.name}-*.parquet",
    }


def _place(published: Published, manifest: Manifest) -> dict[str, Any]:
    """Where the rows of a table are: in its whole file, or in all of its months."""
    if manifest.file(f"{published.name}.parquet") is None:
        return {"fileSet": {"@id": f"{published.name}-months"}}
    return {"fileObject": {"@id": f"{published.name}.parquet"}}


def _encoding(file: ManifestFile) -> str:
    return "application/gzip" if file.path.endswith(".gz") else file.mediatype


def _record_set(published: Published, place: dict[str, Any]) -> dict[str, Any]:
    keys = [{"@id": f"{published.name}/{name.strip(chr(34) + ' ')}"} for name in published.key.split(",")]
    return {
        "@type": "cr:RecordSet",
        "@id": published.name,
        "name": published.name,
        "description": f"One record: {published.table.grain}.",
        "key": keys[0] if len(keys) == 1 else keys,
        "field": [_field(published, column, place) for column in published.table.columns],
    }


def _field(published: Published, column: Column, place: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{published.name}/{column.name}",
        "name": column.name,
        "description": column.meaning,
        "dataType": _data_type(column.type),
        "source": {**place, "extract": {"column": column.name}},
    }


def _data_type(type_: pa.DataType) -> str:
    if pa.types.is_timestamp(type_):
        return "sc:DateTime"
    return "sc:Date" if pa.types.is_date(type_) else _TYPES[str(type_)]
