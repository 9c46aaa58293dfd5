"""A release wherever it lies: a folder, or an address over http(s), seen by somebody who has nothing but that.

Of one over http(s) only what is asked for is fetched: `read_keys` reads two columns of Parquet by byte ranges; `fetch`
takes one file and `fetch_all` all of them, and neither hands out a byte that is not what the manifest or SHA256SUMS
says. Names of files come from strangers: one that would lead out of the folder is refused.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

import obstore
import pyarrow as pa
import pyarrow.parquet as pq
from obstore.exceptions import BaseError, NotSupportedError
from obstore.store import HTTPStore

from exports.errors import ReleaseUnreachableError
from exports.manifest import Manifest, ManifestFile, file_sha256, parse_manifest
from exports.sums import SIGNATURE, SUMS, parse_sums
from exports.withdrawal import WITHDRAWN, is_withdrawn, read_withdrawal

_TABLE = "articles"
_KEYS = ["article_id", "record_sha256"]
_PIECE_BYTES = 4 * 2**20
_SMALL_BYTES = 64 * 2**20
"""Above any manifest or list of sums; bounds what a stranger's server can make us hold."""


class _RangesUnknownError(Exception):
    """The server does not answer byte ranges."""


class ReleaseAt(Protocol):
    """A release at some place. Each method raises ReleaseUnreachableError naming the place."""

    @property
    def name(self) -> str:
        """The folder or address, for people."""

    def manifest(self) -> Manifest:
        """What it says about itself."""

    def sibling(self, release_id: str) -> "ReleaseAt":
        """The release of that id beside it, there or not."""

    def fetch(self, path: str, folder: Path) -> Path:
        """Make one of its files, checked against the manifest, available on disk; `folder` is for what is fetched."""

    def fetch_all(self, folder: Path) -> Path:
        """Make the whole release available as a folder; what is fetched is checked against SHA256SUMS.

        A signature comes with it, unchecked.
        """

    def read_keys(self) -> pa.Table:
        """Ids and hashes of its articles."""


def release_at(place: str) -> ReleaseAt:
    """The release of an address or folder; nothing is read yet."""
    if urlsplit(place).scheme in ("http", "https"):
        return RemoteRelease(place.rstrip("/"))
    return LocalRelease(Path(place).resolve())


@dataclass(frozen=True, slots=True)
class LocalRelease:
    """A release in a folder."""

    path: Path

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.path)

    def manifest(self) -> Manifest:
        """See ReleaseAt."""
        if is_withdrawn(self.path):
            raise _withdrawn(self.name, (self.path / WITHDRAWN).read_bytes())
        try:
            return _parse(self.name, (self.path / "manifest.json").read_bytes())
        except OSError as error:
            raise ReleaseUnreachableError(f"{self.path}: not a release: manifest.json: {error.strerror}") from error

    def sibling(self, release_id: str) -> "LocalRelease":
        """See ReleaseAt."""
        return LocalRelease(self.path.parent / release_id)

    def fetch(self, path: str, folder: Path) -> Path:
        """See ReleaseAt; nothing is copied."""
        said, file = self.manifest().file(path), self.path / path
        if said is None or not file.is_file():
            raise ReleaseUnreachableError(f"{self.path}: has no {path}")
        if file_sha256(file) != said.sha256:
            raise ReleaseUnreachableError(f"{file}: not what the manifest says")
        return file

    def fetch_all(self, folder: Path) -> Path:
        """See ReleaseAt; nothing is copied, and whether all of it is there is for the caller to judge."""
        if is_withdrawn(self.path):
            raise _withdrawn(self.name, (self.path / WITHDRAWN).read_bytes())
        if not self.path.is_dir():
            raise ReleaseUnreachableError(f"{self.path}: not a release: there is no such folder")
        return self.path

    def read_keys(self) -> pa.Table:
        """See ReleaseAt."""
        return pa.concat_tables(self._read_keys_of(file) for file in _article_files(self.name, self.manifest()))

    def _read_keys_of(self, said: ManifestFile) -> pa.Table:
        try:
            return pq.read_table(self.path / said.path, columns=_KEYS)
        except (OSError, pa.ArrowException) as error:
            raise ReleaseUnreachableError(f"{self.path}: {said.path}: {error}") from error


@dataclass(slots=True)
class RemoteRelease:
    """A release over http(s); since it never changes, its manifest is fetched once."""

    url: str
    _manifest: Manifest | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The address."""
        return self.url

    def manifest(self) -> Manifest:
        """See ReleaseAt."""
        if self._manifest is None:
            self._manifest = self._read_manifest()
        return self._manifest

    def _read_manifest(self) -> Manifest:
        data = self._read_if_there("manifest.json")
        if data is not None:
            return _parse(self.url, data)
        if (said := self._read_if_there(WITHDRAWN)) is not None:
            raise _withdrawn(self.name, said)
        raise ReleaseUnreachableError(f"{self.url}: no release: there is no manifest.json")

    def sibling(self, release_id: str) -> "RemoteRelease":
        """See ReleaseAt."""
        return RemoteRelease(f"{self.url.rpartition('/')[0]}/{release_id}")

    def fetch(self, path: str, folder: Path) -> Path:
        """See ReleaseAt."""
        said = self.manifest().file(path)
        if said is None:
            raise ReleaseUnreachableError(f"{self.url}: has no {path}")
        return self._fetch(path, folder, said.sha256, said.bytes)

    def fetch_all(self, folder: Path) -> Path:
        """See ReleaseAt."""
        sizes = {file.path: file.bytes for file in self.manifest().files}
        sums = self._read(SUMS)
        try:
            listed = parse_sums(sums.decode("utf-8"))
        except ValueError as error:
            raise ReleaseUnreachableError(f"{self.url}/{SUMS}: not a list of sums: {error}") from error
        for path, digest in listed.items():
            self._fetch(path, folder, digest, sizes.get(path, _SMALL_BYTES))
        (folder / SUMS).write_bytes(sums)
        if (signature := self._read_if_there(SIGNATURE)) is not None:
            (folder / SIGNATURE).write_bytes(signature)
        return folder

    def read_keys(self) -> pa.Table:
        """See ReleaseAt; from a server that knows no byte ranges whole files are fetched."""
        return pa.concat_tables(self._read_keys_of(file) for file in _article_files(self.name, self.manifest()))

    def _read_keys_of(self, said: ManifestFile) -> pa.Table:
        try:
            with self._explained(said.path), _RangeFile(self._store(), said.path, said.bytes) as file:
                return pq.read_table(file, columns=_KEYS)
        except _RangesUnknownError:
            with tempfile.TemporaryDirectory(prefix="kabarchy-") as folder:
                return pq.read_table(self._fetch(said.path, Path(folder), said.sha256, said.bytes), columns=_KEYS)

    def _store(self) -> HTTPStore:
        return HTTPStore(self.url, client_options={"allow_http": True}, retry_config={"max_retries": 2})

    def _read(self, path: str) -> bytes:
        with self._explained(path):
            return self._read_small(path)

    def _read_small(self, path: str) -> bytes:
        found = obstore.get(self._store(), path)
        if found.meta["size"] > _SMALL_BYTES:
            raise ReleaseUnreachableError(f"{self.url}/{path}: {found.meta['size']} bytes")
        return bytes(found.bytes())

    def _read_if_there(self, path: str) -> bytes | None:
        with self._explained(path):
            try:
                return self._read_small(path)
            except FileNotFoundError:
                return None

    def _fetch(self, path: str, folder: Path, sha256: str, n_bytes: int) -> Path:
        target = folder / _require_inner(self.url, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        digest, n_read = hashlib.sha256(), 0
        with self._explained(path), target.open("wb") as file:
            for piece in obstore.get(self._store(), path).stream(min_chunk_size=_PIECE_BYTES):
                n_read += len(piece)
                if n_read > n_bytes:
                    raise ReleaseUnreachableError(f"{self.url}/{path}: more than the {n_bytes} bytes that it should be")
                digest.update(piece)
                file.write(piece)
        if digest.hexdigest() != sha256:
            raise ReleaseUnreachableError(f"{self.url}/{path}: sha256 is {digest.hexdigest()}, listed {sha256}")
        return target

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError, pa.ArrowException) as error:
            # "Generic HTTP error: Error performing GET <address> in 212 ms, after 2 retries, ... - <what happened>"
            said = str(error).partition("\n")[0].rpartition(" - ")[2].removeprefix("Generic HTTP error: ")
            raise ReleaseUnreachableError(f"{self.url}/{path}: {said}") from error


class _RangeFile(io.RawIOBase):
    """A file over http(s) of which only what is read is fetched; obstore's own reader lacks what Arrow asks for."""

    def __init__(self, store: HTTPStore, path: str, n_bytes: int) -> None:
        self._store, self._path, self._n_bytes, self._at = store, path, n_bytes, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._n_bytes}[whence]
        self._at = start + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        end = min(self._at + len(buffer), self._n_bytes)
        if end <= self._at:
            return 0
        try:
            data = bytes(obstore.get_range(self._store, self._path, start=self._at, end=end))
        except NotSupportedError as error:
            raise _RangesUnknownError from error
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _article_files(place: str, manifest: Manifest) -> tuple[ManifestFile, ...]:
    files = manifest.files_of(_TABLE)
    if not files:
        raise ReleaseUnreachableError(f"{place}: has no articles")
    return files


def _withdrawn(place: str, said: bytes) -> ReleaseUnreachableError:
    return ReleaseUnreachableError(f"{place}: {read_withdrawal(said)}")


def _require_inner(place: str, path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or "\\" in path or any(part in ("..", ".") for part in parts):
        raise ReleaseUnreachableError(f"{place}: lists {path!r}, which does not lie in a release")
    return path


def _parse(place: str, data: bytes) -> Manifest:
    try:
        return parse_manifest(data)
    except ValueError as error:
        raise ReleaseUnreachableError(f"{place}: manifest.json: {error}") from error
