"""Looks at sites as child processes.

Checks of sources, a few at once, none of which can stop the others; and the two looks from which a source is proposed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import ValidationError

from flows.processes import ChildLimits, ChildResult, Log, gather_in_turn, own_python, run_child
from flows.settings import Settings
from flows.stages import CRAWLS_AT_ONCE, StageError
from scrapers.check_reports import PROBE_MAX_S, CheckReport, Proposal
from scrapers.registry import Source

_MEMORY_MB = 4096
"""As of a crawl, which it is; extraction of three pages adds little."""
_JUDGING_S = 60.0
"""After the probe itself: three pages are extracted, of which the slowest possible take ten seconds each."""


_LIMITS = ChildLimits(time_s=PROBE_MAX_S + _JUDGING_S, memory_mb=_MEMORY_MB)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSite:
    """A site that may become a source, as a person gives it."""

    url: str
    source_id: str | None = None
    """None: made from the host."""
    delay_s: float | None = None
    """Seconds between two requests; None: as usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCheck:
    """A check that gave no report, and why."""

    source_id: str
    problem: str


async def check_sources(settings: Settings, sources: Sequence[Source], log: Log) -> tuple[CheckReport | NoCheck, ...]:
    """Look at each source once, politely; return a report for each, in their order. The reports are kept."""
    return await gather_in_turn(CRAWLS_AT_ONCE, (partial(_check, settings, source, log) for source in sources))


async def propose_source(settings: Settings, site: NewSite, log: Log) -> Proposal:
    """Look at a site twice (home page, then what it names) and propose its registry file.

    Raises StageError with the last words of the look that failed.
    """
    await _look("scout", settings, site, log)
    result = await _look("propose", settings, site, log)
    try:
        return Proposal.model_validate_json(result.stdout)
    except ValidationError as error:
        raise StageError(f"propose: {result.last_words or f'unreadable result: {error}'}") from error


async def _look(stage: str, settings: Settings, site: NewSite, log: Log) -> ChildResult:
    arguments = [stage, site.url, "--home", str(settings.home)]
    arguments += ["--id", site.source_id] if site.source_id else []
    arguments += ["--delay-s", f"{site.delay_s:g}"] if site.delay_s is not None else []
    arguments += ["--contact-url", settings.contact_url] if settings.contact_url else []
    result = await run_child(own_python("scrapers", *arguments), _LIMITS, log)
    if result.violent_end or result.exit_code:
        raise StageError(f"{stage}: {result.violent_end or result.last_words}")
    return result


async def _check(settings: Settings, source: Source, log: Log) -> CheckReport | NoCheck:
    if not (source.entries or source.spare_entries):
        why = f"no way in is known; {source.status.state}: {source.status.reason}"
        return NoCheck(source_id=source.id, problem=why)
    arguments = ["probe", source.id, "--home", str(settings.home), "--sources", str(settings.sources)]
    arguments += ["--contact-url", settings.contact_url] if settings.contact_url else []
    result = await run_child(own_python("scrapers", *arguments), _LIMITS, log)
    try:
        return CheckReport.model_validate_json(result.stdout)
    except ValidationError:
        problem = result.violent_end or result.last_words or f"no report, exit code {result.exit_code}"
        return NoCheck(source_id=source.id, problem=problem)
