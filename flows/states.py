"""What Prefect shows of a run: its name, its final state, its artifacts."""

from datetime import datetime
from pathlib import Path

from prefect.artifacts import acreate_link_artifact, acreate_markdown_artifact, acreate_table_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.reports import RunReport, SourceReport, Verdict, render_markdown, source_rows
from flows.settings import Settings
from scrapers.clock import Clock

DEGRADED = "Degraded"
"""Name of the state of a run that published what it could. Prefect's type is COMPLETED: what follows may follow."""


def name_by_time() -> str:
    """Return `<flow> 2026-11-22 12:00`, UTC: the time for which a run was scheduled, else the time it started."""
    scheduled: datetime | None = flow_run.scheduled_start_time
    return f"{flow_run.flow_name} {scheduled or Clock().now():%Y-%m-%d %H:%M}"


def state_of(report: RunReport) -> State[RunReport]:
    """Return the final state that says how a run ended; it carries the report for a caller in the same process."""
    match report.verdict:
        case Verdict.COMPLETED:
            return Completed(message=report.message, data=report)
        case Verdict.DEGRADED:
            return Completed(name=DEGRADED, message=report.message, data=report)
        case Verdict.FAILED:
            return Failed(message=report.message, data=report)


async def publish_sources(sources: tuple[SourceReport, ...]) -> None:
    """Show the table with a row for each source."""
    await acreate_table_artifact(
        key="sources", table=source_rows(sources), description="What each source's crawl came to."
    )


async def publish_report(report: RunReport, settings: Settings) -> None:
    """Show what a run did: the table of its sources, the report, and where to look at the release."""
    await publish_sources(report.sources)
    await acreate_markdown_artifact(key="run", markdown=render_markdown(report), description="What the run did.")
    if report.catalogue:
        link = settings.catalogue_url or Path(report.catalogue).as_uri()
        await acreate_link_artifact(
            key="catalogue", link=link, link_text="the catalogue", description="Look and download."
        )
