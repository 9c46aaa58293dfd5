"""What a run did: counts per source as the stages gave them, what went wrong, and whether that matters.

A report is kept as runs/<run_id>.json, from which the command line and `kabarchy status` tell of a run without Prefect.
"""

from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict

from scrapers.backfills import Left
from scrapers.counts import counted
from scrapers.data_root import write_beside


class Verdict(StrEnum):
    """How a run ended."""

    COMPLETED = "completed"
    DEGRADED = "degraded"
    """It published what it could; some source or page batch is missing."""
    FAILED = "failed"
    """Nothing usable was fetched, or what was fetched was not published."""


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceReport(_Report):
    """One source in one run. Counts are None where the stage did not get that far."""

    source_id: str
    crawl_id: str | None = None
    problem: str | None = None
    """Why the crawl is not complete; None when it is."""
    skipped: str | None = None
    """Why the source was not crawled at all, on purpose; None when it was to be."""
    n_discovered: int | None = None
    n_fetched: int | None = None
    n_skipped: int | None = None
    n_failed: int | None = None
    n_articles: int | None = None
    """Articles read from the pages of this crawl, new or not."""
    n_rejected: int | None = None
    left: Left | None = None
    """What the backfill that this crawl was of has not done yet; None for a crawl of what is new."""
    duration_s: float

    @property
    def state(self) -> str:
        """How the crawl ended, and whether its backfill is finished, in words."""
        ended = self.problem or (f"skipped: {self.skipped}" if self.skipped else None)
        if self.left is None:
            return ended or "complete"
        backfill = "backfill finished" if self.left.is_nothing else f"backfill not finished: {self.left} left"
        return f"{ended}; {backfill}" if ended else backfill


class LoadCounts(_Report):
    """What loading changed in the warehouse."""

    n_batches: int
    n_new: int
    n_changed: int
    n_unchanged: int

    @property
    def found(self) -> str:
        """What is new to readers, in words."""
        return f"{self.n_new} new and {counted(self.n_changed, 'changed article')}"


class RunReport(_Report):
    """One run."""

    run_id: str
    started_at: AwareDatetime
    finished_at: AwareDatetime
    sources: tuple[SourceReport, ...] = ()
    loaded: LoadCounts | None = None
    generation: str | None = None
    """File name of the analyst generation that the run left current."""
    release: str | None = None
    """Id of the release that the run cut; None when no published table changed or it did not get that far."""
    catalogue: str | None = None
    """Path of the catalogue page."""
    problems: tuple[str, ...] = ()
    """What went wrong outside a crawl without stopping the run, a line each."""
    failure: str | None = None
    """What stopped the run before its release, or what of releasing, showing and publishing went wrong."""

    @property
    def verdict(self) -> Verdict:
        """How the run ended."""
        n_bad = sum(source.problem is not None for source in self.sources)
        if self.failure or (n_bad and n_bad == len(self._crawled)):
            return Verdict.FAILED
        return Verdict.DEGRADED if n_bad or self.problems else Verdict.COMPLETED

    @property
    def _crawled(self) -> list[SourceReport]:
        return [source for source in self.sources if source.skipped is None]

    @property
    def message(self) -> str:
        """One line for people: what was done and what was not."""
        bad = [f"{source.source_id} ({source.problem})" for source in self.sources if source.problem]
        skipped = [f"{source.source_id} skipped ({source.skipped})" for source in self.sources if source.skipped]
        done = f"{len(self._crawled) - len(bad)} of {counted(len(self._crawled), 'source')} complete"
        new = self.loaded.found if self.loaded else None
        release = f"release {self.release}" if self.release else None
        wrong = [*bad, *self.problems, *([self.failure] if self.failure else [])]
        parts = [", ".join(part for part in (done, *skipped, new, release) if part), *self._backfill, *wrong]
        return "; ".join(parts)

    @property
    def _backfill(self) -> list[str]:
        """Whether the backfill is finished, in words; empty for a run for what is new."""
        left = {source.source_id: source.left for source in self.sources if source.left is not None}
        undone = ", ".join(f"{source_id} ({it})" for source_id, it in left.items() if not it.is_nothing)
        if not left:
            return []
        return [f"backfill not finished, the next run goes on: {undone}" if undone else "backfill finished"]


def save_report(runs: Path, report: RunReport) -> Path:
    """Keep a report; one of the same run is replaced."""
    path = runs / f"{report.run_id}.json"
    write_beside(path, report.model_dump_json(indent=1) + "\n")
    return path


def load_report(path: Path) -> RunReport:
    """Read a kept report. Raises pydantic's ValidationError on a file of another form."""
    return RunReport.model_validate_json(path.read_bytes())


def list_reports(runs: Path) -> list[Path]:
    """Return the kept reports, oldest first: run ids sort by time."""
    return sorted(path for path in runs.glob("*.json") if path.name != "current.json")


def source_rows(sources: tuple[SourceReport, ...]) -> list[dict[str, str | int | float | None]]:
    """Return the table of a run with a row for each source, as Prefect's table artifact and the terminal show it."""
    return [
        {
            "source": source.source_id,
            "discovered": source.n_discovered,
            "fetched": source.n_fetched,
            "skipped": source.n_skipped,
            "failed": source.n_failed,
            "articles": source.n_articles,
            "rejected": source.n_rejected,
            "seconds": round(source.duration_s, 1),
            "state": source.state,
        }
        for source in sources
    ]


def render_markdown(report: RunReport) -> str:
    """Return the report of a run as Markdown."""
    lines = [f"# Run {report.run_id}: {report.verdict}", "", report.message, ""]
    took_s = (report.finished_at - report.started_at).total_seconds()
    lines.append(f"- time: {report.started_at:%Y-%m-%d %H:%M:%S} to {report.finished_at:%H:%M:%S} UTC, {took_s:.0f} s")
    lines += [f"- source {source.source_id}: {source.problem}" for source in report.sources if source.problem]
    if report.loaded:
        lines.append(
            f"- loaded: {counted(report.loaded.n_batches, 'batch', 'batches')}, {report.loaded.n_new} new, "
            f"{report.loaded.n_changed} changed, {counted(report.loaded.n_unchanged, 'unchanged article')}"
        )
    if report.generation:
        lines.append(f"- analyst generation: `{report.generation}`")
    none = "none" if report.failure else "none, no published table changed"
    lines.append(f"- release: {f'`{report.release}`' if report.release else none}")
    lines += [f"- problem: {problem}" for problem in report.problems]
    lines += [f"- failure: {report.failure}"] if report.failure else []
    return "\n".join(lines) + "\n"
