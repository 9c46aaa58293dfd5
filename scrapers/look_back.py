"""Pages of channels that are read again for messages met before, and the messages that they show no longer.

That is how an edit or a deletion beyond the newest page is found; when a message is due: `scrapers.channel_posts`.
"""

from collections.abc import Iterator
from datetime import datetime

from scrapers.admission import Plan
from scrapers.channel_posts import Shown
from scrapers.clock import Clock
from scrapers.identity import normalise_url
from scrapers.outcomes import StoredDiscovery
from scrapers.records import Capture, CaptureRole
from scrapers.registry import Source, TelegramEntry
from scrapers.revisits import is_backing_off
from scrapers.spiders.telegram import channel_of, page_before, post_address, post_at
from scrapers.targets import Target
from scrapers.visits import Visits

LOOKS_MAX = 5
"""Pages of one crawl. All channels share a host and its pace: forty of them ask 240 times an hour at most, which takes
twenty minutes."""


class LookBack:
    """Decides for one crawl."""

    def __init__(self, source: Source, visits: Visits, clock: Clock, plan: Plan) -> None:
        self._source = source
        self._visits = visits
        self._clock = clock
        self._plan = plan

    def due_pages(self) -> list[Target]:
        """Return pages on which messages are due for another look, newest first; none in a backfill."""
        if self._plan.days is not None:
            return []
        channels = [entry for entry in self._source.entries if isinstance(entry, TelegramEntry)]
        return [page for entry in channels for page in self._due_pages_of(entry, self._clock.now())][:LOOKS_MAX]

    def gone_posts(self, capture: Capture, found: StoredDiscovery | None) -> list[str]:
        """Return the addresses of messages that a page of a channel shows no longer."""
        shown = Shown(page_url=capture.request_url, posts=found.discovery.posts if found else ())
        missing = self._visits.posts.missing(shown)
        urls = [post_address(post, capture.body, capture.final_url) for post in missing]
        return [url for url in urls if self._plan.register.withheld_id(capture.source_id, url) is None]

    def is_message(self, url: str) -> bool:
        """Whether an address is that of a message of a channel that was seen and is not known to be gone."""
        post = post_at(url)
        return post is not None and self._visits.posts.is_shown(post)

    def _due_pages_of(self, entry: TelegramEntry, now: datetime) -> Iterator[Target]:
        for before, looked_at in self._visits.posts.due_blocks(channel_of(entry), now):
            url = page_before(before, entry)
            visit = self._visits.get(url)
            # A page that shows nothing leaves its messages as they are, and is not asked again for the same step.
            is_read = visit is not None and visit.last_fetched_at is not None and visit.last_fetched_at > looked_at
            if not is_read and not is_backing_off(visit, now):
                yield Target(
                    url=url,
                    role=CaptureRole.BOTH,
                    entry=entry,
                    entry_url=normalise_url(entry.url),
                    entry_kind=entry.kind,
                    level=entry.max_pages,
                    is_look_back=True,
                )
