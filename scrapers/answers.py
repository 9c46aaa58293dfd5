"""What a server answered, decoded: the one form in which the rest of the crawl sees a response.

We ask for gzip only and decode it ourselves, because Scrapy hands out a cut gzip body as a shorter page without a word
(measured 2026-11-22), which would look like an edit.
"""

from dataclasses import dataclass
from datetime import datetime

from scrapy.http import Response

from scrapers.gunzip import DamagedGzipError, GzipTooBigError, gunzip

_CLOSED_EARLY = "partial"
"""Scrapy's flag for a body without a stated length that ended with the connection."""

_ENDINGS = (b"</html>", b"</rss>", b"</feed>", b"</rdf:RDF>", b"</urlset>", b"</sitemapindex>")
_TAIL_BYTES = 1024  # comments and scripts after the closing tag are common, long ones are not


class UnusableBodyError(Exception):
    """The body cannot be decoded as it was declared, or is cut."""


class BodyTooBigError(Exception):
    """The decoded body exceeds the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response with its body decoded."""

    url: str
    """The address that answered, as requested."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """As sent, Content-Encoding included; the body is without it."""
    body: bytes
    received_at: datetime

    def header(self, name: str) -> str | None:
        """First value of a header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def read_answer(response: Response, received_at: datetime, max_bytes: int) -> Answer:
    """Decode a response. Raises UnusableBodyError, or BodyTooBigError above `max_bytes`."""
    names = response.headers.keys()
    headers = tuple((_text(name), _text(value)) for name in names for value in response.headers.getlist(name))
    encodings = [part.strip().lower() for k, v in headers if k.lower() == "content-encoding" for part in v.split(",")]
    body = _decode(response.body, [encoding for encoding in encodings if encoding not in ("", "identity")], max_bytes)
    if _CLOSED_EARLY in response.flags and not _is_ended(body):
        raise UnusableBodyError("no length was stated and the body has no end")
    return Answer(url=response.url, status=response.status, headers=headers, body=body, received_at=received_at)


def _decode(body: bytes, encodings: list[str], max_bytes: int) -> bytes:
    for encoding in reversed(encodings):
        if encoding not in ("gzip", "x-gzip"):
            raise UnusableBodyError(f"content encoding {encoding!r}, which was not asked for")
        if body:
            body = _gunzip(body, max_bytes)
    return body


def _gunzip(body: bytes, max_bytes: int) -> bytes:
    try:
        return gunzip(body, max_bytes)
    except DamagedGzipError as error:
        raise UnusableBodyError(str(error)) from error
    except GzipTooBigError as error:
        raise BodyTooBigError(str(error)) from error


def _is_ended(body: bytes) -> bool:
    tail = body[-_TAIL_BYTES:]
    return any(ending in tail for ending in _ENDINGS)


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").replace("\r", " ").replace("\n", " ")
