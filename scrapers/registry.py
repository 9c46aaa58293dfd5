"""Sources: what an outlet is and how it is entered, one TOML file each, validated strictly.

The file's stem is the source's id. Unknown keys are errors. Thresholds and rights stand beside the outlet they concern.
`load_registry` reads a folder as a whole and reports every bad file at once.
"""

import re
import tomllib
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from scrapers.records import RightsLevel

SOURCE_ID = re.compile(r"^[a-z0-9][a-z0-9_-]{1,62}$")
SHIPPED_SOURCES = Path(__file__).parent / "sources"


class RegistryError(Exception):
    """One or more registry files cannot be used; the message has one line a problem, naming file, key and value."""


class UnknownSourceError(RegistryError):
    """A source id that the registry does not have."""


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
    """Crawled only when named."""
    DISABLED = "disabled"


class Status(_Strict):
    """Whether, since when and why."""

    state: State
    since: date
    reason: str


DATE_TOKENS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d", "M": "%-m", "D": "%-d"}
"""What may stand in braces in the address of a sitemap or listing, and what it becomes in the newsroom's own day."""

TOKEN = re.compile(r"\{([^{}]*)\}")


class _Entry(_Strict):
    url: str
    evidence: Evidence | None = None

    @field_validator("url")
    @classmethod
    def _must_be_http(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http(s) address: {value!r}")
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
    link_selector: str = "a[href]"
    """CSS of the links to articles."""
    next_selector: str | None = None
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

    title: str | None = None
    body: str | None = None
    date: str | None = None
    remove: tuple[str, ...] = ()


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

    @model_validator(mode="after")
    def _full_text_needs_licence(self) -> Self:
        if self.level is RightsLevel.FULL_TEXT and not (self.licence and self.evidence_url and self.checked_at):
            raise ValueError("level full_text needs licence, evidence_url and checked_at")
        if self.level is not RightsLevel.METADATA and self.tdm_reserved:
            raise ValueError(f"level {self.level} with tdm_reserved = true: a reservation allows metadata only")
        return self


class Expectations(_Strict):
    """Bounds below which a person should look."""

    min_articles_per_week: int | None = Field(default=None, ge=0)


class Source(_Strict):
    """One outlet or channel."""

    id: str
    name: str = Field(min_length=1)
    homepage: str
    country: str = Field(pattern="^[A-Z]{2}$")
    languages: tuple[str, ...] = Field(min_length=1)
    timezone: str
    delay_s: float = Field(default=5.0, ge=0.0, le=300.0)
    """Seconds between two requests to one host. 5: as Media Cloud; robots.txt may ask for more."""
    status: Status
    entries: tuple[Entry, ...] = ()
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

    @field_validator("timezone")
    @classmethod
    def _must_be_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder's or a file's name that is no zone
            raise ValueError(f"not an IANA time zone: {value!r}") from error
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
    def is_loopback(self) -> bool:
        """Whether every address of the source is on this machine."""
        urls = [self.homepage, *(entry.url for entry in self.entries)]
        return all(is_loopback_host(urlsplit(url).hostname or "") for url in urls)


def is_loopback_host(host: str) -> bool:
    """Whether a host name or literal means this machine, without asking a resolver."""
    return host in {"localhost", "::1"} or re.fullmatch(r"127(\.\d{1,3}){3}", host) is not None


def load_registry(folder: Path) -> dict[str, Source]:
    """Read every `*.toml` of a folder, sorted by id. Raises RegistryError listing all problems."""
    if not folder.is_dir():
        raise RegistryError(f"{folder}: no such registry folder")
    sources: dict[str, Source] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            sources[path.stem] = load_source(path)
        except RegistryError as error:
            problems.append(str(error))
    if problems:
        raise RegistryError("\n".join(problems))
    return sources


def load_source(path: Path) -> Source:
    """Read one source file. Raises RegistryError with a line for each bad key, naming file, key and value."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RegistryError(f"{path}: {error}") from error
    if "id" in data:
        raise RegistryError(f"{path}: key id: the file's name is the id")
    try:
        return Source.model_validate({"id": path.stem, **data})
    except ValidationError as error:
        lines = [f"{path}: {_where(e['loc'])}: {e['msg']} (got {e['input']!r})" for e in error.errors()]
        raise RegistryError("\n".join(lines)) from error


def _where(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location) or "file"


def choose_sources(registry: dict[str, Source], names: tuple[str, ...]) -> list[Source]:
    """Return the named sources, or all enabled ones when none is named. Raises UnknownSourceError naming the id."""
    unknown = [name for name in names if name not in registry]
    if unknown:
        raise UnknownSourceError(f"unknown source: {', '.join(unknown)} (registry has {len(registry)} sources)")
    if names:
        return [registry[name] for name in dict.fromkeys(names)]
    return [source for source in registry.values() if source.status.state is State.ENABLED]
