"""Crawls in child processes, as they really run, and what their archive holds."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scrapers.archive import ArchivedCrawl, list_crawls, open_crawl
from scrapers.outcomes import UrlOutcome

ROOT = Path(__file__).parent.parent.parent
AS_OF = "2026-11-20T12:00:00+00:00"


@dataclass(frozen=True)
class Done:
    """A crawl that has ended."""

    code: int
    summary: dict[str, Any]
    log: str

    @property
    def records(self) -> list[dict[str, Any]]:
        """Log lines."""
        return [json.loads(line) for line in self.log.splitlines()]


def start_crawl(
    home: Path, *more: str, run_id: str = "run1", as_of: str = AS_OF, source: str = "site"
) -> subprocess.Popen[str]:
    """Start a crawl of a source."""
    words = ["-m", "scrapers", "crawl", source, "--home", str(home), "--run-id", run_id, "--as-of", as_of, *more]
    return subprocess.Popen(
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def end_of(child: subprocess.Popen[str]) -> Done:
    """Wait for a crawl to end."""
    with child:
        out, log = child.communicate(timeout=60)
    return Done(child.returncode, json.loads(out) if out.strip() else {}, log)


def crawl(home: Path, *more: str, run_id: str = "run1", as_of: str = AS_OF) -> Done:
    """Crawl source `site` to its end."""
    return end_of(start_crawl(home, *more, run_id=run_id, as_of=as_of))


def last_crawl(home: Path) -> ArchivedCrawl:
    """What the archive holds of the newest crawl."""
    return open_crawl(list_crawls(home / "archive")[-1], home / "archive")


def outcomes(home: Path) -> dict[str, UrlOutcome]:
    """How each URL ended in the newest crawl, by what follows the host; the whole where there is no host of ours."""
    return {outcome.url.split("/", 3)[-1]: outcome for outcome in last_crawl(home).outcomes}


def ends(home: Path) -> dict[str, str]:
    """Outcome and reason by path in the newest crawl."""
    return {path: f"{it.outcome} {it.reason or ''}".strip() for path, it in outcomes(home).items()}


def content(home: Path) -> set[tuple[str | None, ...]]:
    """What a crawl has come to, ids and times aside."""
    crawl = last_crawl(home)
    bodies = {it.capture.capture_id: it.payload_sha256 for it in crawl.captures()}
    return {
        (it.url, it.role, it.entry_url, it.outcome, it.reason, it.detail, bodies.get(it.capture_id or ""))
        for it in crawl.outcomes
    }
