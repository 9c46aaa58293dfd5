"""A release under verification: its files as tables, for the gates to query.

Of what is proven (`ReleaseReading.proven`), the gates look again only at what it says together with what is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from exports.acceptance import AcceptableGate
from exports.manifest import Manifest, ManifestFile
from exports.profiles import Profile
from exports.published import ARTICLES, LONG, MONTHLY, PUBLISHED, VERSIONS, Published, list_data_files, read_files


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

    def judged_months(self, published: Published) -> list[ManifestFile]:
        """The monthly files of a table of those months of which any file of any table is not proven.

        All rows of an article lie in the files of one month, which is a gate of its own: what they say together is
        judged there. A month without a file of articles or of versions is judged too: one of them was lost.
        """
        fresh = {file.month for other in MONTHLY for file in self.fresh_months(other)}
        in_both = {file.month for file in self.months(ARTICLES)} & {file.month for file in self.months(VERSIONS)}
        return [file for file in self.months(published) if file.month in fresh or file.month not in in_both]

    def paths(self, files: Iterable[ManifestFile]) -> list[Path]:
        """Where the files are."""
        return [self.path / file.path for file in files]

    def accepted(self, gate: AcceptableGate) -> set[str]:
        """Ids of the sources of which a person declared right what this gate would find."""
        return {acceptance.source_id for acceptance in self.manifest.accepted if acceptance.gate is gate}


def open_tables(reading: ReleaseReading) -> None:
    """Make a view of each published table, of the delta and of the articles before it."""
    connection = reading.connection
    for published in PUBLISHED:
        whole = reading.path / f"{published.name}.parquet"
        if reading.manifest.file(whole.name) is not None:
            connection.read_parquet(str(whole)).create_view(published.name)
        else:
            _open_months(reading, published)
    _open_articles_to_read(reading)
    if reading.manifest.delta is not None:
        connection.read_parquet(str(reading.path / reading.manifest.delta.path)).create_view("delta")
    if reading.previous is not None:
        before = [str(path) for path in list_data_files(reading.previous, ARTICLES.name)]
        connection.read_parquet(before).create_view("previous_articles")


def fresh_rows(reading: ReleaseReading, published: Published) -> duckdb.DuckDBPyRelation:
    """Rows of a table less those of proven months, with all that they say."""
    if not (published.by_month and reading.proven):
        return reading.connection.table(published.name)
    return read_files(reading.connection, published, reading.paths(reading.fresh_months(published)))


def judged_rows(reading: ReleaseReading, published: Published) -> duckdb.DuckDBPyRelation:
    """Rows of a table in the months that are judged (`ReleaseReading.judged_months`); all of a table without months."""
    if not (published.by_month and reading.proven):
        return reading.connection.table(published.name)
    return read_files(reading.connection, published, reading.paths(reading.judged_months(published)))


def _open_months(reading: ReleaseReading, published: Published) -> None:
    """Make a view of a table from its monthly files; of those that are proven, without the long columns."""
    fresh = read_files(reading.connection, published, reading.paths(reading.fresh_months(published)))
    fresh.union(_proven_rows(reading, published)).create_view(published.name)


def _proven_rows(reading: ReleaseReading, published: Published) -> duckdb.DuckDBPyRelation:
    """Rows of the proven months, without their long columns.

    But for an internal release, of which a text that is missing is a fault: there they are.
    """
    proven = reading.paths(file for file in reading.months(published) if file.path in reading.proven)
    is_left_out = LONG if reading.manifest.profile is Profile.PUBLIC else ()
    short = ", ".join(
        f"cast(null as varchar) as {c.name}" if c.name in is_left_out else f'"{c.name}"'
        for c in published.table.columns
    )
    return read_files(reading.connection, published, proven).project(short)


def _open_articles_to_read(reading: ReleaseReading) -> None:
    """Make the views `proven_articles`, and `articles_to_read` of the others, with whether the hash of each is true."""
    is_true = f"record_sha256 is not distinct from {ARTICLES.row_sha256}"
    fresh_rows(reading, ARTICLES).project(f"*, {is_true} as has_true_hash").create_view("articles_to_read")
    _proven_rows(reading, ARTICLES).create_view("proven_articles")
