"""The gates of content of a release, each a function from what is read to what is wrong (nothing, when it is passed).

They query the tables; what can be said as a query for the rows that are wrong is one (`sql/gate_*.sql`). What files are
there and in which form is looked at before (`exports.form_gates`), what holds the same rows once more after
(`exports.copy_gates`).
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from exports.acceptance import AcceptableGate
from exports.bounds import FEW_ARTICLES, LARGEST_FALL, find_losses, find_warnings
from exports.delta import count_changes
from exports.engine import run_sql
from exports.freshness import find_freshness_faults
from exports.manifest import PARQUET, Manifest, ManifestFile, read_manifest
from exports.published import (
    ARTICLES,
    CITATIONS,
    MONTHLY,
    PUBLISHED,
    VERSIONS,
    Published,
    hash_rows,
    logical_sha256,
    logical_sha256_by_file,
    logical_sha256_of_months,
    names_of,
    read_files,
)
from exports.release_reading import ReleaseReading, fresh_rows, judged_rows
from exports.text_form import text_projection
from scrapers.counts import counted

Gate = Callable[[ReleaseReading], list[str]]


def check_rows(reading: ReleaseReading) -> list[str]:
    """Row counts, read again from every Parquet file, are those of the manifest; there is at least one article."""
    manifest, faults = reading.manifest, []
    for file in manifest.files:
        if file.mediatype == PARQUET and (found := pq.read_metadata(reading.path / file.path).num_rows) != file.rows:
            faults.append(f"{file.path}: {counted(found, 'row')}, the manifest says {file.rows}")
    whole = [file for file in manifest.files if file.path in list_whole_files(manifest, ARTICLES)]
    counts = {file.path: file.rows for file in whole}
    counts["data/articles-*.parquet"] = sum(file.rows or 0 for file in reading.months(ARTICLES))
    for path, n_rows in counts.items():
        if not n_rows or n_rows != manifest.rows:
            faults.append(f"{path}: {n_rows} rows, the manifest says {manifest.rows}; at least one is required")
    return faults


def check_hashes(reading: ReleaseReading) -> list[str]:
    """record_sha256 is the hash of its row; the logical hash of every table and month is that of the manifest."""
    run_sql(reading.connection, "article_facts")
    wrong = reading.connection.table("facts_to_judge").filter("not has_true_hash").project("article_id")
    faults = [f"record_sha256 of {row[0]} is not that of its row" for row in wrong.fetchall()]
    for published in PUBLISHED:
        faults += _month_faults(reading, published)
        said = reading.manifest.tables.get(published.name)
        if said is None or (said.rows, said.logical_sha256) != _logical_sha256(reading, published):
            faults.append(f"{published.name}: the rows are not those of the manifest's logical hash")
    return faults


def _month_faults(reading: ReleaseReading, published: Published) -> list[str]:
    fresh = reading.fresh_months(published)
    found = logical_sha256_by_file(reading.connection, published, reading.paths(reading.fresh_months(published)))
    return [
        f"{file.path}: the rows are not those of the manifest's logical hash"
        for file in fresh
        if found.get(reading.path / file.path) != (file.rows, file.logical_sha256)
    ]


def _logical_sha256(reading: ReleaseReading, published: Published) -> tuple[int, str]:
    """Rows and logical hash of a table; of months, what their own entries say, which are looked at one by one."""
    if published.by_month:
        months = reading.months(published)
        digests = (file.logical_sha256 or "" for file in months)
        return sum(file.rows or 0 for file in months), logical_sha256_of_months(digests)
    return logical_sha256(hash_rows(reading.connection.table(published.name), published), published)


def check_partitions(reading: ReleaseReading) -> list[str]:
    """Each row lies in the file of its article's month; together the files hold the rows of the whole file, if any."""
    if not reading.months(ARTICLES):
        return ["there are no monthly files"]
    faults = []
    for published in MONTHLY:
        if not reading.months(published):
            faults += [f"{published.name}: has rows, and no monthly files"] if _has_rows(reading, published) else []
            continue
        faults += _misplaced_rows(reading, published)
        if list_whole_files(reading.manifest, published):
            whole = reading.connection.table(published.name)
            monthly = read_files(reading.connection, published, reading.paths(reading.months(published)))
            faults += find_different_rows(reading, "the monthly files", whole, monthly)
    return faults


def _misplaced_rows(reading: ReleaseReading, published: Published) -> list[str]:
    judged = [str(path) for path in reading.paths(reading.judged_months(published))]
    if not judged:
        return []
    reading.connection.read_parquet(judged, filename=True).create_view("monthly_rows", replace=True)
    misplaced = run_sql(reading.connection, "gate_months").fetchall()
    return [f"{article_id} lies in {Path(name).name}" for article_id, name in misplaced]


def _has_rows(reading: ReleaseReading, published: Published) -> bool:
    return bool(reading.connection.table(published.name).limit(1).fetchall())


def list_whole_files(manifest: Manifest, published: Published) -> tuple[str, ...]:
    """Files of all rows of a table, Parquet and CSV, that a release must have."""
    if published.by_month and not manifest.has_whole_files:
        return ()
    return published.whole_files


def check_csv(reading: ReleaseReading) -> list[str]:
    """Every CSV file holds the rows of its Parquet file, column for column, in their text form."""
    faults = []
    for published in PUBLISHED:
        for path in list_whole_files(reading.manifest, published)[1:]:
            faults += _read_csv(reading, reading.path / path, published)
            typed, read = reading.connection.table(published.name), reading.connection.table("csv_rows")
            faults += find_different_rows(reading, path, typed.project(text_projection(published.table.columns)), read)
    return faults


def _read_csv(reading: ReleaseReading, path: Path, published: Published) -> list[str]:
    columns = {column.name: "varchar" for column in published.table.columns}
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        header = file.readline()
    run_sql(reading.connection, "read_csv", path=str(path), columns=columns)
    return [] if header == (",".join(columns) + "\n").encode() else [f"{path.name}: its header is {header[:200]!r}"]


def find_different_rows(
    reading: ReleaseReading, what: str, expected: duckdb.DuckDBPyRelation, found: duckdb.DuckDBPyRelation
) -> list[str]:
    """Say which rows one side has and the other lacks; both have the same columns."""
    expected.create_view("left_rows", replace=True)
    found.create_view("right_rows", replace=True)
    differing = run_sql(reading.connection, "different_rows").fetchall()
    return [f"{what}: row {row_hash} is {side}" for row_hash, side in differing]


def check_keys(reading: ReleaseReading) -> list[str]:
    """Keys are unique, required columns hold no null, references lead to a row."""
    faults = []
    for published in PUBLISHED:
        # No two articles anywhere share an id; the key of a row that goes with one begins with that id.
        rows = reading.connection.table(ARTICLES.name) if published is ARTICLES else judged_rows(reading, published)
        twice = rows.aggregate(f"{published.key}, count(*) as n_rows", published.key).filter("n_rows > 1").fetchall()
        faults += [f"{published.name}: {row[:-1]} occurs {row[-1]} times" for row in twice]
        required = [column.name for column in published.table.columns if not column.nullable]
        nulls = (
            fresh_rows(reading, published)
            .filter(" or ".join(f'"{name}" is null' for name in required))
            .project(published.key)
            .fetchall()
        )
        faults += [f"{published.name}: {row} lacks a required value" for row in nulls]
    _open_judged(reading, VERSIONS, CITATIONS)
    dangling = run_sql(reading.connection, "gate_references").fetchall()
    return faults + [f"{reference} {value} is not in the release" for reference, value in dangling]


def check_rights(reading: ReleaseReading) -> list[str]:
    """No row carries more than this release's own table of sources allows."""
    run_sql(reading.connection, "article_facts")
    return [f"{article_id}: {fault}" for article_id, fault in run_sql(reading.connection, "gate_rights").fetchall()]


def check_ledger(reading: ReleaseReading) -> list[str]:
    """The stages of the ledger add up for every source and day, and to the articles of this release."""
    faults = run_sql(reading.connection, "gate_ledger").fetchall()
    return [f"{source_id} {day}: {fault}" for source_id, day, fault in faults]


def check_delta(reading: ReleaseReading) -> list[str]:
    """Every delta leads to this release; the counts of that from the previous release are the manifest's, it replays.

    It is replayed only where that release is at hand.
    """
    manifest, delta = reading.manifest, reading.manifest.delta
    faults = [fault for file in manifest.files if file.role == "delta" for fault in _astray(reading, file)]
    if delta is None:
        is_first = manifest.previous is None
        return faults if is_first else [*faults, f"there is no delta from {manifest.previous}"]
    changes = count_changes(reading.connection.table("delta"))
    if changes != manifest.changes:
        faults.append(f"{delta.path}: {changes}; the manifest says {manifest.changes}")
    return faults + (_replay_faults(reading) if reading.previous is not None else [])


def _astray(reading: ReleaseReading, delta: ManifestFile) -> list[str]:
    """The rows of a delta that do not lead to this release."""
    reading.connection.read_parquet(str(reading.path / delta.path)).create_view("delta_rows", replace=True)
    found = run_sql(reading.connection, "gate_delta_rows").fetchall()
    return [f"{delta.path}: {op} of {article_id} does not lead here" for article_id, op in found]


def _replay_faults(reading: ReleaseReading) -> list[str]:
    """Apply the delta to the release before; months that are the same files in both are left out on both sides."""
    mismatches = run_sql(reading.connection, "delta_mismatches").fetchall()
    if mismatches:
        return [f"{op} of {article_id} does not start from the previous release" for article_id, op, *_ in mismatches]
    connection = reading.connection
    start = connection.table("previous_articles")
    if reading.previous is not None and reading.proven:
        months = read_manifest(reading.previous).months_of(ARTICLES.name)
        old = [reading.previous / file.path for file in months if file.path not in reading.proven]
        start = read_files(connection, ARTICLES, old)
    start.create_view("delta_start", replace=True)
    run_sql(connection, "replayed_articles")
    replayed = connection.table("replayed_articles").project(names_of(ARTICLES))
    return find_different_rows(reading, "previous + delta", fresh_rows(reading, ARTICLES), replayed)


def check_versions(reading: ReleaseReading) -> list[str]:
    """The versions of each article make one history that ends with the article itself."""
    _open_judged(reading, ARTICLES, VERSIONS)
    return [f"{article_id}: {fault}" for article_id, fault in run_sql(reading.connection, "gate_versions").fetchall()]


def _open_judged(reading: ReleaseReading, *tables: Published) -> None:
    """Make a view `judged_<table>` of each of some tables."""
    for published in tables:
        judged_rows(reading, published).create_view(f"judged_{published.name}", replace=True)


def check_tombstones(reading: ReleaseReading) -> list[str]:
    """Nothing of a withdrawn article is in any table; what was once withdrawn stays so."""
    found = run_sql(reading.connection, "gate_tombstones").fetchall()
    faults = [f"{article_id} was withdrawn and is in {place}" for article_id, place in found]
    before = reading.previous / "tombstones.parquet" if reading.previous else None
    if before is not None and before.is_file():
        kept, known = reading.connection.table("tombstones"), reading.connection.read_parquet(str(before))
        forgotten = known.project("article_id").except_(kept.project("article_id")).order("article_id").fetchall()
        faults += [f"{row[0]} was withdrawn and is not in tombstones any more" for row in forgotten]
    return faults


def check_freshness(reading: ReleaseReading) -> list[str]:
    """What the manifest says of the freshness of each source follows from the tables and the release's instant."""
    return find_freshness_faults(reading.connection, reading.manifest)


def check_minimum(reading: ReleaseReading) -> list[str]:
    """No source lost articles that were not withdrawn, more than the registry or the last release makes one expect."""
    if reading.manifest.supersedes is not None:
        return _lost_when_issued_again(reading, reading.manifest.supersedes)
    if reading.previous is None:
        return []
    previous = read_manifest(reading.previous)
    bounds = dict(reading.connection.table("sources").project("source_id, min_articles").fetchall())
    counted = run_sql(reading.connection, "count_withdrawn").fetchall()
    withdrawn = {source_id: (n_ever, n_since) for source_id, n_ever, n_since in counted}
    losses = find_losses(reading.manifest, previous, bounds, withdrawn)
    accepted = reading.accepted(AcceptableGate.MINIMUM)
    return [f"{source_id}: {loss}" for source_id, loss in losses.items() if source_id not in accepted]


def _lost_when_issued_again(reading: ReleaseReading, superseded: str) -> list[str]:
    delta = reading.connection.read_parquet(str(reading.path / f"delta/from-{superseded}.parquet"))
    tombstones = reading.connection.table("tombstones").project("article_id")
    lost = delta.filter("op = 'DEL'").project("article_id").except_(tombstones).order("article_id").fetchall()
    return [f"{row[0]} is not in the release any more and was not withdrawn" for row in lost]


def check_maximum(reading: ReleaseReading) -> list[str]:
    """Every source with more new articles than expected is among the manifest's warnings; it holds nothing up."""
    missing = set(find_warnings(reading.connection)) - set(reading.manifest.warnings)
    return [f"{warning.source_id}: {warning.detail}, and no warning in the manifest" for warning in missing]


def check_fill(reading: ReleaseReading) -> list[str]:
    """No source lost titles, dates or texts from a large part of its articles since the last release.

    What was withdrawn counts on neither side; what a person accepted, not at all. A release issued again is as its
    first issue was, which was judged.
    """
    before = reading.previous / "coverage.parquet" if reading.previous else None
    if reading.manifest.supersedes is not None or before is None or not before.is_file():
        return []
    reading.connection.read_parquet(str(before)).create_view("previous_coverage", replace=True)
    fallen = run_sql(reading.connection, "gate_fill", largest_fall=LARGEST_FALL, few=FEW_ARTICLES).fetchall()
    accepted = reading.accepted(AcceptableGate.FILL)
    return [f"{name}: {share} fell from {was} to {now}" for name, share, was, now in fallen if name not in accepted]


CONTENT_GATES: dict[str, Gate] = {
    "rows": check_rows,
    "hashes": check_hashes,
    "partitions": check_partitions,
    "csv": check_csv,
    "keys": check_keys,
    "rights": check_rights,
    "ledger": check_ledger,
    "versions": check_versions,
    "tombstones": check_tombstones,
    "freshness": check_freshness,
    "minimum": check_minimum,
    "maximum": check_maximum,
    "fill": check_fill,
    "delta": check_delta,
}
