"""What a crawl says besides the captures: discovered URLs, how each URL ended, the summary; and their JSON form.

The JSON stands in the archive for good. Keys may be added, never renamed.
"""

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from scrapers.gist import Gist
from scrapers.records import Capture, CaptureRole, Hints, Outcome

_INSTANT_CHARS = len("2026-11-20T12:00:00.000000Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredUrl:
    """An address that an entry led to, and what the entry said about it."""

    url: str
    """Normalised."""
    hints: Hints = field(default_factory=Hints)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """Where one page of an entry leads."""

    links: tuple[DiscoveredUrl, ...] = ()
    """Pages, in the order in which they should be fetched; each once."""
    next_pages: tuple[DiscoveredUrl, ...] = ()
    """Further pages of the entry: the next of a listing or channel, the children of a sitemap index."""
    posts: tuple[str, ...] = ()
    """Messages shown on a page of a channel, as `handle/number`."""
    bad_links: tuple[str, ...] = ()
    """Links that are no http(s) address, as they were written; each once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDiscovery:
    """A discovery as it stands in the archive."""

    page_url: str
    """The entry, or the further page of it, that was read; normalised, as asked for."""
    discovery: Discovery
    n_new: int | None = None
    """How many of its links and posts had never been met before; None: not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlOutcome:
    """How one URL ended in one crawl."""

    url: str
    """Normalised; what was met, where it could not be normalised."""
    role: CaptureRole
    entry_url: str | None
    """The entry that led here; None for an entry itself."""
    outcome: Outcome
    reason: str | None = None
    """A SkipReason or FailReason; None when fetched."""
    detail: str | None = None
    capture_id: str | None = None
    """The capture, when fetched."""
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlHeader:
    """What is known of a crawl when it starts."""

    crawl_id: str
    source_id: str
    run_id: str
    started_at: datetime
    code_version: str
    backfill: str | None = None
    """The days of a backfill, `2026-11-01/2026-11-20`; None: a crawl of what is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSummary(CrawlHeader):
    """What is known of a crawl when it has ended: the columns of the staged table `crawls`."""

    finished_at: datetime
    finish_reason: str
    """`finished` when every URL had its turn; else why the crawl ended early."""
    is_complete: bool
    """Finished, no error of our own counted, and no entry failed."""
    n_discovered: int
    """Distinct URLs met, entries included; the sum of the next three."""
    n_fetched: int
    n_skipped: int
    n_failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCapture:
    """A capture and where it stands in the archive."""

    capture: Capture
    warc_path: str
    """Relative to the archive folder, with forward slashes."""
    warc_offset: int
    """Byte at which the record's gzip member starts."""
    warc_length: int
    """Bytes of the gzip member."""
    payload_sha256: str
    """Hex digest of the stored body."""
    gist: Gist | None = None
    """Of a body that was let go."""


def crawl_id(source_id: str, started_at: datetime) -> str:
    """Return the id of a crawl: its start, UTC to the microsecond, then the source; ids sort by time."""
    return f"{started_at.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{source_id}"


def to_json(value: UrlOutcome | CrawlHeader | StoredDiscovery) -> dict[str, Any]:
    """Return the archive's form of a value; what is None is left out."""
    if isinstance(value, StoredDiscovery):
        return _discovery_to_json(value)
    said = {it.name: getattr(value, it.name) for it in fields(value)}
    return {name: instant(v) if isinstance(v, datetime) else v for name, v in said.items() if v is not None}


def outcome_from_json(said: dict[str, Any]) -> UrlOutcome:
    """Read an outcome. Raises KeyError or ValueError when it is none."""
    return UrlOutcome(
        url=said["url"],
        role=CaptureRole(said["role"]),
        entry_url=said.get("entry_url"),
        outcome=Outcome(said["outcome"]),
        reason=said.get("reason"),
        detail=said.get("detail"),
        capture_id=said.get("capture_id"),
        decided_at=parse_instant(said["decided_at"]),
    )


def header_from_json(said: dict[str, Any]) -> CrawlHeader:
    """Read what is known of a crawl when it starts. Raises KeyError or ValueError when it is not that."""
    names = [it.name for it in fields(CrawlHeader) if it.name not in ("started_at", "backfill")]
    known = {name: str(said[name]) for name in names}
    return CrawlHeader(started_at=parse_instant(said["started_at"]), backfill=said.get("backfill"), **known)


def summary_from_json(said: dict[str, Any]) -> CrawlSummary:
    """Read a summary. Raises KeyError or ValueError when it is none."""
    known = {it.name: said[it.name] for it in fields(CrawlSummary) if it.name != "backfill"}
    instants = {name: parse_instant(known[name]) for name in ("started_at", "finished_at")}
    return CrawlSummary(**known | instants, backfill=said.get("backfill"))


def discovery_from_json(said: dict[str, Any]) -> StoredDiscovery:
    """Read a discovery. Raises KeyError or ValueError when it is none."""
    discovery = Discovery(
        links=tuple(_link_from_json(link) for link in said.get("links", ())),
        next_pages=tuple(_link_from_json(link) for link in said.get("next_pages", ())),
        posts=tuple(said.get("posts", ())),
        bad_links=tuple(said.get("bad_links", ())),
    )
    return StoredDiscovery(page_url=said["page_url"], discovery=discovery, n_new=said.get("n_new"))


def _discovery_to_json(stored: StoredDiscovery) -> dict[str, Any]:
    found = stored.discovery
    counted = {} if stored.n_new is None else {"n_new": stored.n_new}
    return {
        "page_url": stored.page_url,
        "links": [_link_to_json(link) for link in found.links],
        "next_pages": [_link_to_json(link) for link in found.next_pages],
        "posts": list(found.posts),
        "bad_links": list(found.bad_links),
        **counted,
    }


def _link_to_json(link: DiscoveredUrl) -> dict[str, str]:
    return {"url": link.url, **hints_to_json(link.hints)}


def _link_from_json(said: dict[str, Any]) -> DiscoveredUrl:
    return DiscoveredUrl(url=said["url"], hints=hints_from_json(said))


def hints_to_json(hints: Hints) -> dict[str, str]:
    """Return what was said; what is None is left out."""
    said = {"title": hints.title, "published": hints.published, "modified": hints.modified}
    return {name: value for name, value in said.items() if value is not None}


def hints_from_json(said: dict[str, Any]) -> Hints:
    """Read hints out of an object that may hold more."""
    return Hints(title=said.get("title"), published=said.get("published"), modified=said.get("modified"))


def instant(at: datetime) -> str:
    """Return the written form of an instant: ISO 8601, UTC, microseconds, Z.

    >>> instant(datetime(2026, 11, 20, 12, tzinfo=UTC))
    '2026-11-20T12:00:00.000000Z'
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_instant(text: str) -> datetime:
    """Read the written form of an instant. Raises ValueError when it is not that."""
    if len(text) != _INSTANT_CHARS or text[-1] != "Z":
        raise ValueError(f"no instant: {text[:40]!r}")
    return datetime.fromisoformat(text)  # strptime takes thirty times as long, and each visit has five
