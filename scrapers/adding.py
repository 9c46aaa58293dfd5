"""From the address of a site to a proposed registry file, in two looks of a process each: scout, then probe the draft.

checks/<source>/draft/<source>.toml     what the site may have; removed with its folder when it has been probed
checks/<source>/draft/scouted.json      what the site tells of itself
checks/<source>/<source>.toml           the proposal
checks/<source>/golden/page.html.gz     one article page as it was served: a candidate for a golden page of extraction
checks/<source>/golden/page.json        its address, headers, time, and what was extracted from it

All of it is below the data root: nothing that a publisher wrote goes into a repository by itself.
"""

import gzip
import json
import shutil
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from scrapers.archive import ArchivedCrawl
from scrapers.check_reports import Proposal
from scrapers.data_root import DataRoot, write_beside
from scrapers.extraction.extract import extract
from scrapers.probe import ProbeJob, probe_source
from scrapers.proposals import draft_toml, propose
from scrapers.records import Article, Capture, CaptureRole
from scrapers.registry import REGION_WIDE, ListingEntry, Source, State, Status
from scrapers.registry_folder import SHIPPED_SOURCES, load_source
from scrapers.scouting import Scouted, scout
from scrapers.site_addresses import clean_homepage, sibling_hosts, source_id_of
from scrapers.verdicts import judge

_DELAY_S = 5.0  # as of every source that says nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A site that may become a source."""

    url: str
    """Its home page."""
    source_id: str
    checks: Path
    """The data root's folder of checks."""
    takedowns: Path
    """The register of what was taken down; of a source that was one before, too."""
    contact_url: str | None = None
    delay_s: float | None = None
    """Seconds between two requests; None: as usual."""

    @property
    def folder(self) -> Path:
        """Where all that is found is kept."""
        return self.checks / self.source_id

    @property
    def draft(self) -> Path:
        """The draft's file."""
        return self.folder / "draft" / f"{self.source_id}.toml"


def site_of(url: str, root: DataRoot, *, source_id: str | None = None, **more: Any) -> Site:
    """Return the site of an address as a person gives it. Raises BadUrlError."""
    homepage = clean_homepage(url)
    id_ = source_id or source_id_of(homepage)
    return Site(url=homepage, source_id=id_, checks=root.checks, takedowns=root.takedowns, **more)


def scout_site(site: Site) -> Scouted:
    """Look at robots.txt and home page, and write the draft. Raises ContactRequiredError, TakedownError, OSError."""
    job = replace(_job(site, _unknown(site)), max_pages=0)
    scouted = probe_source(job, lambda crawl: scout(crawl, [SHIPPED_SOURCES]))
    write_beside(site.draft, draft_toml(site.url, scouted, delay_s=site.delay_s, today=_today()))
    write_beside(site.draft.with_name("scouted.json"), TypeAdapter(Scouted).dump_json(scouted).decode())
    return scouted


def probe_draft(site: Site) -> Proposal:
    """Look at everything that the draft names, and write the proposal.

    Raises ContactRequiredError, TakedownError, RegistryError when the draft cannot be read, OSError.
    """
    draft = load_source(site.draft)
    scouted = TypeAdapter(Scouted).validate_json(site.draft.with_name("scouted.json").read_bytes())
    found = probe_source(_job(site, draft), lambda crawl: (judge(crawl, draft), _keep_page(crawl, draft, site.folder)))
    report, golden = found
    path = site.folder / f"{site.source_id}.toml"
    write_beside(path, propose(site.url, scouted, report, delay_s=site.delay_s))
    load_source(path)  # what is proposed can be used
    shutil.rmtree(site.draft.parent)
    return Proposal(
        source_id=site.source_id, path=path, toml=path.read_text(encoding="utf-8"), golden=golden, report=report
    )


def _job(site: Site, source: Source) -> ProbeJob:
    return ProbeJob(source=source, workplace=site.checks, takedowns=site.takedowns, contact_url=site.contact_url)


def _unknown(site: Site) -> Source:
    return Source(
        id=site.source_id,
        name=site.source_id,
        homepage=site.url,
        country=REGION_WIDE,
        languages=("und",),
        timezone="UTC",
        delay_s=_DELAY_S if site.delay_s is None else site.delay_s,
        status=Status(state=State.CANDIDATE, since=_today(), reason="unknown"),
        entries=(ListingEntry(kind="listing", url=site.url),),
        articles={"hosts": sibling_hosts(site.url)},
    )


def _keep_page(crawl: ArchivedCrawl, source: Source, folder: Path) -> Path | None:
    """Keep the page from which most was read: one without title or date is often no article."""
    pages = [stored.capture for stored in crawl.captures() if stored.capture.role is CaptureRole.PAGE]
    read = [(capture, record) for capture in pages for record in extract(capture, source).records]
    articles = [(capture, record) for capture, record in read if isinstance(record, Article)]
    best = max(articles, key=lambda it: (it[1].published_at is not None, it[1].title is not None), default=None)
    return _write_golden(*best, folder / "golden") if best else None


def _write_golden(capture: Capture, article: Article, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "page.html.gz"
    path.write_bytes(gzip.compress(capture.body, mtime=0))
    said = {"capture": asdict(replace(capture, body=b"")), "extracted": asdict(article)}
    del said["capture"]["body"]
    write_beside(folder / "page.json", json.dumps(said, ensure_ascii=False, indent=1, default=str) + "\n")
    return path


def _today() -> date:
    return datetime.now(UTC).date()
