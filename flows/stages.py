"""The stages as child processes: which command each one is, what it may use, and what its result means to a run.

Nothing here knows Prefect: the flows and the plain commands of `kabarchy` call the same functions. Each stage is safe
to repeat; one that was killed or ran out of time raises StageKilledError, which is worth another try, and one that
ended with an error raises StageError, which is not.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from exports.profiles import Profile
from flows.processes import ChildLimits, ChildResult, Log, own_python, run_child
from flows.reports import LoadCounts, SourceReport
from flows.settings import Settings
from scrapers.archive import CrawlSummary
from scrapers.backfills import Left
from scrapers.counts import counted
from scrapers.data_root import DataRoot
from scrapers.days import DayRange
from scrapers.records import EXTRACTOR
from scrapers.registry import Source
from scrapers.staging import BatchDamagedError, batch_id, open_batch
from scrapers.takedowns import OptOut, TakedownError, read_register
from warehouse.analyst_copy import current_generation
from warehouse.loader import LoadReport

_Result = TypeVar("_Result")

CRAWLS_AT_ONCE = 20
"""A crawl waits for its site most of the time. Twenty of ten pages each took 47 s of CPU, most of it to start, so half
a minute of two cores; each had 100 MB resident, a third of it its own (measured 2026-11-25; 2,000 pages: 105 MB).
The bound is the memory limit of each. 75 sources, all of them hanging, end within four time limits."""
MAX_CRAWL_S = 1800.0
"""Half an hour a source: at a delay of 5 s some 300 pages, more than an outlet of the region publishes in a day."""
_CRAWL_MEMORY_MB = 4096
"""A crawl ends itself at 1 GiB resident; its address space is some three times that. This wall stops a sudden leap."""
_STAGE_TIME_S = 3600.0
"""An hour for a stage that takes minutes: it is there to end a hang, not to hurry."""
_NAMED_MAX = 5
"""Crawls that are named in a message, which is one line; all of them are in the log."""
_CLOSING_TIME_S = 10.0
"""For a crawl at its own time limit to end by itself: it sends nothing more, whatever its delay, and gives the answer
that is on its way five seconds. SIGTERM then gives it ten seconds more."""


class StageError(Exception):
    """A stage ended with an error; the message names the stage and gives its last words."""


class StageKilledError(StageError):
    """A stage was ended by a signal or at its time limit."""


class _Extracted(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    crawl_id: str
    not_extracted: str | None = None
    """Why there is no batch of this crawl."""


class _Crawled(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    left: Left | None = None


class _Cut(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    release: str | None


class _Site(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    page: Path


class _Published(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)
    latest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOrder:
    """How the sources of one run are crawled."""

    run_id: str
    as_of: datetime | None = None
    """The instant at which a crawl is to believe that it starts; None: the real one."""
    max_seconds: float = MAX_CRAWL_S
    """Time limit of one crawl, at which it ends itself."""
    days: DayRange | None = None
    """The days of a backfill; None: a crawl of what is new."""


async def crawl_source(settings: Settings, source: Source, order: CrawlOrder, log: Log) -> SourceReport:
    """Crawl one source, unless it opted out. Never raises for what happens to the crawl: its report says it."""
    if (opt_out := _find_opt_out(settings, source.id)) is not None:
        skipped = f"opted out on {opt_out.taken_down_at:%Y-%m-%d}; disable it in the registry"
        return SourceReport(source_id=source.id, skipped=skipped, duration_s=0.0)
    arguments = ["crawl", source.id, *_where(settings), "--run-id", order.run_id]
    arguments += ["--max-seconds", f"{order.max_seconds:g}"]
    arguments += ["--backfill", str(order.days.first), str(order.days.last)] if order.days else []
    arguments += ["--as-of", order.as_of.isoformat()] if order.as_of else []
    arguments += ["--contact-url", settings.contact_url] if settings.contact_url else []
    limits = ChildLimits(time_s=order.max_seconds + _CLOSING_TIME_S, memory_mb=_CRAWL_MEMORY_MB)
    result = await run_child(own_python("scrapers", *arguments), limits, log)
    return _report_crawl(source.id, result)


def _find_opt_out(settings: Settings, source_id: str) -> OptOut | None:
    try:
        register = read_register(DataRoot(settings.home).takedowns)
    except TakedownError:  # the crawl refuses to begin without it, and says so
        return None
    return next((opt_out for opt_out in register.opt_outs if opt_out.source_id == source_id), None)


def _report_crawl(source_id: str, result: ChildResult) -> SourceReport:
    try:
        summary = TypeAdapter(CrawlSummary).validate_json(result.stdout)
    except ValidationError:
        problem = result.violent_end or result.last_words or f"no summary, exit code {result.exit_code}"
        return SourceReport(source_id=source_id, problem=problem, duration_s=result.duration_s)
    return SourceReport(
        source_id=source_id,
        crawl_id=summary.crawl_id,
        problem=_problem(summary, result),
        n_discovered=summary.n_discovered,
        n_fetched=summary.n_fetched,
        n_skipped=summary.n_skipped,
        n_failed=summary.n_failed,
        left=_Crawled.model_validate_json(result.stdout).left,
        duration_s=result.duration_s,
    )


def _problem(summary: CrawlSummary, result: ChildResult) -> str | None:
    if result.violent_end:
        return result.violent_end
    if summary.is_complete:
        return None
    if summary.finish_reason != "finished":
        return f"ended early: {summary.finish_reason}"
    return result.last_words or "an entry could not be read"


def count_records(staging: Path, report: SourceReport) -> SourceReport:
    """Add to a source's report what was read from its pages, when they have been extracted."""
    if report.crawl_id is None:
        return report
    try:
        files = open_batch(staging / batch_id(report.crawl_id, EXTRACTOR)).info.files
    except BatchDamagedError:
        return report
    counts = {"n_articles": files["articles"].n_rows, "n_rejected": files["rejections"].n_rows}
    return report.model_copy(update=counts)


async def extract_pending(settings: Settings, log: Log) -> tuple[str, ...]:
    """Extract every crawl that has no batch yet; return what went wrong with some of them."""
    result = await _run_stage("extract", own_python("scrapers", "extract", *_where(settings)), log)
    lines = ",".join(line for line in result.stdout.split("\n") if line)
    crawls = _read("extract", replace(result, stdout=f"[{lines}]"), TypeAdapter(list[_Extracted]))
    failed = [crawl for crawl in crawls if crawl.not_extracted is not None]
    problems = [f"extract: {it.crawl_id}: {it.not_extracted}" for it in failed[:_NAMED_MAX]]
    if n_more := len(failed) - len(problems):
        problems.append(f"extract: and {counted(n_more, 'more crawl')}")
    if result.exit_code and not problems:
        problems.append(f"extract: {result.last_words}")
    return tuple(problems)


async def load_staged(settings: Settings, log: Log, *, wait_s: float) -> tuple[LoadCounts, tuple[str, ...]]:
    """Load every batch not loaded yet; return the counts and what went wrong with some batches.

    Waits `wait_s` for another loader. Raises StageError when a check of severity error found rows: what is wrong must
    not be published.
    """
    command = own_python("warehouse", "load", *_where(settings), "--wait", f"{wait_s:g}")
    return _read_load(await _run_stage("load", command, log))


async def rebuild_warehouse(settings: Settings, log: Log) -> tuple[LoadCounts, tuple[str, ...]]:
    """Build the warehouse again from the staged batches; results as of `load_staged`."""
    return _read_load(await _run_stage("rebuild", own_python("warehouse", "rebuild", *_where(settings)), log))


def _read_load(result: ChildResult) -> tuple[LoadCounts, tuple[str, ...]]:
    report = _read("load", result, TypeAdapter(LoadReport))
    wrong = [f"{check.name} ({counted(check.n_rows, 'row')})" for check in report.checks if check.is_failed]
    if wrong:
        raise StageError(f"load: checks failed: {', '.join(wrong)}")
    counts = LoadCounts(
        n_batches=report.n_batches, n_new=report.n_new, n_changed=report.n_changed, n_unchanged=report.n_unchanged
    )
    return counts, tuple(f"damaged batch not loaded: {name}" for name in report.damaged)


async def publish_generation(settings: Settings, log: Log, *, wait_s: float) -> str:
    """Make the analyst generation of what is loaded; return its file name. Waits `wait_s` for a loader."""
    command = own_python("warehouse", "copy", *_where(settings), "--wait", f"{wait_s:g}")
    result = await _run_stage("copy", command, log)
    if result.exit_code:
        raise StageError(f"copy: {result.last_words}")
    return current_generation(settings.home / "analyst").name


async def cut_release(settings: Settings, now: datetime, log: Log, *, profile: Profile = Profile.PUBLIC) -> str | None:
    """Cut a release of the current generation; return its id, None when no published table changed."""
    command = own_python("exports", "cut", *_of_release(settings, now, profile))
    return _read("release", await _run_stage("release", command, log), TypeAdapter(_Cut)).release


async def build_site(settings: Settings, now: datetime, log: Log, *, profile: Profile = Profile.PUBLIC) -> Path:
    """Build the catalogue; return its page."""
    command = own_python("exports", "site", *_of_release(settings, now, profile))
    return _read("site", await _run_stage("site", command, log), TypeAdapter(_Site)).page


async def publish_releases(settings: Settings, log: Log) -> str | None:
    """Publish releases and catalogue to where the settings say; return the release that readers see there."""
    command = own_python("exports", "publish", "--home", str(settings.home), "--to", str(settings.publish_to))
    return _read("publish", await _run_stage("publish", command, log), TypeAdapter(_Published)).latest


def _of_release(settings: Settings, now: datetime, profile: Profile) -> list[str]:
    return ["--home", str(settings.home), "--now", now.isoformat(), "--profile", profile.value]


async def _run_stage(name: str, command: list[str], log: Log) -> ChildResult:
    """Run a stage that ends with 0 (done) or 1 (done, and found problems)."""
    result = await run_child(command, ChildLimits(time_s=_STAGE_TIME_S), log)
    if result.violent_end:
        raise StageKilledError(f"{name}: {result.violent_end}")
    if result.exit_code > 1:
        raise StageError(f"{name}: {result.last_words or f'exit code {result.exit_code}'}")
    return result


def _read(name: str, result: ChildResult, form: TypeAdapter[_Result]) -> _Result:
    """Read what a stage printed. Raises StageError with its last words when it printed something else."""
    try:
        return form.validate_json(result.stdout)
    except ValidationError as error:
        raise StageError(f"{name}: {result.last_words or f'unreadable result: {error}'}") from error


def _where(settings: Settings) -> list[str]:
    return ["--home", str(settings.home), "--sources", str(settings.sources)]
