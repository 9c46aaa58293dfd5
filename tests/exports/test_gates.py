"""Every gate, made to fail by the smallest change that it must not let through."""

import gzip
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports.engine import open_engine
from exports.gates import CONTENT_GATES
from exports.release import open_release
from exports.release_reading import ReleaseReading, open_tables
from exports.verify import GATE_NAMES, verify_release
from tests.exports.conftest import History
from tests.exports.factories import article_id
from tests.exports.readers import edit_manifest, manifest, reseal, resum, rewrite, rewrite_rows, rows

Row = dict[str, Any]
SEPTEMBER = "data/articles-2026-09.parquet"
DELTA = "delta/from-2026-11-20.parquet"


@pytest.fixture
def release(history: History, tmp_path: Path) -> Iterator[Path]:
    """A copy of the second release, the first one beside it; free to be broken."""
    shutil.copytree(history.releases / "2026-11-20", tmp_path / "2026-11-20")
    yield shutil.copytree(history.releases / "2026-11-21", tmp_path / "2026-11-21")
    shutil.rmtree(tmp_path)


def failed(release: Path) -> dict[str, str]:
    """Gates that a release fails, with what they say."""
    return {result.name: result.detail for result in verify_release(release) if not result.is_ok}


def failed_when_resealed(release: Path) -> dict[str, str]:
    """The same after sums and manifest were made to agree with the changed files."""
    reseal(release)
    return failed(release)


def faults(release: Path, gate: str) -> str:
    """What one gate of content says, sums and manifest aside."""
    manifest = open_release(release).manifest
    with open_engine([release.parent]) as connection:
        previous = release.parent / "2026-11-20"
        reading = ReleaseReading(path=release, manifest=manifest, connection=connection, previous=previous)
        open_tables(reading)
        return "; ".join(CONTENT_GATES[gate](reading))


def edit_row(path: Path, key: str, **changed: Any) -> None:
    """Change the rows of the article or source whose id is `key`."""
    old = rows(path)
    rewrite_rows(path, [row | changed if key in (row.get("article_id"), row["source_id"]) else row for row in old])


def edit_text(path: Path, edit: Callable[[str], str]) -> None:
    """Change a CSV file."""
    is_zipped = path.suffix == ".gz"
    text = gzip.decompress(path.read_bytes()) if is_zipped else path.read_bytes()
    changed = edit(text.decode()).encode()
    rewrite(path, gzip.compress(changed) if is_zipped else changed)


def article_of(release: Path, source_id: str) -> str:
    return next(row["article_id"] for row in rows(release / "articles.parquet") if row["source_id"] == source_id)


def test_an_untouched_copy_passes_every_gate_that_its_manifest_names(release: Path) -> None:
    results = verify_release(release)

    assert all(result.is_ok for result in results)
    assert [result.name for result in results] == list(GATE_NAMES) == manifest(release)["gates"]


@pytest.mark.parametrize("name", ["articles.parquet", SEPTEMBER, "csv/articles.csv.gz", "manifest.json", "README.md"])
def test_sums_finds_a_flipped_bit_and_names_the_file(release: Path, name: str) -> None:
    data = bytearray((release / name).read_bytes())
    data[len(data) // 2] ^= 1
    rewrite(release / name, bytes(data))

    assert failed(release)["sums"].startswith(f"{name}: sha256")


def test_sums_finds_a_missing_file(release: Path) -> None:
    (release / "ledger.csv").unlink()

    assert failed(release) == {"sums": "ledger.csv: missing"}


def test_sums_finds_an_extra_file(release: Path) -> None:
    (release / "data" / "more.txt").write_text("?")

    assert failed(release) == {"sums": "data/more.txt: not listed in SHA256SUMS"}


def test_ten_faults_of_a_gate_are_named_and_the_others_counted(release: Path) -> None:
    for n in range(12):
        (release / f"more-{n:02}.txt").write_text("?")

    named = "; ".join(f"more-{n:02}.txt: not listed in SHA256SUMS" for n in range(10))
    assert failed(release) == {"sums": f"{named} (and 2 more)"}


def test_sums_takes_no_link_for_a_file(release: Path) -> None:
    (release / "RIGHTS.md").unlink()
    (release / "RIGHTS.md").symlink_to(release / "README.md")

    assert failed(release) == {"sums": "RIGHTS.md: is a link"}


def test_a_folder_that_is_no_release_fails_in_words(tmp_path: Path) -> None:
    assert "SHA256SUMS" in failed(tmp_path)["sums"]


def test_a_manifest_that_is_none_fails_in_words(release: Path) -> None:
    rewrite(release / "manifest.json", b"{}")
    resum(release)

    assert failed(release)["files"].startswith("manifest.json: ")


def test_files_finds_a_file_that_the_manifest_does_not_list(release: Path) -> None:
    (release / "more.txt").write_text("?")

    assert failed_when_resealed(release) == {"files": "more.txt: not in the manifest"}


def test_files_finds_a_size_that_the_manifest_has_wrong(release: Path) -> None:
    files = manifest(release)["files"]
    edit_manifest(release, files=[files[0] | {"bytes": 1}, *files[1:]])
    resum(release)

    assert failed(release)["files"].startswith("articles.parquet: ")


@pytest.mark.parametrize("name", ["citations.parquet", "articles.parquet", SEPTEMBER, DELTA])
def test_schema_finds_a_column_that_is_missing(release: Path, name: str) -> None:
    table = pq.ParquetFile(release / name).read()
    (release / name).unlink()
    pq.write_table(table.drop_columns(["url"]), release / name)

    assert failed_when_resealed(release)["schema"] == f"{name}: lacks the column url string"


def test_schema_finds_a_column_of_another_type(release: Path) -> None:
    schema = pq.read_schema(release / "ledger.parquet")
    n = schema.get_field_index("n")
    retyped = schema.set(n, schema.field(n).with_type(pa.int32()))
    rewrite_rows(release / "ledger.parquet", rows(release / "ledger.parquet"), retyped)

    assert failed_when_resealed(release)["schema"] == (
        "ledger.parquet: lacks the column n int64; ledger.parquet: the contract has no column n int32"
    )


def test_schema_finds_columns_in_another_order(release: Path) -> None:
    table = pq.ParquetFile(release / "ledger.parquet").read()
    (release / "ledger.parquet").unlink()
    pq.write_table(table.select(table.column_names[::-1]), release / "ledger.parquet")

    assert failed_when_resealed(release)["schema"].startswith("ledger.parquet: its columns stand in another order")


def test_rows_finds_a_count_that_the_manifest_has_wrong(release: Path) -> None:
    edit_manifest(release, rows=manifest(release)["rows"] + 1)

    assert "at least one is required" in faults(release, "rows")


def test_rows_finds_a_row_that_is_gone(release: Path) -> None:
    rewrite_rows(release / "citations.parquet", rows(release / "citations.parquet")[1:])

    assert faults(release, "rows") == "citations.parquet: 2 rows, the manifest says 3"


def test_hashes_finds_a_changed_value(release: Path) -> None:
    edit_row(release / "articles.parquet", article_id(1), section="other")

    assert article_id(1) in faults(release, "hashes")


def test_hashes_finds_a_table_that_is_not_the_one_of_the_manifest(release: Path) -> None:
    edit_row(release / "sources.parquet", "closed", name="Other")

    assert faults(release, "hashes").startswith("sources: ")


def test_partitions_finds_a_month_that_differs_from_the_whole(release: Path) -> None:
    edit_row(release / SEPTEMBER, article_id(0), title="Other")

    assert "the monthly files: row" in faults(release, "partitions")


def test_partitions_finds_an_article_in_the_file_of_another_month(release: Path) -> None:
    october = release / "data" / "articles-2026-10.parquet"
    moved, *rest = rows(release / SEPTEMBER)
    rewrite_rows(october, [*rows(october), moved])
    rewrite_rows(release / SEPTEMBER, rest)

    assert faults(release, "partitions") == f"{moved['article_id']} lies in articles-2026-10.parquet"


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("csv/articles.csv.gz", "Headline 1,", "Headline 1!,"),
        ("csv/articles.csv.gz", "two\nlines", "two lines"),
        ("sources.csv", "The closed", "The Closed"),
        ("coverage.csv", "true", "false"),
        ("ledger.csv", "robots", ""),
    ],
)
def test_csv_finds_a_value_that_is_not_the_one_in_parquet(release: Path, name: str, old: str, new: str) -> None:
    edit_text(release / name, lambda text: text.replace(old, new, 1))

    assert faults(release, "csv").startswith(f"{name}: row")


def test_csv_finds_a_renamed_header(release: Path) -> None:
    edit_text(release / "citations.csv", lambda text: text.replace("label", "lable", 1))

    assert faults(release, "csv").startswith("citations.csv: its header is")


def test_keys_finds_an_article_that_occurs_twice(release: Path) -> None:
    articles = rows(release / "articles.parquet")
    rewrite_rows(release / "articles.parquet", [*articles, articles[0]])

    assert "occurs 2 times" in faults(release, "keys")


def test_keys_finds_a_null_where_a_value_is_required(release: Path) -> None:
    edit_row(release / "articles.parquet", article_id(1), url=None)

    assert "lacks a required value" in faults(release, "keys")


@pytest.mark.parametrize(
    ("name", "key", "changed", "reference"),
    [
        ("citations.parquet", article_id(2), {"article_id": "x"}, "citations.article_id x"),
        ("articles.parquet", article_id(2), {"source_id": "x"}, "articles.source_id x"),
        ("coverage.parquet", "closed", {"source_id": "x"}, "coverage.source_id x"),
    ],
)
def test_keys_finds_a_reference_that_leads_nowhere(
    release: Path, name: str, key: str, changed: Row, reference: str
) -> None:
    path = release / name
    rewrite_rows(path, [row | changed if key in row.values() else row for row in rows(path)])

    assert reference in faults(release, "keys")


TOO_MUCH: tuple[tuple[str, Row, str], ...] = (
    ("closed", {"text": "x"}, "text"),
    ("closed", {"excerpt": "x"}, "excerpt"),
    ("closed", {"authors": "x"}, "authors"),
    ("closed", {"rights_level": "excerpt"}, "excerpt of a metadata source"),
    ("closed", {"rights_level": "all"}, "unknown level"),
    ("short", {"text": "x"}, "text"),
    ("short", {"authors": "x"}, "authors"),
    ("short", {"rights_level": "full_text"}, "full text beyond the source"),
    ("short", {"excerpt": "x" * 201, "n_chars": 9999}, "excerpt of more than 200 characters"),
    ("short", {"excerpt": "x" * 26, "n_chars": 100}, "excerpt of more than a quarter"),
    ("open", {"excerpt": "x" * 201, "n_chars": 9999}, "excerpt of more than 200 characters"),
)
"""Source, what one of its articles carries although it may not, and what the gate calls it."""


def test_rights_finds_every_article_that_carries_too_much_and_no_other(release: Path) -> None:
    articles = rows(release / "articles.parquet")
    by_source = {
        name: iter([row for row in articles if row["source_id"] == name]) for name in ("open", "short", "closed")
    }
    chosen = [(next(by_source[source_id]), changed, fault) for source_id, changed, fault in TOO_MUCH]
    edited = {row["article_id"]: row | changed for row, changed, _ in chosen}
    rewrite_rows(release / "articles.parquet", [edited.get(row["article_id"], row) for row in articles])

    found = faults(release, "rights").split("; ")

    assert {f"{row['article_id']}: {fault}" for row, _, fault in chosen} <= set(found)
    assert {line.split(":")[0] for line in found} == set(edited)


@pytest.mark.parametrize(
    ("source_id", "changed", "fault"),
    [
        ("open", {"licence": None}, "full text without licence and evidence"),
        ("open", {"evidence_url": None}, "full text without licence and evidence"),
        ("open", {"tdm_reserved": True}, "mining is reserved"),
        ("short", {"tdm_reserved": True}, "mining is reserved"),
        ("open", {"rights_level": "excerpt"}, "full text beyond the source"),
    ],
)
def test_rights_finds_articles_beyond_what_their_source_allows(
    release: Path, source_id: str, changed: Row, fault: str
) -> None:
    edit_row(release / "sources.parquet", source_id, **changed)

    assert fault in faults(release, "rights")


@pytest.mark.parametrize(
    ("stage", "outcome", "n", "fault"),
    [
        ("article", "published", 1, "articles counted"),
        ("url", "fetched", 1, "pages of 1 fetched addresses"),
        ("page", "articles", 999, "1000 pages of"),
        ("record", "article", 1, "pages with articles without their records"),
        ("record", "rejection", 0, "rejected pages without their records"),
        ("page", "articles", 0, "records of no page"),
    ],
)
def test_ledger_finds_stages_that_do_not_add_up(release: Path, stage: str, outcome: str, n: int, fault: str) -> None:
    path = release / "ledger.parquet"
    changed = [row | {"n": n} if (row["stage"], row["outcome"]) == (stage, outcome) else row for row in rows(path)]
    rewrite_rows(path, changed)

    assert fault in faults(release, "ledger")


@pytest.mark.parametrize(
    "changed",
    [{"op": "DEL"}, {"op": "ADD"}, {"new_sha256": "x"}, {"old_sha256": "x"}, {"title": "Other"}],
    ids=lambda changed: "-".join(changed.values()),
)
def test_delta_finds_a_row_that_does_not_lead_from_the_last_release_to_this(release: Path, changed: Row) -> None:
    edit_row(release / DELTA, article_id(3), **changed)

    assert faults(release, "delta") != ""


def test_delta_finds_a_change_that_it_lacks(release: Path) -> None:
    rewrite_rows(release / DELTA, rows(release / DELTA)[1:])

    assert "previous + delta: row" in faults(release, "delta")


def test_delta_finds_counts_that_the_manifest_has_wrong(release: Path) -> None:
    edit_manifest(release, changes={"added": 2, "modified": 1, "deleted": 0})

    assert "the manifest says" in faults(release, "delta")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"version": 7}, "a gap in its versions"),
        ({"valid_to": None, "text": None}, "a version that does not end where the next begins"),
        ({"rights_level": "metadata"}, "text of a version beyond its rights"),
        ({"is_substantive": True}, "a substantive edit of nothing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_versions_finds_a_history_that_is_none(release: Path, changed: Row, fault: str) -> None:
    path = release / "versions.parquet"
    is_first = {"article_id": article_id(3), "version": 1}
    rewrite_rows(path, [row | changed if is_first.items() <= row.items() else row for row in rows(path)])

    assert fault in faults(release, "versions")


def test_versions_finds_an_article_that_is_not_its_last_version(release: Path) -> None:
    edit_row(release / "articles.parquet", article_id(3), n_versions=5)

    assert faults(release, "versions") == f"{article_id(3)}: its current version is not the article"


def test_tombstones_finds_a_withdrawn_article_in_every_table(release: Path) -> None:
    tomb = {"article_id": article_id(1), "withdrawn_date": date(2026, 11, 21), "reason": "takedown"}
    rewrite_rows(release / "tombstones.parquet", [tomb])

    assert {line.split(" in ")[1] for line in faults(release, "tombstones").split("; ")} == {
        "articles",
        "citations",
        "versions",
    }


def test_tombstones_finds_one_that_was_forgotten(release: Path) -> None:
    tomb = {"article_id": article_id(1), "withdrawn_date": date(2026, 11, 21), "reason": "takedown"}
    rewrite_rows(release.parent / "2026-11-20" / "tombstones.parquet", [tomb])

    assert faults(release, "tombstones") == f"{article_id(1)} was withdrawn and is not in tombstones any more"


def test_freshness_finds_a_stale_source_that_the_manifest_calls_fresh(release: Path) -> None:
    edit_row(release / "coverage.parquet", "open", last_success_at=datetime(2026, 11, 10, tzinfo=UTC))

    assert "open: the manifest says fresh, the tables no complete crawl for 11 days" in faults(release, "freshness")


def test_freshness_finds_a_source_left_out_of_the_list_of_stale_ones(release: Path) -> None:
    edit_manifest(release, freshness=manifest(release)["freshness"] | {"stale": []})

    assert faults(release, "freshness") == "the manifest's list of stale sources is not that of the tables"


def test_freshness_of_a_first_issue_is_that_of_its_own_instant(release: Path) -> None:
    before = manifest(release.parent / "2026-11-20")["created"]
    edit_manifest(release, freshness=manifest(release)["freshness"] | {"judged_at": before})

    assert "judged at 2026-11-20 06:00, not at the instant of the release" in faults(release, "freshness")


def test_minimum_names_the_source_and_the_number_that_the_registry_demands(release: Path) -> None:
    edit_row(release / "sources.parquet", "closed", min_articles=1000)

    assert faults(release, "minimum") == "closed: 9 articles, at least 1000 expected"


def test_minimum_finds_a_source_that_lost_much_of_its_history(release: Path) -> None:
    edit_row(release / "sources.parquet", "open", min_articles=None)
    before = manifest(release.parent / "2026-11-20")["sources"]
    had = [source | {"rows": 100} if source["source_id"] == "open" else source for source in before]
    edit_manifest(release.parent / "2026-11-20", sources=had)

    assert faults(release, "minimum") == "open: 27 articles, 100 in release 2026-11-20"


@pytest.mark.parametrize(
    ("withdrawn_of", "fault"), [("open", ""), ("closed", "open: 27 articles, 42 in release 2026-11-20")]
)
def test_minimum_counts_what_was_withdrawn_for_its_own_source_alone(
    release: Path, withdrawn_of: str, fault: str
) -> None:
    before, tables = release.parent / "2026-11-20", manifest(release)["tables"]
    withdrawn = [row["article_id"] for row in rows(before / "articles.parquet") if row["source_id"] == withdrawn_of][:9]
    tombs = [{"article_id": id_, "withdrawn_date": date(2026, 11, 21), "reason": "takedown"} for id_ in withdrawn]
    rewrite_rows(release / "tombstones.parquet", tombs)
    edit_manifest(release, tables=tables | {"tombstones": tables["tombstones"] | {"rows": 9}})
    edit_row(release / "sources.parquet", "open", min_articles=None)
    had = [source | {"rows": 42} if source["source_id"] == "open" else source for source in manifest(before)["sources"]]
    edit_manifest(before, sources=had)

    assert faults(release, "minimum") == fault


def test_maximum_finds_a_flood_that_the_manifest_does_not_warn_of(release: Path) -> None:
    edit_row(release / "coverage.parquet", "open", n_new_last_7_days=9999)

    assert faults(release, "maximum") == (
        "open: 9999 new articles in a week, at most 500 expected, and no warning in the manifest"
    )


def test_fill_finds_a_source_whose_titles_went_missing(release: Path) -> None:
    edit_row(release / "coverage.parquet", "open", title_share=0.5)

    assert faults(release, "fill") == "open: title_share fell from 1.0 to 0.5"


def test_a_forged_release_fails_the_gates_of_content_and_says_so(release: Path) -> None:
    edit_row(release / "articles.parquet", article_of(release, "closed"), text="leaked")

    assert {"hashes", "partitions", "csv", "rights", "delta"} <= set(failed_when_resealed(release))


def test_without_the_last_release_at_hand_the_delta_is_checked_against_this_one(release: Path) -> None:
    shutil.rmtree(release.parent / "2026-11-20")

    assert failed(release) == {}


def test_of_the_last_release_a_manifest_that_is_none_is_named(release: Path) -> None:
    before = release.parent / "2026-11-20" / "manifest.json"
    before.unlink()
    before.write_text('{"id": 1}')

    assert failed(release)["schema"].startswith(f"ValueError: {before}: ")


def test_of_the_last_release_an_empty_folder_is_as_good_as_none(release: Path) -> None:
    shutil.rmtree(release.parent / "2026-11-20")
    (release.parent / "2026-11-20").mkdir()

    assert failed(release) == {}
