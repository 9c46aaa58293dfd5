"""Signatures of minisign, checked without the program: format at https://jedisct1.github.io/minisign/.

A public key is an algorithm, an id and an Ed25519 key; a signature is an algorithm, the key's id and a signature of the
file or (`ED`, what minisign writes today) of its BLAKE2b-512. A second signature covers the first and the trusted
comment. Cryptography itself is left to the library of that name.
"""

import hashlib
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from exports.errors import SignatureError

_UNTRUSTED, _TRUSTED = "untrusted comment: ", "trusted comment: "


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key and the id by which its signatures name it."""

    id: bytes
    key: bytes

    @property
    def name(self) -> str:
        """The id as minisign shows it."""
        return self.id[::-1].hex().upper()


@dataclass(frozen=True, slots=True)
class Signature:
    """What a signature file holds."""

    algorithm: bytes
    key_id: bytes
    signature: bytes
    comment: str
    comment_signature: bytes


def read_public_key(path: Path) -> PublicKey:
    """Read `minisign.pub`. Raises SignatureError naming the file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        raw = b64decode(lines[1], validate=True)
    except OSError as error:
        raise SignatureError(f"{path}: {error.strerror}") from error
    except (ValueError, IndexError) as error:
        raise SignatureError(f"{path}: not a public key of minisign") from error
    if not lines[0].startswith(_UNTRUSTED) or len(raw) != 42 or raw[:2] != b"Ed":
        raise SignatureError(f"{path}: not a public key of minisign")
    return PublicKey(id=raw[2:10], key=raw[10:])


def read_signature(path: Path) -> Signature:
    """Read a signature file. Raises SignatureError naming it."""
    try:
        untrusted, signed, trusted, comment_signed = path.read_text(encoding="utf-8").splitlines()
        raw, comment_signature = b64decode(signed, validate=True), b64decode(comment_signed, validate=True)
    except OSError as error:
        raise SignatureError(f"{path.name}: {error.strerror}") from error
    except ValueError as error:
        raise SignatureError(f"{path.name}: not a signature of minisign") from error
    is_formed = untrusted.startswith(_UNTRUSTED) and trusted.startswith(_TRUSTED) and len(raw) == 74
    if not is_formed or raw[:2] not in (b"Ed", b"ED"):
        raise SignatureError(f"{path.name}: not a signature of minisign")
    comment = trusted.removeprefix(_TRUSTED)
    return Signature(raw[:2], raw[2:10], raw[10:], comment, comment_signature)


def verify_file(file: Path, signature: Signature, public_key: PublicKey) -> None:
    """Raise SignatureError unless the key signed this file, and the signature's trusted comment."""
    if signature.key_id != public_key.id:
        signer = PublicKey(signature.key_id, b"").name
        raise SignatureError(f"{file.name}: signed by key {signer}, not by {public_key.name}")
    data = file.read_bytes()
    signed = hashlib.blake2b(data).digest() if signature.algorithm == b"ED" else data
    verifier = Ed25519PublicKey.from_public_bytes(public_key.key)
    try:
        verifier.verify(signature.signature, signed)
        verifier.verify(signature.comment_signature, signature.signature + signature.comment.encode())
    except InvalidSignature as error:
        raise SignatureError(f"{file.name}: not what key {public_key.name} signed") from error
