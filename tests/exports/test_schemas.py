"""The published schema keeps its promises: what is committed is what is published, and it changes by the rule."""

import copy
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from exports import schemas
from exports.imprint import Imprint
from exports.release import cut_release
from exports.schemas import (
    SchemaPublishedError,
    describe_schema,
    find_breaches,
    last_published,
    list_schemas,
    main,
    publish_schemas,
    read_published,
    write_schemas,
)
from exports.verify import verify_release
from scrapers.published_tables import PUBLISHED_TABLES, SCHEMA_VERSION
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, World, article, citation, write_generation
from tests.exports.readers import rewrite

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
        (PUBLISHED, changed("1.0.1", c={"type": "string"}), "t.c: a new column needs a new minor version"),
        (PUBLISHED, PUBLISHED | {"name": "u"}, "u: a new table needs a new minor version after 1.0.0"),
        (PUBLISHED, PUBLISHED | {"name": "u", "version": "1.0.1"}, "u: a new table needs a new minor version"),
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


def test_a_new_table_may_come_with_a_minor_version() -> None:
    new = [changed("1.1.0"), PUBLISHED | {"name": "u", "version": "1.1.0"}]

    assert find_breaches([PUBLISHED], new, today=TODAY) == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Schema files of the contract, published."""
    publish_schemas(tmp_path)
    return tmp_path


def list_otherwise(folder: Path, name: str) -> None:
    """Let the list of what is published say that a file of today had other bytes."""
    listed = (folder / "PUBLISHED").read_text().splitlines()
    lines = [f"{'0' * 64}  {name}" if line.endswith(f"  {name}") else line for line in listed]
    (folder / "PUBLISHED").write_text("".join(f"{line}\n" for line in lines))


def test_what_is_published_is_listed_and_may_be_written_again(folder: Path) -> None:
    write_schemas(folder)

    names = sorted(path.name for path in folder.glob("*.json"))
    listed = [line.split("  ")[1] for line in (folder / "PUBLISHED").read_text().splitlines()]
    assert listed == names == sorted(f"{table.name}-{SCHEMA_VERSION}.json" for table in PUBLISHED_TABLES)


def test_make_docs_does_not_overwrite_a_published_schema_with_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"citations-{SCHEMA_VERSION}.json"
    list_otherwise(folder, name)
    (folder / name).write_text("what was published")

    code = main([str(folder)])

    assert (code, (folder / name).read_text()) == (1, "what was published")
    assert f"{name}: is published and would change; give SCHEMA_VERSION a new number" in capsys.readouterr().err


def test_make_docs_adds_no_table_to_a_published_version(folder: Path) -> None:
    name = f"versions-{SCHEMA_VERSION}.json"
    lines = [line for line in (folder / "PUBLISHED").read_text().splitlines() if not line.endswith(name)]
    (folder / "PUBLISHED").write_text("".join(f"{line}\n" for line in lines))

    with pytest.raises(SchemaPublishedError, match=f"{name}: schema {SCHEMA_VERSION} is published without it"):
        write_schemas(folder)


def test_the_committed_files_are_those_that_were_published() -> None:
    folder = Path(schemas.__file__).parent / "schema"

    changed = [
        name
        for name, digest in read_published(folder).items()
        if sha256((folder / name).read_bytes()).hexdigest() != digest
    ]
    assert changed == []


def test_a_release_may_not_change_its_schema_under_the_version_of_the_release_before(
    history: History, tmp_path: Path
) -> None:
    for name in ("2026-11-20", "2026-11-21"):
        shutil.copytree(history.releases / name, tmp_path / name)
    before = tmp_path / "2026-11-20" / "datapackage.json"
    said = before.read_text(encoding="utf-8").replace(
        '"name": "n_words",\n      "type": "integer"', '"name": "n_words",\n      "type": "number"'
    )

    rewrite(before, said.encode())

    [gate] = [result for result in verify_release(tmp_path / "2026-11-21") if not result.is_ok]
    assert gate.name == "schema"
    assert f"articles: differs from the published {SCHEMA_VERSION}" in gate.detail
    assert "articles.n_words: number became integer" in gate.detail


def test_a_table_never_goes() -> None:
    assert find_breaches([PUBLISHED], [], today=TODAY) == [
        "t: a published table is gone; deprecate its columns and keep it"
    ]


# --- releases by month -----------------------------------------------------------------------------------------------


def cut_in_turn(home: Path, *days: tuple[bool, World]) -> list[Path]:
    """Cut a release a day, with whole files or by month, and return their folders."""
    cut = []
    for n, (has_whole_files, world) in enumerate(days):
        generation = write_generation(home / f"{n}.duckdb", world)
        now, imprint = DAY_1 + timedelta(days=n), Imprint(has_whole_files=has_whole_files)
        release = cut_release(generation, home / "releases", now=now, code_version="1", imprint=imprint)
        assert release is not None
        cut.append(release.path)
    return cut


def growing(n_articles: int) -> World:
    return World(articles=[article(n) for n in range(n_articles)], citations=[citation(1)])


def test_an_operator_may_change_between_whole_files_and_months(tmp_path: Path) -> None:
    cut = cut_in_turn(tmp_path, (True, growing(3)), (False, growing(4)), (True, growing(5)))

    assert [result for path in cut for result in verify_release(path) if not result.is_ok] == []


def test_a_table_may_get_its_first_row_and_lose_its_last_one_in_releases_by_month(tmp_path: Path) -> None:
    without = [World(articles=growing(n).articles) for n in (3, 5)]

    cut = cut_in_turn(tmp_path, (False, without[0]), (False, growing(4)), (False, without[1]))

    assert [result for path in cut for result in verify_release(path) if not result.is_ok] == []


def test_a_release_by_month_may_not_change_its_schema_either(tmp_path: Path) -> None:
    first, second = cut_in_turn(tmp_path, (False, growing(3)), (False, growing(4)))
    before = first / "datapackage.json"
    said = before.read_text(encoding="utf-8").replace(
        '"name": "n_words",\n      "type": "integer"', '"name": "n_words",\n      "type": "number"'
    )

    rewrite(before, said.encode())

    [gate] = [result for result in verify_release(second) if not result.is_ok]
    assert "articles.n_words: number became integer" in gate.detail
