"""How bad a failure is, and how long to leave alone what failed: pure rules, kept apart from Scrapy.

Three classes. *Temporary*: time heals it (a server in trouble, a lost connection). *Soft*: the outlet may heal it (it
turns us away, or sends something else). *Hard*: it does not heal by itself (nothing is there, the certificate is bad).
The pauses grow with the failures in a row, and never beyond what a person would call "now and then".
"""

from datetime import timedelta
from enum import StrEnum

from scrapers.records import FailReason


class FailureClass(StrEnum):
    """What heals a failure."""

    TEMPORARY = "temporary"
    SOFT = "soft"
    HARD = "hard"


_SOFT = frozenset(
    {
        FailReason.BAD_CONTENT,
        FailReason.BLOCKED,
        FailReason.FORBIDDEN,
        FailReason.HTTP_ERROR,
        FailReason.REDIRECT,
        FailReason.TOO_BIG,
    }
)
_HARD = frozenset({FailReason.FORBIDDEN_ADDRESS, FailReason.GONE, FailReason.NOT_FOUND, FailReason.TLS})

_H, _D = timedelta(hours=1), timedelta(days=1)
PAUSES: dict[FailureClass, tuple[timedelta, ...]] = {
    FailureClass.TEMPORARY: (1 * _H, 3 * _H, 6 * _H, 12 * _H, 1 * _D),
    FailureClass.SOFT: (6 * _H, 1 * _D, 3 * _D, 7 * _D),
    FailureClass.HARD: (12 * _H, 1 * _D, 3 * _D, 7 * _D),
}
"""The n-th failure in a row waits the n-th pause, later ones the last. RFC 9309 asks of a robots.txt that cannot be had
nothing shorter; Common Crawl tries an address in trouble three times in five days. A week at most: then a look costs
next to nothing, and an outlet that is back is not missed for long."""

SLACK = 0.9
"""A pause is over when nine tenths of it are: a schedule never hits the hour exactly."""


def failure_class(reason: FailReason) -> FailureClass:
    """What heals a failure."""
    if reason in _HARD:
        return FailureClass.HARD
    return FailureClass.SOFT if reason in _SOFT else FailureClass.TEMPORARY


def pause_after(reason: FailReason, n_failures: int) -> timedelta:
    """How long to leave alone what has failed so often in a row, this time for this reason; `n_failures` from 1."""
    pauses = PAUSES[failure_class(reason)]
    return pauses[min(n_failures, len(pauses)) - 1] * SLACK
