"""One polite look at a source: robots.txt, every entry, three pages; by a crawl of its own that leaves no trace.

It is a crawl like any other (same robots, pace, limits and guards), of a source that has its spare entries as well,
into an archive of its own that is deleted when it has been judged. What it found is the report. A Twisted reactor runs
once, so `probe_source` does once a process.

    checks/.probe-*/<source>/.lock      held while the look lives (scrapers.recovery)
    checks/.probe-*/archive/<source>/   what it fetches
"""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from scrapers.archive import ArchivedCrawl, list_crawls, open_crawl
from scrapers.check_reports import PROBE_MAX_S, PROBE_PREFIX
from scrapers.crawl import CrawlJob, CrawlLimits, crawl_source
from scrapers.recovery import locked_source
from scrapers.redaction import redact_crawl
from scrapers.registry import Entry, ListingEntry, SitemapEntry, Source
from scrapers.takedowns import read_register

_Found = TypeVar("_Found")

PAGES_MAX = 3
"""Pages of a probe: enough to see whether a selector holds, few enough for a stranger's server."""

DAYS = 3
"""Of an entry with a date in its address: today's page does not exist at the beginning of the day, and where the day
before is a Sunday, many outlets have nothing on it either."""

_CHILDREN_MAX = 2  # files of sitemap indexes, newest first: the index itself rarely names a page


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeJob:
    """What to look at, and where to keep it for the time being."""

    source: Source
    workplace: Path
    """Folder for the archive of the probe, which is deleted at the end."""
    takedowns: Path
    """The register of what was taken down: it is not asked for, and `read` sees nothing of it."""
    contact_url: str | None = None
    max_pages: int = PAGES_MAX
    max_seconds: float = PROBE_MAX_S
    as_of: datetime | None = None
    """The instant at which the look is to believe it starts; None: the real clock."""


def probe_source(job: ProbeJob, read: Callable[[ArchivedCrawl], _Found]) -> _Found:
    """Crawl a source as the module says, and return what `read` makes of the archive. At most once a process.

    No takedown of the source is carried out before `read` has returned. Raises ContactRequiredError; TakedownError for
    a source that opted out; OSError when the workplace cannot be written.
    """
    source = with_all_entries(job.source)
    n_sitemaps = sum(entry.days if entry.is_dated else 1 for entry in source.entries if isinstance(entry, SitemapEntry))
    job.workplace.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=job.workplace, prefix=PROBE_PREFIX) as folder,
        locked_source(Path(folder), source.id),
    ):
        archive = Path(folder) / "archive"
        crawl_source(
            CrawlJob(
                source=source,
                archive=archive,
                visits=Path(folder) / "visits",
                takedowns=job.takedowns,
                run_id="probe",
                as_of=job.as_of,
                limits=CrawlLimits(
                    max_pages=job.max_pages,
                    max_sitemaps=n_sitemaps + _CHILDREN_MAX,
                    max_seconds=job.max_seconds,
                ),
                contact_url=job.contact_url,
                hosts=job.workplace.parent / "hosts",
                unread_level=logging.DEBUG,
            )
        )
        (path,) = list_crawls(archive)
        redact_crawl(path, read_register(job.takedowns))
        return read(open_crawl(path, archive))


def with_all_entries(source: Source) -> Source:
    """Return the source with its spare entries among the others, each read one page and DAYS days deep."""
    entries = tuple(_shallow(entry) for entry in (*source.entries, *source.spare_entries))
    return source.model_copy(update={"entries": entries})


def _shallow(entry: Entry) -> Entry:
    if isinstance(entry, SitemapEntry | ListingEntry) and entry.is_dated:
        entry = entry.model_copy(update={"days": DAYS})
    return entry.model_copy(update={"max_pages": 1}) if "max_pages" in type(entry).model_fields else entry
