"""What a check has proved, written into the registry file that it checked: evidence of grade M with the day.

Only raises, and only what stands in the source's own file: an entry, rule or selector that did not hold is left as it
was, since "not from here, not today" disproves nothing. Comments and order of the file stay.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import urljoin

import tomlkit
from tomlkit.items import InlineTable

from scrapers.check_reports import CheckReport
from scrapers.counts import counted
from scrapers.records import Kind
from scrapers.registry import Grade, State

_PAGES = ("page that it lets in is an article", "pages that it lets in are articles")


def raise_evidence(text: str, report: CheckReport) -> str:
    """Return a registry file with the evidence that a report gives. Repeating it changes nothing."""
    document = tomlkit.parse(text)
    for table, found in _proved(document, report):
        if _may_raise(table, report.checked_on):
            table["evidence"] = _evidence(found, report.checked_on)
    if report.is_passed and document["status"]["state"] == State.CANDIDATE:
        document["status"].update(
            {"state": State.ENABLED.value, "since": report.checked_on, "reason": f"checked on {report.checked_on}"}
        )
    return tomlkit.dumps(document)


def _proved(document: Mapping[str, Any], report: CheckReport) -> Iterator[tuple[Any, str]]:
    """Yield each table of the file that a report proves, and what was found."""
    good = {it.url: it for it in report.entries if it.problem is None}
    for table in (*document.get("entries", ()), *document.get("spare_entries", ())):
        if check := good.get(urljoin(document["homepage"], table["url"])):
            yield table, check.found
    n_articles = sum(page.verdict == Kind.ARTICLE for page in report.pages)
    if n_articles and n_articles == len(report.pages) and "allow" in document.get("articles", {}):
        yield document["articles"], counted(n_articles, *_PAGES)
    selectors = document.get("selectors", {})
    own = [it for it in report.selectors if it.key in selectors]
    if own and all(it.n_matched == it.n_pages > 0 for it in own):
        yield selectors, f"matched on {counted(own[0].n_pages, 'page')}"


def _may_raise(table: Mapping[str, Any], day: date) -> bool:
    known = table.get("evidence", {})
    return bool(known.get("grade") != Grade.PROBED or known.get("checked", date.min) < day)


def _evidence(note: str, day: date) -> InlineTable:
    said = tomlkit.inline_table()
    said.update({"grade": Grade.PROBED.value, "checked": day, "note": note})
    return said
