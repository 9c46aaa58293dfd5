"""What a correct pipeline makes of each page of the sample world on each day.

Read from `outlets/<source_id>/expected.toml`, whose every value was checked by hand. A page's table there holds what is
true from its first day on; `[pages.from_day.2]` says what is different from day 2 on.
The truth is about the pages alone, as if each day's crawl fetched every linked address once. What a pipeline may
rightly leave out on a revisit (not due, not modified) is its own affair.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from samples.clock import require_day
from samples.links import SAMPLE_SCHEME, resolve
from samples.stories import OUTLETS


class ExpectedOutcome(StrEnum):
    """How a page ends in a correct pipeline."""

    ARTICLE = "article"
    REJECTED = "rejected"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_LINKED = "not_linked"
    """No entry leads to it on that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCitation:
    """A source that an article names."""

    kind: str
    """related | inline | forwarded | named."""
    label: str
    target: str | None
    """Path-like target `sample:<source_id>/<path>`; None when it is named in words only."""

    def url(self, base_urls: Mapping[str, str]) -> str | None:
        """Return its address in a running world."""
        return resolve(self.target, base_urls) if self.target else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedPage:
    """The truth about one page or post on one day. None: the page does not say, or is no article."""

    day: int
    source_id: str
    path: str
    """Path at its own outlet, after redirects, without tracking; or `sample:<source_id>/<path>` at another."""
    linked_as: str | None
    """Path that the entries link, where it redirects to `path`."""
    status: int
    """Status of a plain GET of `path`; the last one, where `first_status` is given."""
    first_status: int | None
    """Status of the day's first GET, where that differs."""
    outcome: ExpectedOutcome
    reasons: tuple[str, ...]
    """Why it is no article; where there are several, each is right."""
    kind: str
    """article | post."""
    title: str | None
    """White space folded to single spaces."""
    language: str | None
    """BCP 47."""
    published_at: datetime | None
    """UTC; for precision `day` midnight of the outlet's zone."""
    precision: str | None
    """second | minute | day."""
    starts: str | None
    """First words of the body."""
    ends: str | None
    """Last words of the body; what follows on the page is not text."""
    says: tuple[str, ...]
    """Words that the body of this day has and that of another day has not."""
    never_says: tuple[str, ...]
    """Words on the outlet's pages that belong to no body."""
    n_versions: int
    """Different contents shown up to this day, returns to an earlier one counted."""
    citations: tuple[ExpectedCitation, ...]

    def url(self, base_urls: Mapping[str, str]) -> str:
        """Return its address in a running world."""
        if self.path.startswith(SAMPLE_SCHEME):
            return resolve(self.path, base_urls)
        return base_urls[self.source_id] + self.path


def expected_pages(day: int) -> tuple[ExpectedPage, ...]:
    """Return the truth of a day, sorted by source and path. Raises ValueError when the world has no such day."""
    require_day(day)
    files = sorted(OUTLETS.glob("*/expected.toml"))
    pages = [page for file in files for page in _pages_of(file.parent.name, file.read_text(encoding="utf-8"), day)]
    return tuple(sorted(pages, key=lambda page: (page.source_id, page.path)))


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CitationEntry(_Strict):
    kind: str
    label: str
    to: str | None = None


class _PageEntry(_Strict):
    path: str
    linked_as: str | None = None
    first_day: int = 1
    status: int = 200
    first_status: int | None = None
    outcome: ExpectedOutcome = ExpectedOutcome.ARTICLE
    reasons: tuple[str, ...] = ()
    kind: str = "article"
    title: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    precision: str | None = None
    starts: str | None = None
    ends: str | None = None
    says: tuple[str, ...] = ()
    n_versions: int = 1
    citations: tuple[_CitationEntry, ...] = ()


def _pages_of(source_id: str, text: str, day: int) -> Iterator[ExpectedPage]:
    data = tomllib.loads(text)
    for table in data["pages"]:
        entry = _PageEntry.model_validate(_as_of(table, day))
        if entry.first_day <= day:
            yield _expected_page(entry, day, source_id, tuple(data["never_says"]))


def _as_of(table: dict[str, Any], day: int) -> dict[str, Any]:
    """Return a page's table with the changes up to a day laid over it."""
    changes = table.get("from_day", {})
    merged = {key: value for key, value in table.items() if key != "from_day"}
    for from_day in sorted(changes, key=int):
        merged |= changes[from_day] if int(from_day) <= day else {}
    return merged


def _expected_page(entry: _PageEntry, day: int, source_id: str, never_says: tuple[str, ...]) -> ExpectedPage:
    return ExpectedPage(
        day=day,
        source_id=source_id,
        path=entry.path,
        linked_as=entry.linked_as,
        status=entry.status,
        first_status=entry.first_status,
        outcome=entry.outcome,
        reasons=entry.reasons,
        kind=entry.kind,
        title=entry.title,
        language=entry.language,
        published_at=entry.published_at,
        precision=entry.precision,
        starts=entry.starts,
        ends=entry.ends,
        says=entry.says,
        never_says=never_says,
        n_versions=entry.n_versions,
        citations=tuple(ExpectedCitation(kind=it.kind, label=it.label, target=it.to) for it in entry.citations),
    )
