"""manifest.json, versions.json, datapackage.json and README.md say what is there."""

import json
import warnings
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from scrapers.published_tables import PUBLISHED_ARTICLES, SCHEMA_VERSION
from tests.exports.conftest import History
from tests.exports.readers import digest, manifest, rows, versions

with warnings.catch_warnings():
    # Third-party: its own imports use names that its dependencies call deprecated.
    warnings.simplefilter("ignore")
    import frictionless

DATA_PACKAGE_FORM = {
    "type": "object",
    "required": ["$schema", "name", "title", "version", "created", "licenses", "resources"],
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]*$"},
        "version": {"type": "string", "pattern": r"^\d{4}\.[1-9]\d?\.[1-9]\d?(\+\d+)?$"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "licenses": {"type": "array", "minItems": 1, "items": {"required": ["name", "path", "title"]}},
        "resources": {
            "type": "array",
            "minItems": 11,
            "items": {
                "type": "object",
                "required": ["name", "path", "type", "format", "mediatype", "schema"],
                "properties": {
                    "type": {"const": "table"},
                    "name": {"pattern": "^[a-z0-9-]+$"},
                    "hash": {"pattern": "^sha256:[0-9a-f]{64}$"},
                    "bytes": {"type": "integer", "minimum": 1},
                    "schema": {
                        "required": ["fields"],
                        "properties": {
                            "fields": {
                                "items": {
                                    "required": ["name", "type", "description"],
                                    "properties": {
                                        "type": {"enum": ["string", "integer", "number", "boolean", "date", "datetime"]}
                                    },
                                }
                            }
                        },
                    },
                },
            },
        },
    },
}
"""What the Data Package 2.0 requires and recommends of what we write (https://datapackage.org/standard/)."""


@pytest.fixture(scope="module")
def release(history: History) -> Path:
    return history.cut[1].path


@pytest.fixture(scope="module")
def package(release: Path) -> dict[str, Any]:
    return json.loads((release / "datapackage.json").read_text(encoding="utf-8"))


def test_the_manifest_says_what_this_release_is(release: Path) -> None:
    said = manifest(release)

    assert {key: said[key] for key in ("id", "version", "schema_version", "previous", "status", "changes")} == {
        "id": "2026-11-21",
        "version": "2026.11.21",
        "schema_version": SCHEMA_VERSION,
        "previous": "2026-11-20",
        "status": "active",
        "changes": {"added": 1, "modified": 1, "deleted": 0},
    }
    assert said["build"]["code_version"] == "1.2.3"
    assert (said["temporal"], said["languages"]) == ({"first": "2026-09-01", "last": "2026-11-27"}, ["ky"])


def test_the_manifest_lists_every_file_with_its_size_and_hash(release: Path) -> None:
    listed = {f["path"]: (f["bytes"], f["sha256"]) for f in manifest(release)["files"]}
    paths = [path for path in release.rglob("*") if path.is_file()]

    found = {path.relative_to(release).as_posix(): (path.stat().st_size, digest(path)) for path in paths}
    assert listed == {name: found[name] for name in found if name not in ("manifest.json", "SHA256SUMS")}


def test_the_manifest_says_how_fresh_every_source_is(release: Path) -> None:
    sources = {source["source_id"]: source for source in manifest(release)["sources"]}

    assert list(sources) == ["closed", "open", "short"]
    assert sources["short"]["is_carried_forward"] is True
    assert sources["open"]["last_success_at"] == "2026-11-20T06:00:00Z"
    assert sum(source["rows"] for source in sources.values()) == manifest(release)["rows"]


def test_versions_lists_every_release_newest_first(history: History) -> None:
    said = versions(history.releases)

    assert said["latest"] == "2026-11-23"
    assert [version["id"] for version in said["versions"]] == ["2026-11-23", "2026-11-22", "2026-11-21", "2026-11-20"]
    assert [v["delta_from"] for v in said["versions"]] == ["2026-11-22", "2026-11-21", "2026-11-20", None]


def test_the_data_package_has_the_form_of_the_standard(package: dict[str, Any]) -> None:
    validator = jsonschema.Draft7Validator(DATA_PACKAGE_FORM)

    assert [error.message for error in validator.iter_errors(package)] == []


def test_the_data_package_describes_every_column_of_the_contract(package: dict[str, Any]) -> None:
    articles = next(resource for resource in package["resources"] if resource["name"] == "articles")

    described = [(field["name"], field["description"]) for field in articles["schema"]["fields"]]
    assert described == [(column.name, column.meaning) for column in PUBLISHED_ARTICLES.columns]


def test_frictionless_finds_the_data_package_valid(release: Path) -> None:
    # It has no byte count for Parquet and calls it a fault (frictionless-py); our gate `files` checks sizes.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        checklist = frictionless.Checklist(skip_errors=["byte-count"])
        report = frictionless.validate(str(release / "datapackage.json"), checklist=checklist)

    assert report.flatten(["taskNumber", "type", "message"]) == []
    assert len(report.tasks) == 18


def test_frictionless_finds_a_broken_data_package(release: Path) -> None:
    broken = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))
    broken["resources"] = [resource for resource in broken["resources"] if resource["name"] == "sources"]
    broken["resources"][0]["hash"] = "sha256:" + "0" * 64

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = frictionless.Package.from_descriptor(broken, basepath=str(release)).validate()

    assert [row[0] for row in report.flatten(["type"])] == ["hash-count"]


def test_the_readme_tells_how_to_read_and_what_changed(release: Path) -> None:
    text = (release / "README.md").read_text(encoding="utf-8")

    assert "Since release 2026-11-20: 1 added, 1 modified, 0 deleted." in text
    assert f"| [articles.parquet](articles.parquet) | {len(rows(release / 'articles.parquet'))} |" in text
