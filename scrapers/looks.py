"""Whether an answer says anything that the archive does not have yet; if not, a crawl does not keep it.

The rules are in `scrapers.revisits`, what is known of each page in `scrapers.visits`. Here both are applied to the
answers of one crawl. That includes the files in which a site reserves rights: when a site begins to reserve them, its
pages count as changed.
"""

from collections.abc import Iterable

from scrapers.answers import Answer
from scrapers.channel_posts import Shown
from scrapers.fetched import fetched_answer
from scrapers.outcomes import CrawlHeader, StoredDiscovery
from scrapers.records import Capture, CaptureRole
from scrapers.revisits import LOOK_BACK, SAME, Fetched, Visit, is_unchanged
from scrapers.targets import Ask, Target
from scrapers.tdm import SiteFile, SiteRights
from scrapers.visits import Visits

TRUE_304 = "304, and a plain request gave the same"
"""Detail of the outcome when a 304 was doubted and proved true."""


class Looks:
    """Compares the answers of one crawl with what is known."""

    def __init__(self, header: CrawlHeader, visits: Visits) -> None:
        self._header = header
        self._visits = visits
        self._rights = SiteRights()

    def add_site_files(self, files: Iterable[SiteFile]) -> None:
        """Take note of what the sites say about themselves."""
        self._rights.add(files)

    def fetched(self, capture: Capture, found: StoredDiscovery | None) -> Fetched:
        """Return what a visit keeps of a capture."""
        return fetched_answer(capture, found, self._rights)

    def why_left_out(self, ask: Ask, answer: Answer, found: StoredDiscovery | None) -> str | None:
        """Return the detail of the outcome when an answer is not kept; None when it is kept."""
        target, visit = ask.target, self._visits.get(ask.target.url)
        if ask.is_walk or (visit is None and target.role is not CaptureRole.BOTH):
            return None
        fetched = self.fetched(as_capture(self._header, target, answer, 0), found)
        if ask.is_audit:  # what it says is enough here: counters and boxes may differ
            return TRUE_304 if visit is not None and fetched.said in visit.said[:1] else None
        if not self._is_unchanged(target, visit, fetched):
            return None
        return LOOK_BACK if target.is_look_back else SAME

    def _is_unchanged(self, target: Target, visit: Visit | None, fetched: Fetched) -> bool:
        """Whether a page or an entry as a whole, or each message of a channel's page, is as it was when last kept."""
        if target.role is not CaptureRole.BOTH:
            return is_unchanged(visit, target.hints, fetched)
        # A page that was never asked for may still show nothing but messages that another one showed.
        is_page_as_it_was = visit is None or visit.shown_sha256 in (None, fetched.shown_sha256)
        shown = Shown(page_url=target.url, posts=tuple(fetched.messages), said=fetched.messages)
        return is_page_as_it_was and self._visits.posts.are_known(shown)


def site_file(asked_url: str, answer: Answer) -> SiteFile:
    """Return an answer as what a site says about itself."""
    return SiteFile(asked_url=asked_url, status=answer.status, headers=answer.headers, body=answer.body)


def as_capture(header: CrawlHeader, target: Target, answer: Answer, number: int) -> Capture:
    """Return an answer as a capture of a crawl."""
    return Capture(
        capture_id=f"{header.crawl_id}/{number:05d}",
        crawl_id=header.crawl_id,
        source_id=header.source_id,
        role=target.role,
        request_url=target.url,
        final_url=answer.url,
        fetched_at=answer.received_at,
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        entry_url=target.entry_url,
        entry_kind=target.entry_kind,
        hints=target.hints,
    )
