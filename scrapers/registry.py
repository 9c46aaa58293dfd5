"""Sources: what an outlet is and how it is entered, one TOML file each, validated strictly.

The file's stem is the source's id. Unknown keys are errors. Thresholds and rights stand beside the outlet they concern,
and how each fact is known beside the fact (`evidence`). How a folder of them is read: `scrapers.registry_folder`.
"""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cssselect import HTMLTranslator, SelectorError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from scrapers.records import RightsLevel
from scrapers.spelling import did_you_mean

SOURCE_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{1,62}$")

LANGUAGE_TAG = re.compile(r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")
"""Language, script, region: as much of BCP 47 as a newsroom needs."""

REGION_WIDE = "XX"
"""Country of an outlet that is of the whole region: a user-assigned code of ISO 3166-1."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grade(StrEnum):
    """How well a fact about a source is known, best first."""

    PROBED = "M"
    USED_BY_CODE = "C"
    SEEN = "F"
    LISTED = "L"
    GUESS = "G"


class Evidence(_Strict):
    """How a fact is known."""

    grade: Grade
    checked: date | None = None
    note: str | None = None


class State(StrEnum):
    """Whether a source is crawled."""

    ENABLED = "enabled"
    CANDIDATE = "candidate"
    """Crawled when named, and once `sources check` has passed it."""
    DISABLED = "disabled"
    """Never crawled."""


class Status(_Strict):
    """Whether, since when and why."""

    state: State
    since: date
    reason: str


DATE_TOKENS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "M": "%-m", "D": "%-d"}
"""What may stand in braces in the address of a sitemap or listing, and what it becomes in the newsroom's own day."""

TOKEN = re.compile(r"\{([^{}]*)\}")


def _must_be_css(value: str) -> str:
    try:
        HTMLTranslator().css_to_xpath(value)
    except SelectorError as error:
        raise ValueError(f"not a CSS selector: {error}") from error
    return value


Css = Annotated[str, AfterValidator(_must_be_css)]
"""A selector that lxml can apply: checked when it is read, not when the first page comes."""


def _must_be_http(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http(s) address")
    if parts.username is not None:
        raise ValueError("an address with a name or password, which would stand in logs and tables")
    return value


HttpUrl = Annotated[str, AfterValidator(_must_be_http)]


class _Entry(_Strict):
    url: HttpUrl
    """Absolute; in a file it may be relative to the home page."""
    evidence: Evidence | None = None

    @field_validator("url")
    @classmethod
    def _must_have_known_tokens(cls, value: str) -> str:
        if unknown := set(TOKEN.findall(value)) - cls._tokens():
            raise ValueError(f"unknown {{{min(unknown)}}} in the address of this kind of entry: {value!r}")
        return value

    @classmethod
    def _tokens(cls) -> set[str]:
        return set()


class _DatedEntry(_Entry):
    days: int = Field(default=2, ge=1, le=31)
    """With a date in the address (`{YYYY}-{MM}-{DD}`): how many days back a crawl asks for, today included."""

    @classmethod
    def _tokens(cls) -> set[str]:
        return set(DATE_TOKENS)

    @property
    def is_dated(self) -> bool:
        """Whether the address holds a date: then there is one address for each day, month or year."""
        return TOKEN.search(self.url) is not None


class FeedEntry(_Entry):
    """RSS, Atom or RDF."""

    kind: Literal["feed"]


class SitemapEntry(_DatedEntry):
    """A sitemap, news sitemap or sitemap index, dated or not; gzip is recognised."""

    kind: Literal["sitemap"]


class ListingEntry(_DatedEntry):
    """A page of links to articles, dated or not, with or without further pages."""

    kind: Literal["listing"]
    link_selector: Css = "a[href]"
    """CSS of the links to articles."""
    next_selector: Css | None = None
    """CSS of the link to the next page; None when there is one page."""
    next_template: str | None = None
    """Address of a further page where none is linked: `{n}` is its number, from 2 on."""
    max_pages: int = Field(default=1, ge=1, le=1000)

    @model_validator(mode="after")
    def _one_way_on(self) -> Self:
        if self.next_template is None:
            return self
        if self.next_selector is not None or self.is_dated:
            raise ValueError("next_template goes neither with next_selector nor with a date in the address")
        if set(TOKEN.findall(self.next_template)) != {"n"}:
            raise ValueError(f"next_template needs {{n}} and nothing else in braces: {self.next_template!r}")
        return self


class WordPressEntry(_Entry):
    """The JSON list of posts of a WordPress site (`/wp-json/wp/v2/posts`); parameters are added."""

    kind: Literal["wordpress"]
    per_page: int = Field(default=20, ge=1, le=100)
    """Posts of one answer; WordPress allows 100."""
    max_pages: int = Field(default=3, ge=1, le=1000)


class TelegramEntry(_Entry):
    """The public preview of a Telegram channel (t.me/s/<handle>), paged back with ?before=."""

    kind: Literal["telegram"]
    max_pages: int = Field(default=3, ge=1, le=1000)


Entry = Annotated[FeedEntry | SitemapEntry | ListingEntry | WordPressEntry | TelegramEntry, Field(discriminator="kind")]


class ArticleRules(_Strict):
    """Which addresses of a source are articles."""

    hosts: tuple[str, ...] = ()
    """Hosts (with port where not the default) that article addresses may have; empty: the home page's."""
    allow: tuple[re.Pattern[str], ...] = ()
    """Searched in the normalised address; empty: every address."""
    deny: tuple[re.Pattern[str], ...] = ()
    max_variants: int = Field(default=50, ge=1)
    """New addresses of one crawl that differ in their query only; more are taken for a trap. Raise it for an outlet
    whose articles are all `?id=`."""
    evidence: Evidence | None = None
    """How `allow` is known."""
    examples: tuple[str, ...] = ()
    """Addresses of the shape of an article; each is accepted by these rules, and each `allow` accepts one of them."""
    counter_examples: tuple[str, ...] = ()
    """Addresses that these rules refuse."""
    shared_hosts: tuple[str, ...] = ()
    """Those of the hosts that are another source's as well, which says the same."""

    def accept(self, url: str) -> bool:
        """Whether a normalised address is an article by `allow` and `deny`, whatever its host."""
        is_allowed = not self.allow or any(rule.search(url) for rule in self.allow)
        return is_allowed and not any(rule.search(url) for rule in self.deny)

    @model_validator(mode="after")
    def _examples_must_agree(self) -> Self:
        wrong = [f"example {url!r} is refused" for url in self.examples if not self._takes(url)]
        wrong += [f"counter-example {url!r} is accepted" for url in self.counter_examples if self._takes(url)]
        idle = [rule for rule in self.allow if self.examples and not any(map(rule.search, self.examples))]
        wrong += [f"no example is accepted by allow {rule.pattern!r}" for rule in idle]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _takes(self, url: str) -> bool:
        return self.accept(url) and (not self.hosts or urlsplit(url).netloc.lower() in self.hosts)


class Polling(_Strict):
    """How long an entry is left alone after it was read: the more often nothing was new, the longer."""

    min_minutes: float = Field(default=0, ge=0, le=7 * 24 * 60)
    """When there was news; 0: with every crawl."""
    max_minutes: float = Field(default=120, ge=1, le=7 * 24 * 60)
    """When there was none for long. Two hours: morning news is then at most that late."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_minutes > self.max_minutes:
            raise ValueError(f"min_minutes {self.min_minutes:g} above max_minutes {self.max_minutes:g}")
        return self


class Selectors(_Strict):
    """CSS where the general rules do not suffice."""

    title: Css | None = None
    body: Css | None = None
    date: Css | None = None
    remove: tuple[Css, ...] = ()
    evidence: Evidence | None = None


class Rights(_Strict):
    """What may be published of a source, and on what ground."""

    level: RightsLevel = RightsLevel.METADATA
    basis: Literal["default", "licence", "written_permission", "public_domain"] = "default"
    licence: str | None = None
    """SPDX id or address."""
    evidence_url: str | None = None
    checked_at: date | None = None
    tdm_reserved: bool | None = None
    """Whether the source reserves text and data mining; None: not known."""
    terms: str | None = None
    """What is known of the publisher's terms, in our words; None: nothing."""
    evidence: Evidence | None = None
    """How the terms are known."""

    @model_validator(mode="after")
    def _full_text_needs_licence(self) -> Self:
        if self.level is RightsLevel.FULL_TEXT and not (self.licence and self.evidence_url and self.checked_at):
            raise ValueError("level full_text needs licence, evidence_url and checked_at")
        if self.level is not RightsLevel.METADATA and self.tdm_reserved:
            raise ValueError(f"level {self.level} with tdm_reserved = true: a reservation allows metadata only")
        return self


class Expectations(_Strict):
    """Bounds outside of which a person should look."""

    min_articles_per_week: int | None = Field(default=None, ge=0)
    """Fewer new articles in a week, and every release says that the source is thin."""
    max_articles_per_week: int | None = Field(default=None, ge=0)
    """More, and every release warns: a listing may be inventing addresses."""
    min_articles: int | None = Field(default=None, ge=0)
    """A release that holds fewer of this source is not published: history was lost."""


class Facts(_Strict):
    """How facts that have no table of their own are known; None: they were not graded."""

    languages: Evidence | None = None
    timezone: Evidence | None = None


class Source(_Strict):
    """One outlet or channel."""

    id: str
    preset: str | None = None
    """Name of the platform's preset, whose keys lie under this source's own."""
    name: str = Field(min_length=1)
    homepage: HttpUrl
    country: str = Field(pattern="^[A-Z]{2}$")
    """ISO 3166-1 alpha-2, or REGION_WIDE."""
    languages: tuple[str, ...] = Field(min_length=1)
    timezone: str
    platform: str | None = None
    """What the site runs on, where known."""
    ownership: str | None = None
    """Whose outlet it is, where a reader should be told."""
    access: str | None = None
    """From where it cannot be reached, or only with limits."""
    evidence: Facts = Facts()
    delay_s: float = Field(default=5.0, ge=0.0, le=300.0)
    """Seconds between two requests to one host. 5: as Media Cloud; robots.txt may ask for more."""
    max_requests_per_day: int = Field(default=10_000, ge=1)
    """To one host in one UTC day, all crawls of all sources together. 10,000: more than half of what a delay of 5 s
    lets through; forty channels of one host, looked at each hour, take 6,000."""
    status: Status
    entries: tuple[Entry, ...] = ()
    """The ways in that a crawl takes."""
    spare_entries: tuple[Entry, ...] = ()
    """Known ways in that no crawl takes: not proven, or of no use beside the others. `sources check` looks at them."""
    dead_entries: tuple[Entry, ...] = ()
    """Addresses that circulate and were probed in vain, kept so that nobody adds them again; never asked for."""
    articles: ArticleRules = ArticleRules()
    polling: Polling = Polling()
    selectors: Selectors = Selectors()
    rights: Rights = Rights()
    expectations: Expectations = Expectations()

    @field_validator("id")
    @classmethod
    def _must_be_safe(cls, value: str) -> str:
        if not SOURCE_ID.match(value):
            raise ValueError(f"source id {value!r} must match {SOURCE_ID.pattern}")
        return value

    @field_validator("languages")
    @classmethod
    def _must_be_tags(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if wrong := [tag for tag in value if not LANGUAGE_TAG.match(tag)]:
            raise ValueError(f"no language tag (BCP 47) as ky or uz-Latn: {wrong[0]!r}")
        return value

    @field_validator("timezone")
    @classmethod
    def _must_be_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder's or a file's name that is no zone
            meant = did_you_mean(value, available_timezones())
            raise ValueError(f"not an IANA time zone{f', {meant}' if meant else ''}") from error
        return value

    @model_validator(mode="after")
    def _enabled_needs_entries(self) -> Self:
        if self.status.state is not State.DISABLED and not self.entries:
            raise ValueError(f"status {self.status.state} without entries")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Zone of the newsroom."""
        return ZoneInfo(self.timezone)

    @property
    def hosts(self) -> frozenset[str]:
        """Hosts (with port where not the default) that article addresses may have, in lower case."""
        return frozenset(h.lower() for h in self.articles.hosts) or frozenset({urlsplit(self.homepage).netloc.lower()})

    @property
    def reaches_back(self) -> bool:
        """Whether there is an entry that leads to what was published on any day; a feed leads to its newest only."""
        return any(not isinstance(entry, FeedEntry) for entry in self.entries)

    @property
    def is_loopback(self) -> bool:
        """Whether every address of the source is on this machine."""
        urls = [self.homepage, *(entry.url for entry in self.entries)]
        return all(is_loopback_host(urlsplit(url).hostname or "") for url in urls)


def is_loopback_host(host: str) -> bool:
    """Whether a host name or literal means this machine, without asking a resolver."""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None
