"""`manifest.json`: all that a release says about itself. Every other description of it is derived from this model.

Written once, never changed. Instants are UTC, sizes bytes, hashes SHA-256 in hex. Keys may be added under the same
`manifest_version`; readers ignore what they do not know.
"""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from exports.acceptance import Acceptance
from exports.profiles import DATASET, DESCRIPTION, TITLE, Profile

MANIFEST_VERSION = 1
PARQUET = "application/vnd.apache.parquet"
CSV = "text/csv"
FileRole = Literal["data", "spreadsheet", "sample", "delta", "meta"]
"""What a file is for; `spreadsheet` and `sample` are rows of the data once more (exports.spreadsheet, .sample)."""
_MEDIA_TYPES = {
    "": "text/plain",
    ".cff": "application/yaml",
    ".csv": CSV,
    ".duckdb": "application/octet-stream",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".md": "text/markdown",
    ".parquet": PARQUET,
    ".txt": "text/plain",
}
"""By the ending of a file's name."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class ManifestFile(_Part):
    """One file of a release; all but `manifest.json` itself and `SHA256SUMS` are listed."""

    path: str
    """Relative to the release, with forward slashes."""
    role: FileRole
    table: str | None = None
    """The published table whose rows it holds; null for what holds no rows."""
    rows: int | None = None
    bytes: int
    sha256: str
    month: str | None = None
    """For a monthly file: `YYYY-MM`, UTC."""
    logical_sha256: str | None = None
    """For a monthly file: hash of its rows, whatever the writer (see exports.text_form); for one for spreadsheets: of
    the rows and rules that it follows from."""
    mediatype: str
    encoding: str | None = None


class ManifestTable(_Part):
    """One published table as a whole."""

    rows: int
    logical_sha256: str


class Changes(_Part):
    """Articles that differ from the previous release; for the first release all are added."""

    added: int
    modified: int
    deleted: int


class Temporal(_Part):
    """UTC days of the oldest and the newest publication instant; null when no article has one."""

    first: date | None
    last: date | None


class Partitions(_Part):
    """Monthly files, and how many of them are those of the previous release, byte for byte."""

    total: int
    reused: int


class ManifestSource(_Part):
    """One source: what may be published of it, how much there is, and how fresh it is."""

    source_id: str
    name: str
    rights_level: str
    licence: str | None
    rows: int
    last_published_at: datetime | None
    last_success_at: datetime | None
    last_new_article_at: datetime | None
    is_carried_forward: bool
    """Whether the latest crawl was not complete, so that its rows are older."""
    status: str = "enabled"
    carried_forward_since: datetime | None = None
    n_new_last_7_days: int = 0
    """New articles seen in the week before the latest crawl of any source."""
    min_articles_per_week: int | None = None
    """Fewest expected in a week."""
    n_days_stale: int | None = None
    """Whole days from the latest complete crawl to the instant of the release; null when there never was one."""
    is_stale: bool = False
    stale_because: str | None = None


class Freshness(_Part):
    """Which sources are stale, at the instant of the release."""

    judged_at: datetime
    n_sources: int
    stale: tuple[str, ...]
    """Ids of the sources that are stale, sorted; why stands with each source."""


class ManifestWarning(_Part):
    """What was exceeded and did not hold the release up."""

    gate: str
    source_id: str
    detail: str


class Build(_Part):
    """With what the release was made; the bytes of Parquet files depend on the version of DuckDB."""

    code_version: str
    duckdb: str
    pyarrow: str
    python: str
    recipe_sha256: str | None = None
    """Of all that decides how rows follow from the warehouse and may pass; under another, none is carried over."""


class Manifest(_Part):
    """What `manifest.json` says."""

    manifest_version: int = MANIFEST_VERSION
    """Raised when a program that knows only the earlier keys would misread the manifest."""
    dataset: str = DATASET
    title: str = TITLE
    description: str = DESCRIPTION
    id: str
    version: str
    """The id in a form that SemVer allows: no leading zeros, the second release of a day as build metadata."""
    schema_version: str
    created: datetime
    previous: str | None
    status: Literal["active", "withdrawn"] = "active"
    profile: Profile = Profile.PUBLIC
    catalogue_url: str | None = None
    """Address of the catalogue that it was cut for, ending in a slash; null when that was not said."""
    revision: int = 1
    """Grows by one each time that the release is issued again with something taken out."""
    supersedes: str | None = None
    """The release that this one was issued instead of; null for a first issue."""
    redactions: int = 0
    """Articles that were taken out of it since its first issue."""
    rows: int
    """Articles."""
    changes: Changes
    temporal: Temporal
    languages: tuple[str, ...]
    tables: dict[str, ManifestTable]
    partitions: Partitions
    sources: tuple[ManifestSource, ...]
    freshness: Freshness | None = None
    """Null in releases made before freshness was judged."""
    warnings: tuple[ManifestWarning, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    """What a person declared right that a gate would otherwise have refused, and why."""
    build: Build
    gates: tuple[str, ...]
    """The gates that this release passed before it became visible; one that fails a gate is never published."""
    files: tuple[ManifestFile, ...] = Field(default=())

    @field_validator("manifest_version")
    @classmethod
    def _is_known(cls, version: int) -> int:
        if version > MANIFEST_VERSION:
            # No ValueError: Pydantic keeps that with its frames, out of sight of the garbage collector. In a test that
            # keeps the outcome, modules and their DuckDB types stayed until the process ended, which nanobind tells.
            said = f"{version}, this program reads {MANIFEST_VERSION}: a newer Kabarchy is needed"
            raise PydanticCustomError("newer_manifest", "{said}", {"said": said})
        return version

    @property
    def judged_at(self) -> datetime:
        """The instant of which its tables speak: that of its first issue, however often it was issued again since."""
        return self.freshness.judged_at if self.freshness else self.created

    def file(self, path: str) -> ManifestFile | None:
        """The entry of a path; None when the release has no such file."""
        return next((file for file in self.files if file.path == path), None)

    @property
    def delta(self) -> ManifestFile | None:
        """The delta from the release before; None for a first release. One issued again has another beside it."""
        return self.file(f"delta/from-{self.previous}.parquet")

    def files_of(self, table: str) -> tuple[ManifestFile, ...]:
        """The Parquet files that together hold a table: the whole one where there is one, else the monthly ones."""
        whole = self.file(f"{table}.parquet")
        return (whole,) if whole is not None else self.months_of(table)

    def months_of(self, table: str) -> tuple[ManifestFile, ...]:
        """The monthly Parquet files of a table, oldest first."""
        found = (file for file in self.files if file.table == table and file.month and file.mediatype == PARQUET)
        return tuple(sorted(found, key=lambda file: file.path))

    @property
    def has_whole_files(self) -> bool:
        """Whether every table has a file of all its rows too, and not only files by month."""
        return self.file("articles.parquet") is not None

    def to_json(self) -> str:
        """The text of `manifest.json`."""
        return self.model_dump_json(indent=1) + "\n"


def parse_manifest(data: bytes) -> Manifest:
    """Read the text of `manifest.json`. Raises ValueError, in one line that names the first key that is wrong."""
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        named = [".".join(str(part) for part in first["loc"])] if first["loc"] else []
        raise ValueError(": ".join([*named, first["msg"].removeprefix("Value error, ")])) from error


def read_manifest(release: Path) -> Manifest:
    """Read what a release's folder says about itself. Raises OSError, and ValueError naming the file and the key."""
    path = release / "manifest.json"
    try:
        return parse_manifest(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def describe_file(
    root: Path, path: str, *, role: FileRole, table: str | None = None, rows: int | None = None
) -> ManifestFile:
    """Measure a file of a release: its size, hash and media type."""
    file = root / path
    mediatype = _media_type(path)
    return ManifestFile(
        path=path,
        role=role,
        table=table,
        rows=rows,
        bytes=file.stat().st_size,
        sha256=file_sha256(file),
        mediatype=mediatype,
        encoding=None if mediatype == PARQUET else "utf-8",
    )


def _media_type(path: str) -> str:
    return CSV if path.endswith(".csv.gz") else _MEDIA_TYPES[Path(path).suffix]


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_files(paths: Sequence[Path]) -> list[str]:
    """SHA-256 of each of some files, in hex; several at once, since hashing lets other threads run."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(file_sha256, paths))
