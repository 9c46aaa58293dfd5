"""Where releases are published to: a folder or a bucket, as the few operations that a safe publisher needs.

A target stores whole objects under relative paths with forward slashes. It can create one only when there is none,
copy one without moving its bytes through us (unless it is too large for that), and replace one only when it is still
what was read (`swap`). The hash of an object is known without fetching it. `exports.target_folder` and
`exports.target_s3` are the two there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

from exports.errors import TargetError

FOREVER = "public, max-age=31536000, immutable"
"""For what never changes: a year is the most that caches honour."""
ASK_AGAIN = "no-cache"
"""For pointers and pages: kept, but asked for again each time (by ETag, so at the price of a 304)."""

_CONTENT_TYPES = {
    ".parquet": "application/vnd.apache.parquet",
    ".csv": "text/csv; charset=utf-8",
    ".gz": "application/gzip",
    ".json": "application/json",
    ".jsonld": "application/ld+json",
    ".jsonl": "application/jsonl; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".xml": "application/xml",
    ".atom": "application/atom+xml; charset=utf-8",
    ".cff": "text/yaml; charset=utf-8",
    ".duckdb": "application/octet-stream",
    ".txt": "text/plain; charset=utf-8",
    ".pub": "text/plain; charset=utf-8",
    ".minisig": "text/plain; charset=utf-8",
    "": "text/plain; charset=utf-8",
}


def content_type(path: str) -> str:
    """Media type of an object by the ending of its name; of one without an ending (SHA256SUMS) plain text."""
    return _CONTENT_TYPES.get(Path(path).suffix, "application/octet-stream")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetAccess:
    """How to reach a bucket; None leaves it to the default of S3. Nothing of it is needed for a folder."""

    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)


def read_access(environment: Mapping[str, str]) -> TargetAccess:
    """Read the access from the names that every S3 tool reads; an empty one counts as not set."""
    names = {
        "endpoint": "AWS_ENDPOINT_URL",
        "region": "AWS_REGION",
        "access_key_id": "AWS_ACCESS_KEY_ID",
        "secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "session_token": "AWS_SESSION_TOKEN",
    }
    return TargetAccess(**{name: environment.get(variable) or None for name, variable in names.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object as read, and what tells it from a later one under the same path."""

    data: bytes
    token: str


class Target(Protocol):
    """What every target can do. Each method raises TargetError when the target cannot be reached or refuses."""

    def __enter__(self) -> Self:
        """Open it."""

    def __exit__(self, *_: object) -> None:
        """Let go of it."""

    def read(self, path: str) -> Stored | None:
        """Read a small object; None when there is none."""

    def sha256(self, path: str) -> str | None:
        """Hash of an object; None when there is none."""

    def create(self, path: str, file: Path, sha256: str) -> bool:
        """Store a file that never changes; False when the path is taken, by whatever."""

    def copy(self, source: str, path: str, n_bytes: int) -> bool:
        """Store an object of so many bytes again under another path, headers included, replacing what is there.

        False, and nothing is done, when it is larger than what the target copies: then it has to be sent again.
        """

    def replace(self, path: str, data: bytes, sha256: str) -> None:
        """Store what may change again, whatever is there."""

    def swap(self, path: str, data: bytes, token: str | None) -> bool:
        """Store what may change if the path still holds what `token` names (None: nothing); else False."""

    def paths(self, prefix: str) -> list[str]:
        """Every path below a prefix that ends with a slash, sorted."""

    def remove(self, paths: list[str]) -> None:
        """Remove objects; those that are not there are no fault."""

    def is_open_to_all(self) -> bool:
        """Whether somebody without our credentials can read it, as far as can be told."""


def split_target(url: str) -> tuple[str, str, str]:
    """Scheme, bucket (empty for a folder) and path of `file:///…` or `s3://bucket/prefix`. Raises TargetError.

    >>> split_target("s3://open-data/news/")
    ('s3', 'open-data', 'news')
    """
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path.strip("/"):
        return "file", "", parts.path
    if parts.scheme == "s3" and parts.netloc and not parts.query:
        return "s3", parts.netloc, parts.path.strip("/")
    raise TargetError(f"{url}: not a target; give file:///a/folder or s3://bucket/prefix")
