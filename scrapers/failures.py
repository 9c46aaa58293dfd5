"""What a status or an error says about why a URL could not be fetched."""

from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadTimeoutError,
)

from scrapers.address_guard import refused_address
from scrapers.answers import BodyTooBigError, UnusableBodyError
from scrapers.fetch_errors import is_tls_error
from scrapers.politeness import HostBlockedError, HostClosedError
from scrapers.records import FailReason
from scrapers.robots import InsecureHostError, RobotsUnreachableError, UnknownHostError

_STATUSES = {
    401: FailReason.FORBIDDEN,
    403: FailReason.FORBIDDEN,
    404: FailReason.NOT_FOUND,
    410: FailReason.GONE,
    429: FailReason.RATE_LIMITED,
    451: FailReason.FORBIDDEN,
}

_ERRORS: tuple[tuple[type[Exception], FailReason], ...] = (
    (InsecureHostError, FailReason.TLS),
    (UnknownHostError, FailReason.DNS),
    (RobotsUnreachableError, FailReason.ROBOTS_UNREACHABLE),
    (HostBlockedError, FailReason.BLOCKED),
    (HostClosedError, FailReason.HOST_CLOSED),
    (DownloadTimeoutError, FailReason.TIMEOUT),
    (CannotResolveHostError, FailReason.DNS),
    (BodyTooBigError, FailReason.TOO_BIG),
    (DownloadCancelledError, FailReason.TOO_BIG),  # Scrapy cancels a download for its size only
    (UnusableBodyError, FailReason.BAD_CONTENT),
)


def reason_of_status(status: int) -> FailReason:
    """Why a status other than 200, 304 and a redirect means failure."""
    return _STATUSES.get(status) or (FailReason.SERVER_ERROR if status >= 500 else FailReason.HTTP_ERROR)


def reason_of_error(error: BaseException, url: str) -> FailReason:
    """Why a request for `url` that ended with an error failed."""
    if refused_address(urlsplit(url).hostname or ""):
        return FailReason.FORBIDDEN_ADDRESS
    if is_tls_error(error):
        return FailReason.TLS
    return next((reason for kind, reason in _ERRORS if isinstance(error, kind)), FailReason.CONNECTION)
