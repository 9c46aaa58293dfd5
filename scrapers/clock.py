"""The crawl's clock: the one place from which a crawl learns what time it is.

Real, or simulated: then it starts at a given instant and runs on with the monotonic clock, so that a replayed day sees
its own dates while delays and limits take their real time.
"""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells UTC instants that never go back."""

    def __init__(self, as_of: datetime | None = None) -> None:
        """Start a simulated clock at `as_of` (aware), or a real one."""
        self._as_of = as_of.astimezone(UTC) if as_of else None
        self._started_s = time.monotonic()
        self._ahead = timedelta()
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant, UTC, in microseconds."""
        self._latest = max(self._latest, self._read())
        return self._latest

    def go_on_after(self, instant: datetime) -> None:
        """Run on from just after `instant` when it is not past yet: what follows must not seem to come before."""
        self._ahead += max(timedelta(), instant + timedelta(microseconds=1) - self.now())

    def _read(self) -> datetime:
        if self._as_of is None:
            return datetime.now(UTC) + self._ahead
        return self._as_of + timedelta(seconds=time.monotonic() - self._started_s) + self._ahead
