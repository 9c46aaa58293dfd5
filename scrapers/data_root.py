"""The data root: one folder in which each stage owns one subfolder and nobody else writes there.

kabarchy.json                                   format version of this folder
archive/<source>/<yyyy>/<mm>/<crawl_id>.warc.gz what was fetched (scrapers.archive)
visits/<source>.sqlite                          when which URL is due (scrapers.visits)
hosts/<host>.json, .turn                        the pace that all crawls keep together (scrapers.hosts)
staging/<batch_id>/                             extracted batches (scrapers.staging)
warehouse/kabarchy.duckdb                       the one history, one writer (warehouse)
analyst/kabarchy.duckdb                         link to the newest read-only generation (warehouse.analyst_copy)
releases/<id>/                                  immutable releases (exports.release)
releases-internal/<id>/                         the same with all texts, not for redistribution
site-internal/                                  the catalogue of those
site/                                           catalogue, rebuilt from the releases (exports.catalogue)
takedown/register.json                          what was taken down, private (scrapers.takedowns)
checks/<source>/<time>.json                     what a check of a source found (scrapers.check_reports)
sources/*.toml                                  optional: a registry of its own instead of the shipped one
prefect/  logs/  runs/                          state of the orchestration (flows)
"""

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

DATA_ROOT_VERSION = 1


class DataRootError(Exception):
    """The folder cannot be used as a data root: other version, unreadable, not a folder."""


@dataclass(frozen=True, slots=True)
class DataRoot:
    """An opened data root; get one from `open_data_root`."""

    path: Path

    @property
    def archive(self) -> Path:
        """What was fetched."""
        return self.path / "archive"

    @property
    def visits(self) -> Path:
        """When which URL is due."""
        return self.path / "visits"

    @property
    def staging(self) -> Path:
        """Extracted batches."""
        return self.path / "staging"

    @property
    def warehouse(self) -> Path:
        """The database of the one writer."""
        return self.path / "warehouse" / "kabarchy.duckdb"

    @property
    def analyst(self) -> Path:
        """Folder of the read-only generations."""
        return self.path / "analyst"

    @property
    def releases(self) -> Path:
        """Immutable releases and `versions.json`."""
        return self.path / "releases"

    @property
    def internal_releases(self) -> Path:
        """Releases with the full text of everything, for the operator's own analysts."""
        return self.path / "releases-internal"

    @property
    def internal_site(self) -> Path:
        """The catalogue of the internal releases."""
        return self.path / "site-internal"

    @property
    def takedowns(self) -> Path:
        """The private register of what was taken down."""
        return self.path / "takedown" / "register.json"

    @property
    def site(self) -> Path:
        """The catalogue."""
        return self.path / "site"

    @property
    def sources(self) -> Path:
        """A registry of the data root's own; may be absent."""
        return self.path / "sources"

    @property
    def checks(self) -> Path:
        """Reports of `sources check`, and what `sources add` fetched."""
        return self.path / "checks"

    @property
    def prefect(self) -> Path:
        """Prefect's own state."""
        return self.path / "prefect"

    @property
    def logs(self) -> Path:
        """Log and notification files."""
        return self.path / "logs"

    @property
    def runs(self) -> Path:
        """Which run is under way, so that a killed one is continued."""
        return self.path / "runs"


def open_data_root(path: Path) -> DataRoot:
    """Open a data root, making it when it does not exist or is empty. Raises DataRootError naming the folder."""
    marker = path / "kabarchy.json"
    try:
        path.mkdir(parents=True, exist_ok=True)
        if marker.exists():
            _require_version(marker)
        else:
            write_beside(marker, json.dumps({"data_root_version": DATA_ROOT_VERSION}) + "\n")
    except OSError as error:
        raise DataRootError(f"{path}: cannot be used as data root: {error.strerror or error}") from error
    return DataRoot(path.resolve())


def _require_version(marker: Path) -> None:
    try:
        version = json.loads(marker.read_text(encoding="utf-8"))["data_root_version"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataRootError(f"{marker}: not a data root marker: {error}") from error
    if version != DATA_ROOT_VERSION:
        raise DataRootError(
            f"{marker.parent}: data root of version {version!r}, this Kabarchy reads version {DATA_ROOT_VERSION}"
        )


def write_beside(path: Path, text: str) -> None:
    """Write a small UTF-8 file so that it is either absent, old or complete: aside, flushed to disk, renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def fsync_folder(folder: Path) -> None:
    """Make renames within a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
