"""The gates of content of a release, each a function from what is read to what is wrong (nothing, when it is passed).

They query the tables; what can be said as a query for the rows that are wrong is one (`sql/gate_*.sql`). What files are
there and in which form is looked at before (`exports.form_gates`), what holds the same rows once more after
(`exports.copy_gates`).
"""

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from exports.acceptance import AcceptableGate
from exports.bounds import FEW_ARTICLES, LARGEST_FALL, find_losses, find_warnings
from exports.delta import count_changes
from exports.engine import run_sql
from exports.freshness import find_freshness_faults
from exports.manifest import PARQUET, Manifest, ManifestFile
from exports.profiles import Profile
from exports.published import (
    ARTICLES,
    LONG,
    MONTHLY,
    PUBLISHED,
    Published,
    hash_rows,
    list_data_files,
    logical_sha256,
    logical_sha256_by_file,
    logical_sha256_of_months,
    names_of,
    read_files,
)
from exports.text_form import text_projection
from scrapers.counts import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseReading:
    """A release under verification."""

    path: Path
    manifest: Manifest
    connection: duckdb.DuckDBPyConnection
    previous: Path | None
    """Folder of the release before it; None when there is none, or it is not at hand."""

    proven: frozenset[str] = frozenset()
    """Paths of monthly files and of files for spreadsheets that passed these very gates, byte for byte, in the release
    before.

    What a row says by itself is not looked at again in them; what rows say together is.
    """

    def months(self, published: Published) -> list[ManifestFile]:
        """The monthly files of a table."""
        return list(self.manifest.months_of(published.name))

    def fresh_months(self, published: Published) -> list[ManifestFile]:
        """Those of them that are not proven."""
        return [file for file in self.months(published) if file.path not in self.proven]

    @property
    def delta(self) -> ManifestFile | None:
        """The delta from the release before; None for a first release."""
        return self.manifest.file(f"delta/from-{self.manifest.previous}.parquet")

    def accepted(self, gate: AcceptableGate) -> set[str]:
        """Ids of the sources of which a person declared right what this gate would find."""
        return {acceptance.source_id for acceptance in self.manifest.accepted if acceptance.gate is gate}


Gate = Callable[[ReleaseReading], list[str]]


def open_tables(reading: ReleaseReading) -> None:
    """Make a view of each published table, of its monthly files, of the delta and of the articles before it."""
    connection = reading.connection
    for published in PUBLISHED:
        whole = reading.path / f"{published.name}.parquet"
        months = [str(reading.path / file.path) for file in reading.months(published)]
        if months:
            connection.read_parquet(months, filename=True).create_view(f"monthly_{published.name}")
        if reading.manifest.file(whole.name) is not None:
            connection.read_parquet(str(whole)).create_view(published.name)
        else:
            _open_months(reading, published)
    _open_articles_to_read(reading)
    if reading.delta is not None:
        connection.read_parquet(str(reading.path / reading.delta.path)).create_view("delta")
    if reading.previous is not None:
        before = [str(path) for path in list_data_files(reading.previous, ARTICLES.name)]
        connection.read_parquet(before).create_view("previous_articles")


def _open_months(reading: ReleaseReading, published: Published) -> None:
    """Make a view of a table from its monthly files; of those that are proven, without the long columns."""
    fresh = read_files(reading.connection, published, _fresh_paths(reading, published))
    fresh.union(_proven_rows(reading, published)).create_view(published.name)


def _fresh_paths(reading: ReleaseReading, published: Published) -> list[Path]:
    return [reading.path / file.path for file in reading.fresh_months(published)]


def _proven_rows(reading: ReleaseReading, published: Published) -> duckdb.DuckDBPyRelation:
    """Rows of the proven months, without their long columns.

    But for an internal release, of which a text that is missing is a fault: there they are.
    """
    proven = [reading.path / file.path for file in reading.months(published) if file.path in reading.proven]
    is_left_out = LONG if reading.manifest.profile is Profile.PUBLIC else ()
    short = ", ".join(
        f"cast(null as varchar) as {c.name}" if c.name in is_left_out else f'"{c.name}"'
        for c in published.table.columns
    )
    return read_files(reading.connection, published, proven).project(short)


def _open_articles_to_read(reading: ReleaseReading) -> None:
    """Make the view `articles_to_read`: all articles, with whether the hash of each is true; of proven ones it is."""
    is_true = f"record_sha256 is not distinct from {ARTICLES.row_sha256}"
    rows = _fresh_rows(reading, ARTICLES).project(f"*, {is_true} as has_true_hash")
    if reading.proven:
        rows = rows.union(_proven_rows(reading, ARTICLES).project("*, true as has_true_hash"))
    rows.create_view("articles_to_read")


def check_rows(reading: ReleaseReading) -> list[str]:
    """Row counts, read again from every Parquet file, are those of the manifest; there is at least one article."""
    manifest, faults = reading.manifest, []
    for file in manifest.files:
        if file.mediatype == PARQUET and (found := pq.read_metadata(reading.path / file.path).num_rows) != file.rows:
            faults.append(f"{file.path}: {counted(found, 'row')}, the manifest says {file.rows}")
    for path, n_rows in {
        "articles.parquet": sum(file.rows or 0 for file in manifest.files_of(ARTICLES.name)),
        "data/articles-*.parquet": sum(file.rows or 0 for file in reading.months(ARTICLES)),
    }.items():
        if not n_rows or n_rows != manifest.rows:
            faults.append(f"{path}: the manifest says {manifest.rows} articles; at least one is required")
    return faults


def check_hashes(reading: ReleaseReading) -> list[str]:
    """record_sha256 is the hash of its row; the logical hash of every table and month is that of the manifest."""
    run_sql(reading.connection, "article_facts")
    wrong = reading.connection.table("article_facts").filter("not has_true_hash").project("article_id")
    faults = [f"record_sha256 of {row[0]} is not that of its row" for row in wrong.fetchall()]
    for published in PUBLISHED:
        faults += _month_faults(reading, published)
        said = reading.manifest.tables.get(published.name)
        if said is None or (said.rows, said.logical_sha256) != _logical_sha256(reading, published):
            faults.append(f"{published.name}: the rows are not those of the manifest's logical hash")
    return faults


def _fresh_rows(reading: ReleaseReading, published: Published) -> duckdb.DuckDBPyRelation:
    """Rows of a table less those of proven months, with all that they say."""
    if not (published.by_month and reading.proven):
        return reading.connection.table(published.name)
    return read_files(reading.connection, published, _fresh_paths(reading, published))


def _month_faults(reading: ReleaseReading, published: Published) -> list[str]:
    fresh = reading.fresh_months(published)
    found = logical_sha256_by_file(reading.connection, published, _fresh_paths(reading, published))
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
        monthly = reading.connection.table(f"monthly_{published.name}")
        monthly.create_view("monthly_rows", replace=True)
        misplaced = run_sql(reading.connection, "gate_months").fetchall()
        faults += [f"{article_id} lies in {Path(name).name}" for article_id, name in misplaced]
        if reading.manifest.file(f"{published.name}.parquet") is not None:
            whole = reading.connection.table(published.name)
            faults += find_different_rows(reading, "the monthly files", whole, monthly.project(names_of(published)))
    return faults


def _has_rows(reading: ReleaseReading, published: Published) -> bool:
    return bool(reading.connection.table(published.name).limit(1).fetchall())


def list_whole_files(manifest: Manifest, published: Published) -> tuple[str, ...]:
    """Files of all rows of a table, Parquet and CSV, that a release must have."""
    if published.by_month and not manifest.has_whole_files:
        return ()
    return f"{published.name}.parquet", "csv/articles.csv.gz" if published is ARTICLES else f"{published.name}.csv"


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
        rows = reading.connection.table(published.name)
        twice = rows.aggregate(f"{published.key}, count(*) as n_rows", published.key).filter("n_rows > 1").fetchall()
        faults += [f"{published.name}: {row[:-1]} occurs {row[-1]} times" for row in twice]
        required = [column.name for column in published.table.columns if not column.nullable]
        nulls = (
            _fresh_rows(reading, published)
            .filter(" or ".join(f'"{name}" is null' for name in required))
            .project(published.key)
            .fetchall()
        )
        faults += [f"{published.name}: {row} lacks a required value" for row in nulls]
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
    """The delta leads to this release, its counts are the manifest's; with the previous release at hand, it replays."""
    manifest, delta = reading.manifest, reading.delta
    if delta is None:
        is_first = manifest.previous is None
        return [] if is_first else [f"there is no delta from {manifest.previous}"]
    faults = [
        f"{op} of {id_} does not lead here" for id_, op in run_sql(reading.connection, "gate_delta_rows").fetchall()
    ]
    counted = count_changes(reading.connection.table("delta"))
    if counted != manifest.changes:
        faults.append(f"{delta.path}: {counted}; the manifest says {manifest.changes}")
    return faults + (_replay_faults(reading) if reading.previous is not None else [])


def _replay_faults(reading: ReleaseReading) -> list[str]:
    """Apply the delta to the release before; months that are the same files in both are left out on both sides."""
    mismatches = run_sql(reading.connection, "delta_mismatches").fetchall()
    if mismatches:
        return [f"{op} of {article_id} does not start from the previous release" for article_id, op, *_ in mismatches]
    connection = reading.connection
    start = connection.table("previous_articles")
    if reading.proven:
        start = read_files(connection, ARTICLES, _previous_files(reading, but=reading.proven))
    start.create_view("delta_start", replace=True)
    run_sql(connection, "replayed_articles")
    replayed = connection.table("replayed_articles").project(names_of(ARTICLES))
    return find_different_rows(reading, "previous + delta", _fresh_rows(reading, ARTICLES), replayed)


def _previous_files(reading: ReleaseReading, *, but: frozenset[str] = frozenset()) -> list[Path]:
    """The monthly files of articles of the release before, less those of some paths."""
    found = sorted(reading.previous.glob("data/articles-*.parquet")) if reading.previous else []
    return [path for path in found if f"data/{path.name}" not in but]


def check_versions(reading: ReleaseReading) -> list[str]:
    """The versions of each article make one history that ends with the article itself."""
    return [f"{article_id}: {fault}" for article_id, fault in run_sql(reading.connection, "gate_versions").fetchall()]


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
    previous = Manifest.model_validate_json((reading.previous / "manifest.json").read_bytes())
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
