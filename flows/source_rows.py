"""Sources as rows of a table: what each is, and how it fares in a hundred columns."""

from collections.abc import Iterator

from flows.status import SourceStatus
from scrapers.check_reports import CheckReport
from scrapers.registry import Source, State

_FINE = frozenset({None, "healthy", "never"})


def describe(source: Source, report: CheckReport | None) -> dict[str, object]:
    """What a source is, and when it was checked."""
    return {
        "source": source.id,
        "name": source.name,
        "country": source.country,
        "languages": ", ".join(source.languages),
        "entries": ", ".join(dict.fromkeys(entry.kind for entry in source.entries)) or None,
        "rights": source.rights.level.value,
        "status": source.status.state.value,
        "checked": report and f"{report.checked_on} {'passed' if report.is_passed else 'not passed'}",
    }


def health_row(it: SourceStatus, report: CheckReport | None) -> dict[str, object]:
    """How a source fares; days in UTC."""
    return {
        "source": it.source,
        "status": it.status,
        "check": report and ("passed" if report.is_passed else "failed"),
        "health": it.health,
        "last success": it.last_success_at and f"{it.last_success_at:%Y-%m-%d}",
        "last new": it.last_new_article_at and f"{it.last_new_article_at:%Y-%m-%d}",
        "in 7 days": new_in_a_week(it),
    }


def disabled_line(source: Source) -> str | None:
    """Why a source is not crawled, and since when; None for one that is."""
    status = source.status
    return f"{source.id}: disabled since {status.since}: {status.reason}" if status.state is State.DISABLED else None


def new_in_a_week(it: SourceStatus) -> str | None:
    """New articles in seven days, and in brackets the fewest that are expected, as far as each is known."""
    if it.new_in_7_days is None or it.expected_per_week is None:
        return None if it.new_in_7_days is None else str(it.new_in_7_days)
    return f"{it.new_in_7_days} (≥ {it.expected_per_week})"


def trouble_lines(it: SourceStatus) -> Iterator[str]:
    """What is amiss with a source, since when and why; nothing where it fares well."""
    if it.health not in _FINE:
        since = f" since {it.since:%Y-%m-%d %H:%M} UTC" if it.since else ""
        yield f"{it.source}: {it.health}{since}: {it.reason or 'no reason known'}"
