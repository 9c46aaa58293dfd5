"""`ro-crate-metadata.json`: a release as an RO-Crate 1.3 (https://w3id.org/ro/crate/1.3), the home of its provenance.

A CreateAction says with which program, from which sources and after which release it was made.
"""

from typing import Any

from exports.about import KEYWORDS, PUBLISHER, citation, release_address, release_urn, to_json
from exports.manifest import Manifest, ManifestFile
from exports.profiles import Licence, Profile
from scrapers.counts import counted

_VERSION = "https://w3id.org/ro/crate/1.3"

_EXTENT = {Profile.PUBLIC: "Articles as far as rights allow", Profile.INTERNAL: "Articles with all of their texts"}

Entity = dict[str, Any]


def render_rocrate(manifest: Manifest) -> str:
    """The text of `ro-crate-metadata.json`."""
    graph = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "conformsTo": {"@id": _VERSION},
            "about": {"@id": "./"},
        },
        _root(manifest),
        _licence(manifest.profile.licence),
        {"@id": "#publisher", "@type": "Organization", "name": PUBLISHER} | _url(manifest),
        *_provenance(manifest),
        *(_file(file) for file in manifest.files),
    ]
    return to_json({"@context": f"{_VERSION}/context", "@graph": graph})


def _root(manifest: Manifest) -> Entity:
    return {
        "@id": "./",
        "@type": "Dataset",
        "identifier": release_address(manifest) or release_urn(manifest),
        "name": f"{manifest.title}, release {manifest.id}",
        "description": manifest.description,
        "datePublished": manifest.created.isoformat(),
        "version": manifest.version,
        "keywords": list(KEYWORDS),
        "license": {"@id": manifest.profile.licence.url},
        "author": {"@id": "#publisher"},
        "publisher": {"@id": "#publisher"},
        "creditText": citation(manifest),
        "hasPart": [{"@id": file.path} for file in manifest.files],
        "mentions": [{"@id": "#cut"}],
    }


def _licence(licence: Licence) -> Entity:
    return {"@id": licence.url, "@type": "CreativeWork", "name": licence.name, "description": licence.scope}


def _url(manifest: Manifest) -> Entity:
    return {"url": manifest.catalogue_url} if manifest.catalogue_url else {}


def _provenance(manifest: Manifest) -> list[Entity]:
    before = [{"@id": "#previous"}] if manifest.previous else []
    sources = [{"@id": f"#source-{source.source_id}"} for source in manifest.sources]
    programs = _programs(manifest)
    action: Entity = {
        "@id": "#cut",
        "@type": "CreateAction",
        "name": f"Cutting of the release by Kabarchy {manifest.build.code_version}",
        "description": f"{_EXTENT[manifest.profile]}; gates passed: {', '.join(manifest.gates)}.",
        "endTime": manifest.created.isoformat(),
        "agent": {"@id": "#publisher"},
        "instrument": [{"@id": program["@id"]} for program in programs],
        "object": before + sources,
        "result": {"@id": "./"},
    }
    previous = [{"@id": "#previous", "@type": "CreativeWork", "name": f"release {manifest.previous}"}] if before else []
    outlets = [
        {"@id": f"#source-{source.source_id}", "@type": "CreativeWork", "name": source.name}
        for source in manifest.sources
    ]
    return [action, *programs, *previous, *outlets]


def _programs(manifest: Manifest) -> list[Entity]:
    """The programs that made it, each with an address, as the profile asks; ours has one where it is published."""
    build, catalogue = manifest.build, manifest.catalogue_url
    known = [
        ("DuckDB", build.duckdb, "https://duckdb.org/"),
        ("PyArrow", build.pyarrow, "https://arrow.apache.org/docs/python/"),
        ("Python", build.python, "https://www.python.org/"),
        *([("Kabarchy", build.code_version, catalogue)] if catalogue else []),
    ]
    return [
        {"@id": f"#{name.lower()}", "@type": "SoftwareApplication", "name": name, "version": version, "url": url}
        for name, version, url in known
    ]


def _file(file: ManifestFile) -> Entity:
    entity: Entity = {
        "@id": file.path,
        "@type": "File",
        "name": file.path,
        "encodingFormat": file.mediatype,
        "contentSize": str(file.bytes),
        "sha256": file.sha256,
    }
    return entity | ({"description": f"{counted(file.rows or 0, 'row')} of {file.table}"} if file.table else {})
