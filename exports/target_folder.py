"""A folder as a target: objects are files, complete when visible; an unchanged file is a hard link where there are any.

One process at a time publishes to a folder: `.publish.lock` is held throughout, so that what a dead publisher left
under a hidden name can be removed, and a swap is a comparison and a rename.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Self
from urllib.parse import unquote

from exports.errors import TargetError
from exports.manifest import file_sha256
from exports.targets import Stored
from scrapers.data_root import fsync_folder

_ASIDE = ".publishing-"


class FolderTarget:
    """A folder that is served as it is, or copied elsewhere."""

    def __init__(self, path: str) -> None:
        self.root = Path(unquote(path))
        self._lock: IO[str] | None = None

    def __enter__(self) -> Self:
        """Take the folder, making it when there is none. Raises TargetError when another process publishes to it."""
        with self._explained():
            self.root.mkdir(parents=True, exist_ok=True)
            self._lock = (self.root / ".publish.lock").open("a+")
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self._lock.close()
                raise TargetError(f"{self.root}: another process is publishing to it") from error
            for left in self.root.rglob(f"{_ASIDE}*"):
                left.unlink()
        return self

    def __exit__(self, *_: object) -> None:
        """Let the folder go."""
        if self._lock is not None:
            self._lock.close()

    def read(self, path: str) -> Stored | None:
        """See Target."""
        with self._explained():
            try:
                data = (self.root / path).read_bytes()
            except FileNotFoundError:
                return None
        return Stored(data=data, token=file_sha256(self.root / path))

    def sha256(self, path: str) -> str | None:
        """See Target."""
        file = self.root / path
        with self._explained():
            return file_sha256(file) if file.is_file() else None

    def create(self, path: str, file: Path, sha256: str) -> bool:
        """See Target."""
        if (self.root / path).exists():
            return False
        with self._explained(), self._aside(path) as aside:
            shutil.copyfile(file, aside)
            if file_sha256(aside) != sha256:
                raise TargetError(f"{file}: changed while it was published")
        return True

    def copy(self, source: str, path: str, n_bytes: int) -> bool:
        """See Target; no file is too large."""
        with self._explained(), self._aside(path) as aside:
            aside.unlink()
            try:
                os.link(self.root / source, aside)
            except OSError:  # another file system, or one without links
                shutil.copyfile(self.root / source, aside)
        return True

    def replace(self, path: str, data: bytes, sha256: str) -> None:
        """See Target."""
        with self._explained(), self._aside(path) as aside:
            aside.write_bytes(data)

    def swap(self, path: str, data: bytes, token: str | None) -> bool:
        """See Target; the lock makes it one step."""
        if self.sha256(path) != token:
            return False
        with self._explained(), self._aside(path) as aside:
            aside.write_bytes(data)
        return True

    def paths(self, prefix: str) -> list[str]:
        """See Target."""
        with self._explained():
            found = (self.root / prefix).rglob("*")
            return sorted(path.relative_to(self.root).as_posix() for path in found if not path.is_dir())

    def remove(self, paths: list[str]) -> None:
        """See Target; folders that it empties go too."""
        with self._explained():
            for path in paths:
                (self.root / path).unlink(missing_ok=True)
                parent = (self.root / path).parent
                while parent != self.root and parent.is_dir() and not any(parent.iterdir()):
                    parent.rmdir()
                    parent = parent.parent

    def is_open_to_all(self) -> bool:
        """Whether every user of this machine may enter it; who serves it to whom, a folder cannot tell."""
        return False

    @contextmanager
    def _aside(self, path: str) -> Iterator[Path]:
        """A file beside `path` that takes its name, durably, when the block ends well."""
        final = self.root / path
        final.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=final.parent, prefix=_ASIDE)
        os.close(handle)
        aside = Path(name)
        try:
            yield aside
            if aside.stat().st_nlink == 1:
                aside.chmod(0o644)
            with aside.open("rb") as file:
                os.fsync(file.fileno())
            aside.replace(final)
        finally:
            aside.unlink(missing_ok=True)
        fsync_folder(final.parent)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise TargetError(f"{self.root}: {error.strerror or error}") from error
