"""`datapackage.json`: a release as a Data Package 2.0 (https://datapackage.org), derived from manifest and contract.

Every table is a resource as CSV and as Parquet; the monthly files of one are a resource of many paths, and all there is
of a large table in a release by month alone. The standard has no place for the hash of a many-file resource: those
stand in the manifest and in SHA256SUMS. Files for spreadsheets are left out: their values are altered, and a reader
would take them for a table like the others.
"""

from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from exports.about import KEYWORDS, PUBLISHER, release_address, release_urn, to_json
from exports.manifest import PARQUET, Manifest, ManifestFile
from exports.published import MONTHLY, PUBLISHED, Published
from scrapers.columns import Column, Table
from scrapers.published_tables import PUBLISHED_DELTA

_PROFILES = "https://datapackage.org/profiles/2.0"


def render_datapackage(manifest: Manifest) -> str:
    """The text of `datapackage.json`."""
    licence = manifest.profile.licence
    descriptor: dict[str, Any] = {
        "$schema": f"{_PROFILES}/datapackage.json",
        "name": manifest.dataset,
        "id": release_address(manifest) or release_urn(manifest),
        "title": f"{manifest.title}, release {manifest.id}",
        "description": manifest.description,
        "version": manifest.version,
        "created": manifest.created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "keywords": list(KEYWORDS),
        "licenses": [{"name": licence.name, "path": licence.url, "title": licence.scope}],
        "contributors": [{"title": PUBLISHER, "roles": ["creator"]}],
        "sources": [{"title": source.name} for source in manifest.sources],
        "resources": _resources(manifest),
    }
    return to_json(descriptor | ({"homepage": manifest.catalogue_url} if manifest.catalogue_url else {}))


def _resources(manifest: Manifest) -> list[dict[str, Any]]:
    by_path = {file.path: file for file in manifest.files}
    resources = []
    for published in PUBLISHED:
        csv = by_path.get(published.whole_files[1])
        if csv is not None:
            resources.append(_file_resource(csv, published.name, _schema(published)))
        parquet = by_path.get(f"{published.name}.parquet")
        if parquet is not None:
            resources.append(_file_resource(parquet, f"{published.name}-parquet", _schema(published)))
    resources += [_monthly_resource(published, manifest) for published in MONTHLY if manifest.months_of(published.name)]
    for file in manifest.files:
        if file.role == "delta":
            resources.append(_file_resource(file, _delta_name(file, manifest), describe_fields(PUBLISHED_DELTA)))
    return resources


def _delta_name(file: ManifestFile, manifest: Manifest) -> str:
    """`delta` from the release before; that from an issue which this one replaces names it, for names are unique."""
    return "delta" if file == manifest.delta else f"delta-{PurePosixPath(file.path).stem}"


def _file_resource(file: ManifestFile, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": name,
        "type": "table",
        "path": file.path,
        "mediatype": file.mediatype,
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        "schema": schema,
    }
    return resource | _format(file)


def _monthly_resource(published: Published, manifest: Manifest) -> dict[str, Any]:
    return {
        "$schema": f"{_PROFILES}/dataresource.json",
        "name": f"{published.name}-monthly",
        "type": "table",
        "path": [file.path for file in manifest.months_of(published.name)],
        "format": "parquet",
        "mediatype": PARQUET,
        "schema": describe_fields(published.table),
    }


def _format(file: ManifestFile) -> dict[str, Any]:
    if file.mediatype == PARQUET:
        return {"format": "parquet"}
    return {"format": "csv", "encoding": "utf-8"} | ({"compression": "gz"} if file.path.endswith(".gz") else {})


def _schema(published: Published) -> dict[str, Any]:
    columns = [name.strip(' "') for name in published.key.split(",")]
    nullable = {column.name for column in published.table.columns if column.nullable}
    key = {} if nullable & set(columns) else {"primaryKey": columns}
    return describe_fields(published.table) | key


def describe_fields(table: Table) -> dict[str, Any]:
    """A published table as a Table Schema 2.0, without its key."""
    fields = [_field(column) for column in table.columns]
    return {"$schema": f"{_PROFILES}/tableschema.json", "fields": fields, "missingValues": [""]}


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _field_type(column.type), "description": column.meaning}
    if column.deprecated is not None:
        field["deprecated"] = column.deprecated.as_json
    return field if column.nullable else field | {"constraints": {"required": True}}


def _field_type(type_: pa.DataType) -> str:
    """The Table Schema type of an Arrow type of the contract."""
    names = {"string": "string", "int64": "integer", "double": "number", "bool": "boolean", "date32[day]": "date"}
    return "datetime" if pa.types.is_timestamp(type_) else names[str(type_)]
