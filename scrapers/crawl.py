"""One crawl of one source: the run of Scrapy in this process, and what comes before and after it.

Writes the archive and the visits, nothing else. A Twisted reactor runs once, so `crawl_source` does once a process.
Called again in the same run it goes on where a killed crawl ended, and does nothing when that crawl is finished.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess

from scrapers.admission import PageLimits, Plan
from scrapers.archive import CrawlWriter, crawl_path
from scrapers.clock import Clock
from scrapers.days import DayRange
from scrapers.frontier import Frontier
from scrapers.ledger import Ledger, unread_entries
from scrapers.outcomes import CrawlHeader, CrawlSummary, crawl_id
from scrapers.politeness import HOSTS_FOLDER
from scrapers.recovery import LeftBehind, find_finished, find_left_behind, locked_source
from scrapers.registry import Source
from scrapers.settings import TIMEOUT_S, code_version, crawl_settings
from scrapers.spiders.source_spider import Course, SourceSpider
from scrapers.takedowns import Register, read_register, require_not_left
from scrapers.targets import Ask
from scrapers.visits import Visits, open_visits

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlLimits(PageLimits):
    """Bounds of one crawl."""

    max_seconds: float = 1800
    """Half of an hourly schedule."""
    max_rss_mb: int = 1024
    """Resident memory; a crawl of 2,000 pages takes about 120 MB."""
    timeout_s: float = TIMEOUT_S
    """For one exchange as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """What to crawl, and where to put it."""

    source: Source
    archive: Path
    visits: Path
    """Folder of the visits."""
    takedowns: Path
    """The register of what was taken down: that is not asked for."""
    run_id: str
    as_of: datetime | None = None
    """The instant at which the crawl is to believe it starts; None: the real clock."""
    limits: CrawlLimits = field(default_factory=CrawlLimits)
    days: DayRange | None = None
    """The days of a backfill; None: a crawl of what is new."""
    contact_url: str | None = None
    """A page about us; required for a source that is not on this machine."""
    hosts: Path | None = None
    """Folder of what all crawls know of hosts; None: beside the archive."""
    unread_level: int = logging.ERROR
    """How loudly the log names an entry that was not read; a look says so in its report."""


CLOCK_SLIP_MAX = timedelta(hours=1)
"""A crawl that starts less than this before the end of the last one (the same day replayed, a clock set back) starts
after it instead, so that crawls and captures sort as they happened. An earlier day that is replayed stays earlier."""

Fetch = Callable[[Course], tuple[str, bool]]
"""Carries out a course; returns why it ended, and whether no error of our own was counted."""


def crawl_source(job: CrawlJob) -> CrawlSummary:
    """Crawl a source; return what came of it. At most once a process.

    Raises ContactRequiredError; TakedownError for a source that opted out; CrawlRunningError when another process is at
    it; OSError or sqlite3.Error when archive or visits cannot be written: then what was fetched so far is kept for the
    next crawl to take up.
    """
    settings = {
        **crawl_settings(job.source, job.contact_url, max_rss_mb=job.limits.max_rss_mb),
        HOSTS_FOLDER: str(job.hosts or job.archive.parent / "hosts"),
        "DOWNLOAD_TIMEOUT": job.limits.timeout_s,
    }
    return crawl_with(partial(_run_scrapy, settings), job)


def crawl_with(fetch: Fetch, job: CrawlJob) -> CrawlSummary:
    """Crawl a source with something that carries out a course and says how it ended; see `crawl_source`."""
    clock = Clock(job.as_of)
    with locked_source(job.archive, job.source.id), ExitStack() as stack:
        register = read_register(job.takedowns)  # not before the lock: a takedown that was carried out by then counts
        require_not_left(register, job.source.id)
        lefts = find_left_behind(job.archive, job.source.id)
        trusted_until = min((left.parts.last_at for left in lefts), default=None)
        visits = stack.enter_context(open_visits(job.archive, job.visits, job.source, trusted_until=trusted_until))
        for left in lefts:
            visits.learn_crawl(left.parts)
            if left.may_continue(job.run_id, clock.now(), str(job.days) if job.days else None):
                clock.go_on_after(left.parts.last_at)
                return _continue(left, _Desk(job, register, visits, clock, fetch))
            _close(left, _Desk(job, register, visits, Clock(left.parts.last_at), fetch))
        if finished := find_finished(job.archive, job.source.id, job.run_id, clock.now()):
            logger.info("source=%s crawl=%s finished already in this run", job.source.id, finished.crawl_id)
            return finished
        if (latest := visits.latest()) is not None and timedelta() <= latest - clock.now() < CLOCK_SLIP_MAX:
            clock.go_on_after(latest)
        return _begin(_Desk(job, register, visits, clock, fetch))


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a crawl needs, whether it begins, goes on or is closed."""

    job: CrawlJob
    register: Register
    visits: Visits
    clock: Clock
    fetch: Fetch

    def books(self, writer: CrawlWriter) -> tuple[Ledger, Frontier]:
        ledger = Ledger(writer, self.visits, self.clock)
        days = DayRange.parse(writer.header.backfill) if writer.header.backfill else None
        begun_at = writer.header.started_at
        plan = Plan(begun_at=begun_at, limits=self.job.limits, register=self.register, days=days)
        return ledger, Frontier(self.job.source, ledger, self.visits, self.clock, plan)


def _begin(desk: _Desk) -> CrawlSummary:
    with CrawlWriter.begin(desk.job.archive, _new_header(desk)) as writer:
        ledger, frontier = desk.books(writer)
        return _run(desk, writer, ledger, frontier, frontier.start())


def _continue(left: LeftBehind, desk: _Desk) -> CrawlSummary:
    header = left.parts.header
    logger.info(
        "source=%s crawl=%s continues n_outcomes=%d", header.source_id, header.crawl_id, len(left.parts.outcomes)
    )
    with left.reopen(desk.job.archive) as writer:
        ledger, frontier = desk.books(writer)
        return _run(desk, writer, ledger, frontier, frontier.resume(left.parts, left.orphans))


def _close(left: LeftBehind, desk: _Desk) -> None:
    """Finish a file that is not gone on with: what had no turn ends as interrupted."""
    with left.reopen(desk.job.archive) as writer:
        ledger, frontier = desk.books(writer)
        frontier.resume(left.parts, left.orphans)
        summary = ledger.close("interrupted", is_clean=False)
        writer.finish(summary)
    logger.warning("source=%s crawl=%s was interrupted: saved and closed", summary.source_id, summary.crawl_id)


def _run(desk: _Desk, writer: CrawlWriter, ledger: Ledger, frontier: Frontier, asks: list[Ask]) -> CrawlSummary:
    course = Course(
        frontier=frontier,
        ledger=ledger,
        clock=desk.clock,
        asks=asks,
        max_seconds=desk.job.limits.max_seconds,
    )
    finish_reason, is_clean = desk.fetch(course)
    summary = ledger.close(finish_reason, is_clean=is_clean)
    writer.finish(summary)
    for url, why in unread_entries(ledger.outcomes, summary):
        logger.log(desk.job.unread_level, "source=%s entry=%s not read: %s", summary.source_id, url, why)
    logger.info(
        "source=%s crawl=%s finish_reason=%s n_fetched=%d n_skipped=%d n_failed=%d",
        summary.source_id,
        summary.crawl_id,
        summary.finish_reason,
        summary.n_fetched,
        summary.n_skipped,
        summary.n_failed,
    )
    return summary


def _run_scrapy(settings: dict[str, Any], course: Course) -> tuple[str, bool]:
    """Run Scrapy until the crawl ends. Returns why it ended, and whether no error of our own was counted."""
    process = AsyncCrawlerProcess(settings)
    logging.getLogger("scrapy").setLevel(logging.INFO)  # Scrapy sets DEBUG: a line for every page that nobody reads
    crawler = process.create_crawler(SourceSpider)
    process.crawl(crawler, course=course)
    process.start(install_signal_handlers=False)  # the spider handles them: Scrapy's would wait out every delay
    spider = crawler.spider
    if isinstance(spider, SourceSpider) and spider.storage_error is not None:
        raise spider.storage_error
    if process.bootstrap_failed:
        return "failed_to_start", False
    stats = crawler.stats.get_stats()
    n_errors = int(stats.get("spider_exceptions/count", 0)) + int(stats.get("log_count/ERROR", 0))
    return str(stats.get("finish_reason", "aborted")), n_errors == 0


def _new_header(desk: _Desk) -> CrawlHeader:
    source_id, started_at = desk.job.source.id, desk.clock.now()
    while True:
        header = CrawlHeader(
            crawl_id=crawl_id(source_id, started_at),
            source_id=source_id,
            run_id=desk.job.run_id,
            started_at=started_at,
            code_version=code_version(),
            backfill=str(desk.job.days) if desk.job.days else None,
        )
        if not crawl_path(desk.job.archive, header).exists():
            return header
        started_at += timedelta(microseconds=1)
