"""Crawls without a network: the frontier, the archive and the visits are real, the web is a table of answers."""

import heapq
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapers.answers import Answer
from scrapers.archive import ArchivedCrawl, list_crawls, open_crawl
from scrapers.crawl import CrawlJob, CrawlLimits, crawl_with
from scrapers.days import DayRange
from scrapers.outcomes import CrawlSummary
from scrapers.records import FailReason
from scrapers.registry import Source
from scrapers.spiders.source_spider import Course
from scrapers.targets import Ask

HOST = "http://127.0.0.1:8000"
DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)

Web = Mapping[str, bytes | tuple[int, Mapping[str, str], bytes]]
"""By path: a body, or status, headers and body; what is not named is 404, an ETag that is known gives 304 (but for a
server that sends X-Plain)."""


class KilledError(BaseException):
    """The process dies here."""


@dataclass
class Offline:
    """A home with its source, and what was asked for."""

    home: Path
    source: Source
    asked: list[str] = field(default_factory=list)

    def crawl(
        self,
        web: Web,
        *,
        run_id: str = "run1",
        as_of: datetime = DAY,
        max_pages: int = 100,
        dies_after: int | None = None,
        days: DayRange | None = None,
    ) -> CrawlSummary:
        """Crawl once. `dies_after`: the number of answers after which the process dies."""
        job = CrawlJob(
            source=self.source,
            archive=self.home / "archive",
            visits=self.home / "visits",
            takedowns=self.home / "takedown" / "register.json",
            run_id=run_id,
            as_of=as_of,
            limits=CrawlLimits(max_pages=max_pages),
            days=days,
        )
        return crawl_with(lambda course: self._carry_out(course, web, dies_after), job)

    def last(self) -> ArchivedCrawl:
        """What the archive holds of the newest crawl."""
        return open_crawl(list_crawls(self.home / "archive")[-1], self.home / "archive")

    def ends(self) -> dict[str, str]:
        """Outcome and reason by path in the newest crawl."""
        return {it.url.removeprefix(HOST): f"{it.outcome} {it.reason or ''}".strip() for it in self.last().outcomes}

    def details(self) -> dict[str, str | None]:
        """What is told besides outcome and reason, by path in the newest crawl."""
        return {it.url.removeprefix(HOST): it.detail for it in self.last().outcomes}

    def content(self) -> set[tuple[Any, ...]]:
        """What the newest crawl has come to, ids and times aside."""
        crawl = self.last()
        captures = {it.capture.capture_id: it for it in crawl.captures()}
        return {
            (
                it.url,
                it.role,
                it.entry_url,
                it.outcome,
                it.reason,
                it.detail,
                captures[it.capture_id].payload_sha256 if it.capture_id else None,
                captures[it.capture_id].capture.hints if it.capture_id else None,
            )
            for it in crawl.outcomes
        }

    def left_behind(self) -> Path:
        """The file of a crawl that died."""
        (path,) = self.home.glob("archive/*/*/*/*.open")
        return path

    def _carry_out(self, course: Course, web: Web, dies_after: int | None) -> tuple[str, bool]:
        order = itertools.count()
        queue = [(-ask.priority, next(order), ask) for ask in course.asks]
        heapq.heapify(queue)
        for n_answers in itertools.count():
            if n_answers == dies_after:
                raise KilledError
            if not queue:
                return "finished", True
            ask = heapq.heappop(queue)[2]
            self.asked.append(ask.address.removeprefix(HOST))
            for following in self._answer(course, web, ask):
                heapq.heappush(queue, (-following.priority, next(order), following))
        raise AssertionError

    def _answer(self, course: Course, web: Web, ask: Ask) -> list[Ask]:
        said = web.get(ask.address.removeprefix(HOST), (404, {}, b""))
        if said == b"TIMEOUT":
            return course.frontier.no_answer(ask, FailReason.TIMEOUT, "30 s")
        status, headers, body = (200, {}, said) if isinstance(said, bytes) else said
        if headers.get("ETag") and headers["ETag"] == ask.validators.etag and "X-Plain" not in headers:
            status, body = 304, b""
        answer = Answer(
            url=ask.address,
            status=status,
            headers=tuple(headers.items()),
            body=body,
            received_at=course.clock.now(),
        )
        return course.frontier.answer(ask, answer)


def offline(home: Path, *entries: Mapping[str, Any], **articles: Any) -> Offline:
    """Make a home whose source has these entries (default: one feed) and article rules."""
    source = Source.model_validate(
        {
            "id": "site",
            "name": "Site",
            "homepage": HOST,
            "country": "KG",
            "languages": ["en"],
            "timezone": "UTC",
            "status": {"state": "enabled", "since": "2026-11-20", "reason": "test"},
            "entries": list(entries) or [{"kind": "feed", "url": HOST + "/feed.xml"}],
            "articles": articles,
        }
    )
    return Offline(home, source)


def rss(*links: str, modified: str | None = None) -> bytes:
    """A feed that links these addresses or paths."""
    updated = f"<atom:updated>{modified}</atom:updated>" if modified else ""
    items = "".join(
        f"<item><title>On {it}</title><link>{it if ':' in it else HOST + it}</link>"
        f"<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>{updated}</item>"
        for it in links
    )
    head = "<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>t</title>"
    return f"<?xml version='1.0'?>{head}{items}</channel></rss>".encode()


def sitemap(*links: str, modified: str | None = None) -> bytes:
    """A sitemap of these paths."""
    lastmod = f"<lastmod>{modified}</lastmod>" if modified else ""
    urls = "".join(f"<url><loc>{HOST}{link}</loc>{lastmod}</url>" for link in links)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</urlset>".encode()


def index(**children: str) -> bytes:
    """A sitemap index: lastmod by the child's name."""
    urls = "".join(
        f"<sitemap><loc>{HOST}/{name}.xml</loc><lastmod>{lastmod}</lastmod></sitemap>"
        for name, lastmod in children.items()
    )
    return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{urls}</sitemapindex>".encode()


def story(words: str) -> bytes:
    """A page with a paragraph that is long enough to be told from boxes."""
    filler = "It was said at length, with many words, as is the custom of the place and of the season, by everybody."
    return f"<html><body><h1>Story</h1><p>{words} {filler}</p></body></html>".encode()


def preview(*numbers: int) -> bytes:
    """A page of a Telegram channel `desk`, newest last."""
    posts = "".join(f'<div class="tgme_widget_message" data-post="desk/{n}">Post {n}</div>' for n in numbers)
    return f'<html><body class="tgme_page">{posts}</body></html>'.encode()
