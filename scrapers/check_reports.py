"""What a check of a source found, as it is kept: one file a check, never changed.

checks/<source>/<yyyymmddThhmmssZ>.json     of the data root

A report holds for the definition that was checked: when entries, rules or selectors are edited, it passes nothing any
more. The newest report of a source decides.
"""

import json
from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from scrapers.counts import counted
from scrapers.data_root import write_beside
from scrapers.registry import Source
from scrapers.registry_folder import choose_sources

PROBE_MAX_S = 900.0
"""Time limit of a check: a dozen entries and three pages take two minutes at the 5 s of most sources, and ten at a
Crawl-delay of 30 s."""

PROBE_PREFIX = ".probe-"
"""Begins the names of the folders beside the reports in which looks work."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class RobotsCheck(_Said):
    """What a host's robots.txt said."""

    url: str
    status: int
    crawl_delay_s: float | None = None
    sitemaps: tuple[str, ...] = ()


class EntryCheck(_Said):
    """One way in."""

    url: str
    """As the registry has it."""
    kind: str
    is_crawled: bool
    """False for a spare entry."""
    problem: str | None = None
    """Why it cannot be used; None when it can."""
    n_links: int = 0
    n_articles: int = 0
    """Links that the source's rules take for articles; of a channel, messages."""

    @property
    def found(self) -> str:
        """What it led to, in words."""
        if self.kind == "telegram":
            return counted(self.n_articles, "message")
        return counted(self.n_articles, "address of an article", "addresses of articles")


class PageCheck(_Said):
    """One article page, and what was read from it; None: nothing was found."""

    url: str
    verdict: str
    """`article`, `post`, or why there is none: `rejected: too_short`, `failed: timeout`, `skipped: robots`."""
    problems: tuple[str, ...] = ()
    title: str | None = None
    published_at: AwareDatetime | None = None
    published_origin: str | None = None
    published_precision: str | None = None
    authors: str | None = None
    section: str | None = None
    language: str | None = None
    language_declared: str | None = None
    n_chars: int | None = None
    text_origin: str | None = None
    excerpt: str | None = None


class SelectorCheck(_Said):
    """One selector of the source."""

    key: str
    css: str
    n_matched: int
    """Pages on which it matched."""
    n_pages: int


class CheckReport(_Said):
    """One check of one source."""

    form: Literal[1] = 1
    source_id: str
    checked_at: AwareDatetime
    definition_sha256: str
    finish_reason: str
    robots: tuple[RobotsCheck, ...]
    reservations: tuple[str, ...]
    """Signals that reserve text and data mining, as met."""
    entries: tuple[EntryCheck, ...]
    pages: tuple[PageCheck, ...]
    selectors: tuple[SelectorCheck, ...]
    problems: tuple[str, ...]
    """Why the source did not pass; empty when it did."""

    @property
    def is_passed(self) -> bool:
        """Whether the source can be crawled."""
        return not self.problems

    @property
    def checked_on(self) -> date:
        """Day of the check, UTC."""
        return self.checked_at.date()


class Proposal(_Said):
    """A proposed registry file, and what it rests on."""

    source_id: str
    path: Path
    toml: str
    golden: Path | None
    """The page that was kept; None when no article was reached."""
    report: CheckReport


def definition_sha256(source: Source) -> str:
    """Return the digest of what a check depends on: how the source is entered and read, not how that is known."""
    read = {"homepage", "languages", "timezone", "entries", "articles", "selectors"}
    said = source.model_dump(mode="json", include=read)
    for table in (*said["entries"], said["articles"], said["selectors"]):
        del table["evidence"]
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def report_path(checks: Path, report: CheckReport) -> Path:
    """Return where a report is kept."""
    return checks / report.source_id / f"{report.checked_at:%Y%m%dT%H%M%SZ}.json"


def save_report(checks: Path, report: CheckReport) -> Path:
    """Keep a report; return its path."""
    path = report_path(checks, report)
    write_beside(path, report.model_dump_json(indent=1) + "\n")
    return path


def latest_report(checks: Path, source_id: str) -> CheckReport | None:
    """Return the newest report of a source that can be read; None when there is none."""
    for path in sorted((checks / source_id).glob("*.json"), reverse=True):
        try:
            return CheckReport.model_validate_json(path.read_bytes())
        except ValidationError:  # of a later version of Kabarchy: an older one may still be read
            continue
    return None


def sources_to_crawl(checks: Path, registry: dict[str, Source], names: tuple[str, ...]) -> list[Source]:
    """Return the named sources; else every enabled one, and the candidates that passed a check.

    Raises UnknownSourceError and DisabledSourceError.
    """
    return choose_sources(registry, names, passed=() if names else passed_sources(checks, registry))


def passed_sources(checks: Path, registry: Mapping[str, Source]) -> frozenset[str]:
    """Return the sources whose newest report passed them as they are defined now."""
    return frozenset(source.id for source in registry.values() if _is_passed(checks, source))


def _is_passed(checks: Path, source: Source) -> bool:
    report = latest_report(checks, source.id)
    return report is not None and report.is_passed and report.definition_sha256 == definition_sha256(source)
