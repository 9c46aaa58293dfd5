"""Which redirects are followed: within the hosts of the source, a few steps, http(s) only."""

from urllib.parse import urlsplit

from scrapers.answers import Answer
from scrapers.identity import BadUrlError, normalise_url
from scrapers.records import CaptureRole
from scrapers.registry import Source
from scrapers.targets import Ask, entry_hosts

REDIRECTS_MAX = 5
"""Browsers follow 20; an outlet that needs more than five is broken or a trap."""

_STATUSES = frozenset({301, 302, 303, 307, 308})


class RedirectRefusedError(Exception):
    """A redirect that is not followed; the message says why."""


def is_redirect(answer: Answer) -> bool:
    """Whether an answer points elsewhere."""
    return answer.status in _STATUSES and answer.header("Location") is not None


def redirect_address(ask: Ask, answer: Answer, source: Source) -> str:
    """Return where to ask next, normalised. Raises RedirectRefusedError.

    A page may redirect within the source's hosts, an entry also to the host of another entry.
    """
    try:
        address = normalise_url(answer.header("Location") or "", base=answer.url)
    except BadUrlError as error:
        raise RedirectRefusedError(str(error)) from error
    hosts = source.hosts if ask.target.role is CaptureRole.PAGE else entry_hosts(source)
    if urlsplit(address).netloc.lower() not in hosts:
        raise RedirectRefusedError(f"to another host: {address}")
    if ask.n_redirects >= REDIRECTS_MAX:
        raise RedirectRefusedError(f"more than {REDIRECTS_MAX} redirects, last to {address}")
    return address
