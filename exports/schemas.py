"""The published schema as files with versions, and the rule by which it may change.

    exports/schema/<table>-<version>.json   a Table Schema 2.0 with `version`; the last published one is committed
    exports/schema/CHANGELOG.md             what each version brought

`make docs` writes the files of the contract's version (`python -m exports.schemas`). Readers may rely on this: within a
major version no column goes, changes its type or begins to be null; a column goes or changes only in a new major
version, after it stood as deprecated for at least 90 days. `find_breaches` is that rule, and a test applies it to the
last published files.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from exports.about import to_json
from exports.datapackage import describe_fields
from scrapers.columns import Table
from scrapers.tables import PUBLISHED_TABLES, SCHEMA_VERSION

NOTICE = timedelta(days=90)
"""A quarter: long enough for who reads the data once a month to meet the notice three times."""
_FILE = re.compile(r"(?P<table>[a-z_]+)-(?P<version>\d+\.\d+\.\d+)\.json$")

TableSchema = dict[str, Any]


def describe_schema(table: Table) -> TableSchema:
    """A published table's schema as it stands in its file."""
    return {
        "name": table.name,
        "title": f"One row: {table.grain}",
        "version": SCHEMA_VERSION,
        **describe_fields(table),
    }


def list_schemas() -> dict[str, str]:
    """Text of every published schema file by its name, the changelog included."""
    folder = files("exports.schema")
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith((".json", ".md"))
    }


def last_published() -> dict[str, TableSchema]:
    """The newest published schema of each table, by its name."""
    newest: dict[str, tuple[tuple[int, ...], TableSchema]] = {}
    for name, text in list_schemas().items():
        match = _FILE.match(name)
        if match is None:
            continue
        order = _order(match["version"])
        if match["table"] not in newest or order > newest[match["table"]][0]:
            newest[match["table"]] = (order, json.loads(text))
    return {name: schema for name, (_, schema) in newest.items()}


def find_breaches(published: Iterable[TableSchema], current: Iterable[TableSchema], *, today: date) -> list[str]:
    """What in the current schemas breaks a promise of the published ones; empty when nothing does.

    Equal versions must say the same. A new table or a new nullable column needs a new minor version; a change or loss
    needs a new major version and a column marked as deprecated, in what was published, since 90 days.
    """
    new = {schema["name"]: schema for schema in current}
    return [breach for old in published for breach in _table_breaches(old, new.get(old["name"]), today)]


def _table_breaches(old: TableSchema, new: TableSchema | None, today: date) -> Iterator[str]:
    if new is None:
        yield f"{old['name']}: a published table is gone; deprecate its columns and keep it"
        return
    was, now = _order(old["version"]), _order(new["version"])
    if now < was:
        yield f"{old['name']}: version {new['version']} is older than the published {old['version']}"
    if now == was and old != new:
        yield f"{old['name']}: differs from the published {old['version']}; give SCHEMA_VERSION a new number"
    old_fields = {field["name"]: field for field in old["fields"]}
    new_fields = {field["name"]: field for field in new["fields"]}
    for name, field in old_fields.items():
        broken = _what_broke(field, new_fields.get(name))
        if broken:
            yield from (f"{old['name']}.{name}: {broken}; {fault}" for fault in _notice_faults(field, was, now, today))
    for name in new_fields.keys() - old_fields.keys():
        if new_fields[name].get("constraints", {}).get("required") and now[0] == was[0]:
            yield f"{old['name']}.{name}: a new column of the same major version must be nullable"


def _what_broke(old: dict[str, Any], new: dict[str, Any] | None) -> str | None:
    if new is None:
        return "removed or renamed"
    if new["type"] != old["type"]:
        return f"{old['type']} became {new['type']}"
    if old.get("constraints", {}).get("required") and not new.get("constraints", {}).get("required"):
        return "may be null now"
    return None


def _notice_faults(field: dict[str, Any], was: tuple[int, ...], now: tuple[int, ...], today: date) -> Iterator[str]:
    if now[0] <= was[0]:
        yield "this needs a new major version"
    since = field.get("deprecated", {}).get("since")
    if since is None:
        yield "it was never marked as deprecated"
    elif date.fromisoformat(since) + NOTICE > today:
        yield f"deprecated only since {since}, {NOTICE.days} days are promised"


def _order(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def write_schemas(folder: Path) -> None:
    """Write the files of the contract's version; those of other versions stay."""
    folder.mkdir(exist_ok=True)
    for table in PUBLISHED_TABLES:
        text = to_json(describe_schema(table))
        (folder / f"{table.name}-{SCHEMA_VERSION}.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
