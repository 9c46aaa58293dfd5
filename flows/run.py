"""Run: crawl, ingest, release, in one flow that one bad source cannot stop.

The stages are called as tasks of this flow and not as flows of their own: one row in the list of runs, one state, one
notification, and a cancellation has one process to reach.
"""

import asyncio
import os
from datetime import date

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Cancelled
from pydantic import AwareDatetime

from flows.crawl import crawl_sources
from flows.ingest import ingest_pending
from flows.journal import RunUnderWayError, hold_run
from flows.release import show
from flows.reports import RunReport, save_report
from flows.settings import Settings, read_settings
from flows.stages import CRAWLS_AT_ONCE, MAX_CRAWL_S, CrawlOrder, StageError, count_records
from flows.states import name_by_time, publish_report, state_of
from scrapers.check_reports import sources_to_crawl
from scrapers.clock import Clock
from scrapers.data_root import DataRoot, open_data_root
from scrapers.days import DayRange
from scrapers.registry_folder import load_registry


@flow(name="run", flow_run_name=name_by_time, persist_result=False)
async def run(
    sources: list[str] | None = None,
    as_of: AwareDatetime | None = None,
    n_at_once: int = CRAWLS_AT_ONCE,
    max_seconds: float = MAX_CRAWL_S,
    backfill: tuple[date, date] | None = None,
) -> State[RunReport]:
    """Crawl the named sources or every enabled one, load what is new, cut a release when something published changed.

    Ends as Completed, as Degraded (published, but a source or a batch is missing) or as Failed. A run that was killed
    is continued by the next one with the same parameters. `max_seconds` is the time limit of each crawl;
    `as_of` is for replays: the instant at which the run is to believe that it starts. `backfill` is the first and the
    last day of which the crawls shall fetch what was published; what is new is left to other runs.
    """
    settings = read_settings(os.environ)
    root = open_data_root(settings.home)
    asked, started = tuple(sources or ()), Clock().now()
    chosen = sources_to_crawl(root.checks, load_registry(settings.sources), asked)
    days = DayRange(*backfill) if backfill else None
    try:
        with hold_run(root.runs, asked, as_of=as_of, days=days, now=started) as mark:
            clock = Clock(as_of)
            order = CrawlOrder(run_id=mark.run_id, as_of=as_of, max_seconds=max_seconds, days=days)
            crawled = await crawl_sources(settings, chosen, order, n_at_once)
            report = RunReport(run_id=mark.run_id, started_at=started, finished_at=started, sources=crawled)
            report = await _publish(settings, root, report, clock)
            save_report(root.runs, report)
    except RunUnderWayError as error:  # as the limit of the deployment does: what would be crawled is being crawled
        return Cancelled(message=str(error))
    except asyncio.CancelledError:  # else Prefect takes it for a crash and tells of it
        return Cancelled(message="interrupted; what was archived is kept")
    await publish_report(report, settings)
    return state_of(report)


async def _publish(settings: Settings, root: DataRoot, report: RunReport, clock: Clock) -> RunReport:
    """Ingest and release; a stage that ends with an error ends the run with what was done by then."""
    known: dict[str, object] = {}
    try:
        ingested = await ingest_pending(settings)
        known |= {"loaded": ingested.loaded, "generation": ingested.generation, "problems": ingested.problems}
        shown = await show(settings, clock.now())
        known |= {"release": shown.release, "catalogue": str(shown.page) if shown.page else None}
        known |= {"failure": "; ".join(shown.failures) or None}
    except StageError as error:
        known["failure"] = str(error)
    known["sources"] = tuple(count_records(root.staging, source) for source in report.sources)
    return report.model_copy(update={**known, "finished_at": Clock().now()})
