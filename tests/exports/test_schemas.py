"""The published schema keeps its promises: what is committed is what is published, and it changes by the rule."""

import copy
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from exports.schemas import describe_schema, find_breaches, last_published, list_schemas, write_schemas
from scrapers.tables import PUBLISHED_TABLES, SCHEMA_VERSION

TODAY = date(2026, 12, 1)
LONG_AGO = {"since": "2026-08-01", "remove_in": "2.0.0", "use": "b"}
PUBLISHED: dict[str, Any] = {
    "name": "t",
    "version": "1.0.0",
    "fields": [
        {"name": "a", "type": "string", "constraints": {"required": True}},
        {"name": "b", "type": "integer"},
    ],
}


def changed(version: str, **fields: Any) -> dict[str, Any]:
    """The published schema as another version, with fields replaced, added or (None) removed."""
    schema = copy.deepcopy(PUBLISHED) | {"version": version}
    named = {field["name"]: field for field in schema["fields"]} | {
        name: field and {"name": name} | field for name, field in fields.items()
    }
    return schema | {"fields": [field for field in named.values() if field]}


def deprecated(**notice: str) -> dict[str, Any]:
    """The published schema with a notice on `a`."""
    schema = copy.deepcopy(PUBLISHED)
    schema["fields"][0]["deprecated"] = LONG_AGO | notice
    return schema


def test_the_contract_breaks_no_promise_of_the_last_published_schema() -> None:
    current = [describe_schema(table) for table in PUBLISHED_TABLES]

    assert find_breaches(last_published().values(), current, today=datetime.now(UTC).date()) == []


def test_every_table_of_the_contract_has_its_published_schema(tmp_path: Path) -> None:
    write_schemas(tmp_path)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}

    assert written.items() <= list_schemas().items(), "`make docs` writes the schema files"


def test_the_changelog_tells_of_the_current_version() -> None:
    assert f"\n## {SCHEMA_VERSION}\n" in list_schemas()["CHANGELOG.md"]


def test_the_release_links_to_a_schema_that_the_site_holds(site: Path) -> None:
    said = json.loads((site / "schema" / f"articles-{SCHEMA_VERSION}.json").read_text(encoding="utf-8"))

    assert (said["name"], said["version"]) == ("articles", SCHEMA_VERSION)


@pytest.mark.parametrize(
    ("published", "current", "breach"),
    [
        (PUBLISHED, changed("1.0.0", c={"type": "string"}), "give SCHEMA_VERSION a new number"),
        (PUBLISHED, changed("1.1.0", c={"type": "string", "constraints": {"required": True}}), "must be nullable"),
        (PUBLISHED, changed("1.1.0", a=None), "removed or renamed; this needs a new major version"),
        (PUBLISHED, changed("2.0.0", a=None), "removed or renamed; it was never marked as deprecated"),
        (PUBLISHED, changed("2.0.0", b={"type": "string"}), "integer became string"),
        (PUBLISHED, changed("1.1.0", a={"type": "string"}), "may be null now"),
        (deprecated(since="2026-10-01"), changed("2.0.0", a=None), "deprecated only since 2026-10-01"),
        (deprecated(), changed("0.9.0"), "older than the published"),
    ],
)
def test_a_broken_promise_is_found(published: dict[str, Any], current: dict[str, Any], breach: str) -> None:
    assert breach in "\n".join(find_breaches([published], [current], today=TODAY))


@pytest.mark.parametrize(
    ("published", "current"),
    [
        (PUBLISHED, PUBLISHED),
        (PUBLISHED, changed("1.1.0", c={"type": "string"})),
        (PUBLISHED, deprecated() | {"version": "1.1.0"}),
        (deprecated(), changed("2.0.0", a=None)),
    ],
)
def test_what_the_rule_allows_is_no_breach(published: dict[str, Any], current: dict[str, Any]) -> None:
    assert find_breaches([published], [current], today=TODAY) == []


def test_a_table_never_goes() -> None:
    assert find_breaches([PUBLISHED], [], today=TODAY) == [
        "t: a published table is gone; deprecate its columns and keep it"
    ]
