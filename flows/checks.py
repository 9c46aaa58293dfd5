"""Checks of sources as child processes: one probe each, a few at once, none of which can stop the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import ValidationError

from flows.processes import ChildLimits, Log, gather_in_turn, own_python, run_child
from flows.settings import Settings
from flows.stages import CRAWLS_AT_ONCE
from scrapers.check_reports import PROBE_MAX_S, CheckReport
from scrapers.registry import Source

_MEMORY_MB = 4096
"""As of a crawl, which it is; extraction of three pages adds little."""
_JUDGING_S = 60.0
"""After the probe itself: three pages are extracted, of which the slowest possible take ten seconds each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoCheck:
    """A check that gave no report, and why."""

    source_id: str
    problem: str


async def check_sources(settings: Settings, sources: Sequence[Source], log: Log) -> tuple[CheckReport | NoCheck, ...]:
    """Look at each source once, politely; return a report for each, in their order. The reports are kept."""
    return await gather_in_turn(CRAWLS_AT_ONCE, (partial(_check, settings, source, log) for source in sources))


async def _check(settings: Settings, source: Source, log: Log) -> CheckReport | NoCheck:
    arguments = ["probe", source.id, "--home", str(settings.home), "--sources", str(settings.sources)]
    arguments += ["--contact-url", settings.contact_url] if settings.contact_url else []
    limits = ChildLimits(time_s=PROBE_MAX_S + _JUDGING_S, memory_mb=_MEMORY_MB)
    result = await run_child(own_python("scrapers", *arguments), limits, log)
    try:
        return CheckReport.model_validate_json(result.stdout)
    except ValidationError:
        problem = result.violent_end or result.last_words or f"no report, exit code {result.exit_code}"
        return NoCheck(source_id=source.id, problem=problem)
