"""Addresses that software makes without end: calendars, paths that grow, parameters that multiply.

A crawl follows only what entries name, so a trap is an entry gone wrong: a listing's selector that takes in a calendar,
a sitemap written by a shop system, a feed whose links carry a fresh number at each look.
"""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

SEGMENT_REPEATS_MAX = 3
"""`/a/b/a/b/a/b/…` grows by a relative link that is wrong; three equal parts are met in real paths."""

SEGMENTS_MAX = 20
"""The deepest real path met has eight parts."""

AHEAD_MAX = timedelta(days=2)
"""No outlet files today's news under a later day, its zone and a clock set wrong allowed for; calendars do."""

_DAY = re.compile(r"(?:/|=)(20\d\d)[-/](\d{1,2})[-/](\d{1,2})(?=[/?&]|$)")


class Traps:
    """Tells traps among the addresses that one crawl meets for the first time."""

    def __init__(self, max_variants: int) -> None:
        self._max_variants = max_variants
        self._n_variants: Counter[str] = Counter()

    def count(self, url: str) -> None:
        """Count an address that is asked for."""
        parts = urlsplit(url)
        if parts.query:
            self._n_variants[parts.netloc + parts.path] += 1

    def holds(self, url: str, now: datetime) -> bool:
        """Whether an address leads into a trap."""
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        is_growing = len(segments) > SEGMENTS_MAX or max(Counter(segments).values(), default=0) > SEGMENT_REPEATS_MAX
        is_variant = bool(parts.query) and self._n_variants[parts.netloc + parts.path] >= self._max_variants
        return is_growing or is_variant or _is_ahead(url, now)


def _is_ahead(url: str, now: datetime) -> bool:
    found = _DAY.search(url)
    if found is None:
        return False
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) > (now + AHEAD_MAX).date()
    except ValueError:  # no day of any calendar
        return False
