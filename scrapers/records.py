"""The contract's types: what the pipeline knows of a page, from the archived exchange to the records read from it.

The tables that these become, column by column, are in `scrapers.tables`. This module knows nothing of Scrapy, DuckDB
or files.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

EXTRACTOR = 11
"""Version of the extraction code. Grows whenever the same capture can give other records than before."""

LIST_SEPARATOR = " | "
r"""Joins the values of `authors` and `tags`; a bar inside a value is written `\|`."""


class CaptureRole(StrEnum):
    """What a captured page is to us."""

    ENTRY = "entry"
    """A feed, sitemap or listing: it leads to pages."""
    PAGE = "page"
    """An article page: it carries records."""
    BOTH = "both"
    """A Telegram preview page: it leads to older previews and carries many records."""


class Outcome(StrEnum):
    """How a discovered URL ended. Each ends as exactly one of these."""

    FETCHED = "fetched"
    SKIPPED = "skipped"
    FAILED = "failed"


class SkipReason(StrEnum):
    """Why a discovered URL was not fetched, by our own decision."""

    NOT_MODIFIED = "not_modified"
    NOT_DUE = "not_due"
    NOT_AN_ARTICLE_URL = "not_an_article_url"
    OTHER_HOST = "other_host"
    ROBOTS = "robots"
    REDIRECTED_TO_KNOWN = "redirected_to_known"
    OVER_PAGE_LIMIT = "over_page_limit"
    BACKING_OFF = "backing_off"
    """An entry that failed is not asked again yet: the pauses grow with its failures."""
    DAILY_BUDGET = "daily_budget"
    """The host has had all the requests of this UTC day that we allow ourselves."""
    BAD_URL = "bad_url"
    """It is no http(s) address, or longer than 2,047 characters."""
    WITHHELD = "withheld"
    """The article was taken down, or its source opted out."""
    TRAP = "trap"
    """It looks made by software without end: a calendar, a path that grows, one page with ever other parameters."""
    NO_SUCH_DAY = "no_such_day"
    """A dated sitemap or listing that the outlet does not have: no news on that day, or not yet."""
    OUT_OF_RANGE = "out_of_range"
    """Outside the days of a backfill."""


class FailReason(StrEnum):
    """Why a discovered URL could not be fetched."""

    NOT_FOUND = "not_found"
    GONE = "gone"
    FORBIDDEN = "forbidden"
    RATE_LIMITED = "rate_limited"
    HTTP_ERROR = "http_error"
    SERVER_ERROR = "server_error"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    DNS = "dns"
    TLS = "tls"
    """The certificate is not good, or no secure connection can be made."""
    FORBIDDEN_ADDRESS = "forbidden_address"
    TOO_BIG = "too_big"
    BAD_CONTENT = "bad_content"
    REDIRECT = "redirect"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    HOST_CLOSED = "host_closed"
    """The host rests: it failed too often, lately or in an earlier crawl, or asked for a long pause."""
    BLOCKED = "blocked"
    """The host checks its visitors and turned us away, now or lately; we do not get around that."""
    INTERRUPTED = "interrupted"
    """The crawl ended before this URL's turn came (time limit, cancellation, crash)."""


class RejectionReason(StrEnum):
    """Why a captured page gave no article."""

    NOT_AN_ARTICLE = "not_an_article"
    NO_TITLE = "no_title"
    TOO_SHORT = "too_short"
    NO_TEXT = "no_text"
    WRONG_TYPE = "wrong_type"
    UNDECODABLE = "undecodable"
    TOO_BIG = "too_big"
    HOSTILE_MARKUP = "hostile_markup"
    CHALLENGE_PAGE = "challenge_page"
    LOGIN_WALL = "login_wall"
    SERVICE_MESSAGE = "service_message"
    NO_MESSAGES = "no_messages"
    TIMED_OUT = "timed_out"
    CRASHED = "crashed"
    WITHHELD = "withheld"
    """Taken down: what it said is not held any more. The detail is the takedown's reason and the article's id."""


class Kind(StrEnum):
    """What an article is at its source."""

    ARTICLE = "article"
    POST = "post"


class Precision(StrEnum):
    """How exactly `published_at` is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class DateOrigin(StrEnum):
    """Where `published_at` was read."""

    JSON_LD = "json_ld"
    META = "meta"
    SELECTOR = "selector"
    FEED = "feed"
    SITEMAP = "sitemap"
    URL = "url"
    VISIBLE = "visible"


class CitationKind(StrEnum):
    """How an article names a source."""

    RELATED = "related"
    INLINE = "inline"
    FORWARDED = "forwarded"
    NAMED = "named"


class RightsLevel(StrEnum):
    """How much of an article may be published, least first."""

    METADATA = "metadata"
    EXCERPT = "excerpt"
    FULL_TEXT = "full_text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What the entry that led to a page said about it. None: it said nothing."""

    title: str | None = None
    published: str | None = None
    """The entry's own words for the publication time, unparsed."""
    modified: str | None = None
    """The entry's own words for the last change (sitemap lastmod, Atom updated), unparsed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One archived exchange as it was."""

    capture_id: str
    """`<crawl_id>/<five-digit number>`; sorts by crawl, then by order of fetching."""
    crawl_id: str
    source_id: str
    role: CaptureRole
    request_url: str
    """The address asked for, normalised (before redirects)."""
    final_url: str
    """The address that answered, as the server wrote it."""
    fetched_at: datetime
    """UTC instant at which the answer was complete."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """All response headers in order; the body below is already without Content-Encoding."""
    body: bytes
    entry_url: str | None = None
    """The entry that led here; None for an entry itself."""
    entry_kind: str | None = None
    """feed | sitemap | listing | telegram."""
    hints: Hints = Hints()
    withheld: str | None = None
    """Why the body was taken out of the archive, for good; None: it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A source that an article names."""

    kind: CitationKind
    label: str | None
    """The words with which it is named; None when only a link is given."""
    url: str | None
    domain: str | None
    """Host of `url` without www, for Telegram `t.me/<handle>`; without `url`, the label where it is a domain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one record says; nothing about when else it was seen. Field meanings: the ARTICLE_CONTENT table below."""

    article_id: str
    source_id: str
    country: str
    kind: Kind
    url: str
    title: str | None
    text: str
    excerpt: str
    language: str
    language_confidence: float
    language_declared: str | None
    published_at: datetime | None
    published_precision: Precision | None
    published_origin: DateOrigin | None
    published_raw: str | None
    zone_assumed: bool | None
    modified_at: datetime | None
    authors: str | None
    section: str | None
    tags: str | None
    n_words: int
    n_chars: int
    text_origin: str
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A record that gave no article, and why."""

    reason: RejectionReason
    detail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """All records of one capture, by position. Never empty: a page without articles is a Rejection."""

    capture_id: str
    records: tuple[Article | Rejection, ...]


def join_list(values: Iterable[str]) -> str | None:
    r"""Join values into one flat string, None when there are none.

    >>> join_list(["Сүймөнкул", "a|b"])
    'Сүймөнкул | a\\|b'
    """
    joined = LIST_SEPARATOR.join(value.replace("|", r"\|") for value in values)
    return joined or None
