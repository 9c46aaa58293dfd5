"""A bucket of S3, or of what speaks its language, as a target.

Each object carries its SHA-256 as metadata `sha256`, written with it, so that a publisher that goes on after a kill
need not fetch what is there. Copies are plain server-side ones, which keep headers and metadata; the copy by multipart
upload that obstore offers for copy-if-absent loses them (seen with SeaweedFS, 2026-11-25). What is larger than such a
copy may be is sent again, as a new file is: a copy in parts, which S3 has for it, obstore does not offer (0.12.1; its
copy-if-absent is a single part of the same limit; https://github.com/apache/arrow-rs-object-store/issues/563), and a
second client for S3, with requests and signatures of its own, is too much for files of a size that few releases have.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256 as new_sha256
from pathlib import Path
from typing import Any, Self

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from exports.errors import TargetError
from exports.targets import ASK_AGAIN, FOREVER, Stored, TargetAccess, content_type

_WHOLE_BYTES = 64 * 2**20
"""Up to here an object is sent in one request, create-only; a larger one in parts, so that memory stays small."""
_COPY_BYTES = 5 * 2**30
"""What CopyObject copies at most; refused beyond it with "larger than the maximum allowable size for a copy source:
5368709120". Source: the Amazon S3 API Reference, CopyObject."""
_SHA256 = "sha256"


class S3Target:
    """A prefix of a bucket. `max_copy_bytes`: up to here an object is copied there, as its service allows."""

    def __init__(
        self, bucket: str, prefix: str, access: TargetAccess, *, n_retries: int = 5, max_copy_bytes: int = _COPY_BYTES
    ) -> None:
        self._name = f"s3://{bucket}/{prefix}"
        self._max_copy_bytes = max_copy_bytes
        self.store = _open(bucket, prefix, access, n_retries=n_retries)
        unsigned = TargetAccess(endpoint=access.endpoint, region=access.region)
        self._stranger = _open(bucket, prefix, unsigned, skip_signature=True)

    def __enter__(self) -> Self:
        """Nothing is held: a bucket has no lock, `swap` is what keeps two publishers apart."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def read(self, path: str) -> Stored | None:
        """See Target."""
        with self._explained(path):
            try:
                found = obstore.get(self.store, path)
            except FileNotFoundError:
                return None
            return Stored(data=bytes(found.bytes()), token=str(found.meta["e_tag"]))

    def sha256(self, path: str) -> str | None:
        """See Target; an object that somebody else put there is fetched to know it."""
        with self._explained(path):
            try:
                found = obstore.get(self.store, path, options={"head": True})
                said = found.attributes.get(_SHA256)
                if said is not None:
                    return str(said)
                digest = new_sha256()
                for piece in obstore.get(self.store, path).stream():
                    digest.update(piece)
                return digest.hexdigest()
            except FileNotFoundError:
                return None

    def create(self, path: str, file: Path, sha256: str) -> bool:
        """See Target."""
        attributes = _attributes(path, FOREVER, sha256)
        with self._explained(path):
            if file.stat().st_size > _WHOLE_BYTES:
                if self.sha256(path) is not None:
                    return False
                obstore.put(self.store, path, file, attributes=attributes)
                return True
            data = file.read_bytes()
            if new_sha256(data).hexdigest() != sha256:
                raise TargetError(f"{file}: changed while it was published")
            try:
                obstore.put(self.store, path, data, attributes=attributes, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
            return True

    def copy(self, source: str, path: str, n_bytes: int) -> bool:
        """See Target."""
        if n_bytes > self._max_copy_bytes:
            return False
        with self._explained(path):
            obstore.copy(self.store, source, path)
        return True

    def replace(self, path: str, data: bytes, sha256: str) -> None:
        """See Target."""
        with self._explained(path):
            obstore.put(self.store, path, data, attributes=_attributes(path, ASK_AGAIN, sha256))

    def swap(self, path: str, data: bytes, token: str | None) -> bool:
        """See Target: If-Match, or If-None-Match when there was nothing."""
        attributes = _attributes(path, ASK_AGAIN, new_sha256(data).hexdigest())
        mode: Any = "create" if token is None else {"e_tag": token}
        with self._explained(path):
            try:
                obstore.put(self.store, path, data, attributes=attributes, mode=mode, use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                return False
            return True

    def paths(self, prefix: str) -> list[str]:
        """See Target."""
        with self._explained(prefix):
            return sorted(str(meta["path"]) for piece in obstore.list(self.store, prefix) for meta in piece)

    def remove(self, paths: list[str]) -> None:
        """See Target."""
        if paths:
            with self._explained(paths[0]):
                obstore.delete(self.store, paths)

    def is_open_to_all(self) -> bool:
        """Whether an unsigned request may list it or read from it."""
        try:
            for path in self.paths("")[:1]:
                obstore.get(self._stranger, path, options={"head": True})
        except (BaseError, OSError):
            return False
        return True

    @contextmanager
    def _explained(self, path: str) -> Iterator[None]:
        try:
            yield
        except (BaseError, OSError, PermissionError) as error:
            raise TargetError(f"{self._name}: {path}: {str(error).splitlines()[0]}") from error


def _open(
    bucket: str, prefix: str, access: TargetAccess, *, n_retries: int = 5, skip_signature: bool = False
) -> S3Store:
    settings: dict[str, Any] = {
        "endpoint": access.endpoint,
        "region": access.region or "us-east-1",
        "access_key_id": access.access_key_id,
        "secret_access_key": access.secret_access_key,
        "session_token": access.session_token,
    }
    known = {name: value for name, value in settings.items() if value is not None}
    is_plain = bool(access.endpoint and access.endpoint.startswith("http://"))
    return S3Store(
        bucket,
        prefix=prefix or None,
        # By path: a host name per bucket is something only the large clouds have.
        virtual_hosted_style_request=access.endpoint is None,
        skip_signature=skip_signature,
        client_options={"allow_http": is_plain},
        # A retried swap that had succeeded is refused the second time; reading the pointer again then settles it.
        retry_config={"max_retries": n_retries},
        **known,
    )


def _attributes(path: str, caching: str, sha256: str) -> dict[str, str]:
    return {"Content-Type": content_type(path), "Cache-Control": caching, _SHA256: sha256}
