"""The errors with which fetching ends in Scrapy and Twisted, and which of them time heals."""

from OpenSSL.SSL import Error as TlsError
from OpenSSL.SSL import SysCallError, ZeroReturnError
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
from service_identity import VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed

_TLS_ERRORS = (TlsError, VerificationError)

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


def is_tls_error(error: BaseException) -> bool:
    """Whether a secure connection failed for the certificate or the protocol, which a second try does not mend."""
    reasons = getattr(error.__cause__ or error, "reasons", ())
    found = [error.__cause__, *(failure.value for failure in reasons)]
    return any(isinstance(it, _TLS_ERRORS) and not isinstance(it, SysCallError | ZeroReturnError) for it in found)


def describe(error: BaseException) -> str:
    """Return an error's name and words, short enough to be kept; of one that only wraps another, that one's.

    Of our own only the words: the reason that stands beside them says what its name would.
    """
    wrapped = next(iter(getattr(error.__cause__ or error, "reasons", ())), None)
    said = error if wrapped is None else wrapped.value
    kind, words = type(said), str(said)
    is_ours = kind.__module__.partition(".")[0] == __name__.partition(".")[0]
    return (words if is_ours and words else f"{kind.__name__}: {words}")[:DETAIL_MAX_CHARS]
