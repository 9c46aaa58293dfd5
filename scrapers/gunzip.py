"""Decompressing one gzip stream of a stranger's, bounded: a bomb is refused before it has grown."""

import zlib


class DamagedGzipError(ValueError):
    """Not a whole gzip stream."""


class GzipTooBigError(ValueError):
    """More bytes come out than are allowed."""


def gunzip(body: bytes, max_bytes: int) -> bytes:
    """Decompress one gzip stream to at most `max_bytes`. Raises DamagedGzipError or GzipTooBigError."""
    inflater = zlib.decompressobj(wbits=31)  # 31: gzip framing
    try:
        plain = inflater.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise DamagedGzipError(f"damaged gzip: {error}") from error
    if len(plain) > max_bytes:
        raise GzipTooBigError(f"more than {max_bytes} bytes after decompression")
    if not inflater.eof:
        raise DamagedGzipError("gzip stream is cut")
    return plain
