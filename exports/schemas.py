"""The published schema as files with versions, and the rule by which it may change.

    exports/schema/<table>-<version>.json   a Table Schema 2.0 with `version`
    exports/schema/PUBLISHED                SHA-256 of each of these files that was published; lines are only added
    exports/schema/CHANGELOG.md             what each version brought

`make docs` writes the files of the contract's version (`python -m exports.schemas`), but none that PUBLISHED lists with
other bytes; `make publish-schema` lists them, once a release of ours carries them. Readers may rely on this: within a
major version no column goes, changes its type or begins to be null; a column goes or changes only in a new major
version, after it stood as deprecated for at least 90 days. `find_breaches` is that rule. A test applies it to the
committed files, and the gate `schema` to what the release before says of itself (its `datapackage.json`), which nobody
can rewrite: so no release changes its schema under a version that was out already.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from exports.about import to_json
from exports.datapackage import describe_fields
from exports.errors import ExportError
from exports.manifest import Manifest
from scrapers.columns import Table
from scrapers.published_tables import PUBLISHED_TABLES, SCHEMA_VERSION

NOTICE = timedelta(days=90)
"""A quarter: long enough for who reads the data once a month to meet the notice three times."""
_FILE = re.compile(r"(?P<table>[a-z_]+)-(?P<version>\d+\.\d+\.\d+)\.json$")

PUBLISHED_LIST = "PUBLISHED"

TableSchema = dict[str, Any]


class SchemaPublishedError(ExportError):
    """A published schema file would change; give SCHEMA_VERSION a new number."""


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


def read_schemas(release: Path, manifest: Manifest) -> list[TableSchema]:
    """The schemas that a release itself gives of its tables, in its `datapackage.json`, whatever files they are in.

    Raises OSError and ValueError when it cannot be read.
    """
    resources = json.loads((release / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    fields: dict[str, Any] = {}
    for resource in resources:
        table = resource["name"].removesuffix("-parquet").removesuffix("-monthly")
        fields.setdefault(table, resource.get("schema", {}).get("fields"))
    named = {table: fields.get(table) for table in manifest.tables}
    return [
        {"name": table, "version": manifest.schema_version, "fields": found} for table, found in named.items() if found
    ]


def find_broken_promises(before: tuple[Path, Manifest], after: tuple[Path, Manifest]) -> list[str]:
    """What in a release's schema breaks a promise of the release before; each as its folder and manifest.

    A table without a row is in no file of a release by month, and its schema is not said there: it is not compared.
    """
    said = [(manifest, read_schemas(release, manifest)) for release, manifest in (before, after)]
    unsaid = {
        name
        for manifest, schemas in said
        for name in manifest.tables.keys() - {schema["name"] for schema in schemas}
        if not manifest.tables[name].rows
    }
    published, current = ([schema for schema in schemas if schema["name"] not in unsaid] for _, schemas in said)
    return find_breaches(published, current, today=after[1].judged_at.date())


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
    old, new = ({schema["name"]: schema for schema in schemas} for schemas in (published, current))
    breaches = [breach for name in old for breach in _table_breaches(old[name], new.get(name), today)]
    newest = max((_order(schema["version"]) for schema in old.values()), default=None)
    return breaches + [
        f"{name}: a new table needs a new minor version after {'.'.join(map(str, newest))}"
        for name in new.keys() - old.keys()
        if newest is not None and _order(new[name]["version"])[:2] <= newest[:2]
    ]


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
        yield from (f"{old['name']}.{name}: {fault}" for fault in _new_column_faults(new_fields[name], was, now))


def _new_column_faults(field: dict[str, Any], was: tuple[int, ...], now: tuple[int, ...]) -> Iterator[str]:
    if field.get("constraints", {}).get("required") and now[0] == was[0]:
        yield "a new column of the same major version must be nullable"
    if now != was and now[:2] == was[:2]:
        yield "a new column needs a new minor version"


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
    """Write the files of the contract's version; those of other versions stay.

    Raises SchemaPublishedError, and writes none, when one of them is published and would change.
    """
    folder.mkdir(exist_ok=True)
    texts = {f"{table.name}-{SCHEMA_VERSION}.json": to_json(describe_schema(table)) for table in PUBLISHED_TABLES}
    published = read_published(folder)
    if published.keys() & texts.keys() and texts.keys() - published.keys():
        new = sorted(texts.keys() - published.keys())
        raise SchemaPublishedError(f"{new[0]}: schema {SCHEMA_VERSION} is published without it")
    for name, text in texts.items():
        if published.get(name, _sha256(text)) != _sha256(text):
            raise SchemaPublishedError(f"{name}: is published and would change; give SCHEMA_VERSION a new number")
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def read_published(folder: Path) -> dict[str, str]:
    """SHA-256 of each published schema file, by its name."""
    path = folder / PUBLISHED_LIST
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def publish_schemas(folder: Path) -> None:
    """List the files of the contract's version as published, for good. Raises SchemaPublishedError."""
    write_schemas(folder)
    listed = read_published(folder)
    for table in PUBLISHED_TABLES:
        name = f"{table.name}-{SCHEMA_VERSION}.json"
        listed[name] = _sha256((folder / name).read_text(encoding="utf-8"))
    lines = (f"{digest}  {name}\n" for name, digest in sorted(listed.items()))
    (folder / PUBLISHED_LIST).write_text("".join(lines), encoding="utf-8", newline="\n")


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def main(arguments: list[str]) -> int:
    """`python -m exports.schemas FOLDER [--publish]`; returns the exit code."""
    try:
        (publish_schemas if "--publish" in arguments[1:] else write_schemas)(Path(arguments[0]))
    except SchemaPublishedError as error:
        print(f"exports.schemas: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
