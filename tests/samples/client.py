"""The plainest HTTP client: one request, no redirects followed, nothing decoded."""

from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlsplit

TIMEOUT_S = 10
"""Loopback answers at once; ten seconds are for a busy machine."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    """By name in lower case."""
    body: bytes


def get(url: str, **headers: str) -> Answer:
    """Request an address; `if_none_match="x"` sends If-None-Match: x."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        target = parts._replace(scheme="", netloc="").geturl()
        connection.request("GET", target, headers={name.replace("_", "-"): it for name, it in headers.items()})
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())
    finally:
        connection.close()
