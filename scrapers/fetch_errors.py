"""The errors with which fetching ends in Scrapy and Twisted, and which of them time heals."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from twisted.internet.error import ConnectError, ConnectionClosed

DETAIL_MAX_CHARS = 200
"""Enough to see what happened; servers and libraries can be wordy."""

HEALING_ERRORS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    ConnectError,
    ConnectionClosed,
)

FETCH_ERRORS = (
    *HEALING_ERRORS,
    DownloadCancelledError,
    NotSupported,
    UnsupportedURLSchemeError,
    OSError,
    ValueError,  # what Twisted makes of an address that it cannot use
)


def describe(error: BaseException) -> str:
    """Return an error's name and words, short enough to be kept."""
    return f"{type(error).__name__}: {error}"[:DETAIL_MAX_CHARS]
