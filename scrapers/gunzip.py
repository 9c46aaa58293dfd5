"""Decompressing a stranger's gzip, bounded: a bomb is refused before it has grown.

A stream may have several members (RFC 1952, 2.2), and all of them are read: the first alone would be a page that is
cut without a word. What follows the last member and is none is ignored, as browsers do; servers pad with zeros.
"""

import zlib

_MAGIC = b"\x1f\x8b"

MEMBERS_MAX = 100
"""Servers that flush send some ten; each costs a copy of what follows it, so that 200,000 empty ones would take
minutes and give not a byte by which they could be told."""


class DamagedGzipError(ValueError):
    """Not a whole gzip stream."""


class GzipTooBigError(ValueError):
    """More bytes come out than are allowed."""


def gunzip(body: bytes, max_bytes: int) -> bytes:
    """Decompress a gzip stream to at most `max_bytes`. Raises DamagedGzipError or GzipTooBigError."""
    plain, rest = _member(body, max_bytes)
    if not rest.startswith(_MAGIC):
        return plain
    parts, n_bytes = [plain], len(plain)
    while rest.startswith(_MAGIC):
        if len(parts) == MEMBERS_MAX:
            raise GzipTooBigError(f"more than {MEMBERS_MAX} gzip members")
        plain, rest = _member(rest, max_bytes - n_bytes)
        parts.append(plain)
        n_bytes += len(plain)
    return b"".join(parts)


def _member(data: bytes, max_bytes: int) -> tuple[bytes, bytes]:
    """Decompress the first member; return it and what follows it."""
    inflater = zlib.decompressobj(wbits=31)  # 31: gzip framing
    try:
        plain = inflater.decompress(data, max_bytes + 1)
    except zlib.error as error:
        raise DamagedGzipError(f"damaged gzip: {error}") from error
    if len(plain) > max_bytes:
        raise GzipTooBigError(f"more than {max_bytes} bytes after decompression")
    if not inflater.eof:
        raise DamagedGzipError("gzip stream is cut")
    return plain, inflater.unused_data
