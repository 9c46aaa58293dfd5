"""Batches, crawls and sources made small: only what a test is about is spelled out."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from scrapers.columns import Table
from scrapers.identity import article_id, content_sha256
from scrapers.records import Article, Citation, CitationKind, Kind, RejectionReason
from scrapers.registry import FeedEntry, Rights, Source, State, Status
from scrapers.staging import Batch, write_batch
from scrapers.tables import (
    STAGED_ARTICLES,
    STAGED_CAPTURES,
    STAGED_CITATIONS,
    STAGED_CRAWLS,
    STAGED_OUTCOMES,
    STAGED_REJECTIONS,
)

DAY_1 = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One URL of a crawl and how it ended: with an article, or with a rejection."""

    slug: str = "a"
    text: str = "Кар түштү. Жолдор ачык."
    title: str = "Кар"
    citations: tuple[Citation, ...] = ()
    published_at: datetime | None = DAY_1 - timedelta(hours=2)
    published_raw: str | None = None
    rejected: RejectionReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawl:
    """One crawl of one source: a feed, its pages, one URL skipped and one failed."""

    source_id: str = "tunduk"
    started_at: datetime = DAY_1
    pages: tuple[Page, ...] = (Page(),)
    is_complete: bool = True
    trouble: str | None = None
    """Why a second entry could not be read; None: there is none."""

    @property
    def crawl_id(self) -> str:
        return f"{self.started_at:%Y%m%dT%H%M%S%f}Z-{self.source_id}"


def troubled(day: int, reason: str) -> Crawl:
    """A crawl with an entry that could not be read."""
    return replace(crawl(day, is_complete=False), trouble=reason)


def crawl(day: int = 1, /, *pages: Page, source_id: str = "tunduk", is_complete: bool = True) -> Crawl:
    return Crawl(
        source_id=source_id,
        started_at=DAY_1 + timedelta(days=day - 1),
        pages=pages or (Page(),),
        is_complete=is_complete,
    )


def source(source_id: str = "tunduk", *, rights: Rights | None = None, state: State = State.ENABLED) -> Source:
    return Source(
        id=source_id,
        name=source_id.title(),
        homepage=f"https://{source_id}.example/",
        country="KG",
        languages=("ky", "ru"),
        timezone="Asia/Bishkek",
        status=Status(state=state, since=date(2026, 1, 1), reason="sample"),
        entries=(FeedEntry(kind="feed", url=f"https://{source_id}.example/rss"),),
        rights=rights or Rights(),
    )


def registry(*source_ids: str) -> dict[str, Source]:
    return {source_id: source(source_id) for source_id in source_ids or ("tunduk",)}


def related(url: str, label: str = "Kabar") -> Citation:
    return Citation(kind=CitationKind.RELATED, label=label, url=url, domain="kabar.example")


def stage(staging: Path, crawl: Crawl, *, extractor: int = 1) -> Batch:
    """Write the batch that one extractor version makes of a crawl; each version reads its own number into the text."""
    tables = _staged_tables(crawl, extractor)
    return write_batch(staging, tables, crawl_id=crawl.crawl_id, source_id=crawl.source_id, extractor=extractor)


def stage_days(staging: Path, *days: int) -> None:
    """Write one batch a day, each of a crawl that carries an article of its own."""
    for day in days:
        stage(staging, crawl(day, Page(slug=f"day-{day}")))


def stage_forged(staging: Path, crawl: Crawl, table: str, column: str, value: object) -> Batch:
    """Write a batch whose files are whole, but one column of one table says something else than the others."""
    tables = _staged_tables(crawl, 1)
    forged = tables[table]
    at = forged.schema.get_field_index(column)
    values = pa.array([value] * forged.num_rows, type=forged.schema.field(at).type)
    tables[table] = forged.set_column(at, forged.schema.field(at), values)
    return write_batch(staging, tables, crawl_id=crawl.crawl_id, source_id=crawl.source_id, extractor=1)


def _staged_tables(crawl: Crawl, extractor: int) -> dict[str, pa.Table]:
    articles = [(i, page, _article(crawl, page, extractor)) for i, page in enumerate(crawl.pages) if not page.rejected]
    return {
        "crawls": _table(STAGED_CRAWLS, [_crawl_row(crawl)]),
        "outcomes": _table(STAGED_OUTCOMES, _outcome_rows(crawl)),
        "captures": _table(STAGED_CAPTURES, _capture_rows(crawl, extractor)),
        "articles": _table(STAGED_ARTICLES, [_article_row(crawl, i, article) for i, _, article in articles]),
        "rejections": _table(STAGED_REJECTIONS, _rejection_rows(crawl)),
        "citations": _table(STAGED_CITATIONS, _citation_rows([article for _, _, article in articles])),
    }


def stage_week(staging: Path) -> None:
    """Stage three days: an edit and its revert, a rejection, a citation, two sources, a crawl cut short."""
    cited = article_url(crawl(1, source_id="topol"), "most")
    brief = Page(slug="brief", text="Көпүрө ачылды. The bridge opened.", citations=(related(cited, "Тополь"),))
    stage(staging, crawl(1, Page(text="Жаңы көпүрө ачылды."), brief))
    stage(staging, crawl(1, Page(slug="most", text="Открыт новый мост."), source_id="topol"))
    stage(staging, crawl(2, Page(text="Жаңы көпүрө жабылды."), brief))
    stage(staging, crawl(2, Page(slug="vitrina", rejected=RejectionReason.NOT_AN_ARTICLE), source_id="topol"))
    stage(staging, crawl(3, Page(text="Жаңы көпүрө ачылды."), is_complete=False))


def article_url(crawl: Crawl, slug: str) -> str:
    return f"https://{crawl.source_id}.example/news/{slug}"


def id_of(slug: str, source_id: str = "tunduk") -> str:
    return article_id(source_id, article_url(Crawl(source_id=source_id), slug))


def _table(table: Table, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=table.schema)


def _capture_id(crawl: Crawl, n: int) -> str:
    return f"{crawl.crawl_id}/{n:05d}"


def _crawl_row(crawl: Crawl) -> dict[str, object]:
    n_fetched = len(crawl.pages) + 1
    return {
        "crawl_id": crawl.crawl_id,
        "source_id": crawl.source_id,
        "run_id": f"run-{crawl.started_at:%Y%m%d}",
        "started_at": crawl.started_at,
        "finished_at": crawl.started_at + timedelta(minutes=5),
        "finish_reason": "finished" if crawl.is_complete else "timeout",
        "is_complete": crawl.is_complete,
        "n_discovered": n_fetched + 2 + (crawl.trouble is not None),
        "n_fetched": n_fetched,
        "n_skipped": 1 + (crawl.trouble == "backing_off"),
        "n_failed": 1 + (crawl.trouble not in (None, "backing_off")),
        "code_version": "0.1.0",
    }


def _outcome_rows(crawl: Crawl) -> list[dict[str, object]]:
    feed = f"https://{crawl.source_id}.example/rss"
    common = {"crawl_id": crawl.crawl_id, "source_id": crawl.source_id, "decided_at": crawl.started_at}
    fetched = {**common, "outcome": "fetched"}
    pages = [
        {
            **fetched,
            "url": article_url(crawl, page.slug),
            "role": "page",
            "entry_url": feed,
            "capture_id": _capture_id(crawl, n),
        }
        for n, page in enumerate(crawl.pages, start=1)
    ]
    return [
        {**fetched, "url": feed, "role": "entry", "capture_id": _capture_id(crawl, 0)},
        *pages,
        *([_trouble_row(crawl, common)] if crawl.trouble else []),
        {**common, "outcome": "skipped", "reason": "robots", "url": f"{feed}/private", "role": "page"},
        {**common, "outcome": "failed", "reason": "not_found", "url": f"{feed}/gone", "role": "page"},
    ]


def _trouble_row(crawl: Crawl, common: dict[str, object]) -> dict[str, object]:
    outcome = "skipped" if crawl.trouble == "backing_off" else "failed"
    url = f"https://{crawl.source_id}.example/second"
    return {**common, "outcome": outcome, "reason": crawl.trouble, "detail": "so", "url": url, "role": "entry"}


def _capture_rows(crawl: Crawl, extractor: int) -> list[dict[str, object]]:
    urls = [f"https://{crawl.source_id}.example/rss", *(article_url(crawl, page.slug) for page in crawl.pages)]
    return [
        {
            "capture_id": _capture_id(crawl, n),
            "crawl_id": crawl.crawl_id,
            "source_id": crawl.source_id,
            "role": "page" if n else "entry",
            "request_url": url,
            "final_url": url,
            "fetched_at": crawl.started_at + timedelta(seconds=n),
            "status": 200,
            "warc_path": f"{crawl.source_id}/{crawl.crawl_id}.warc.gz",
            "warc_offset": 1000 * n,
            "warc_length": 900,
            "payload_sha256": f"{n:064d}",
            "tdm_reserved": None,
            "tdm_signals": None,
            "extractor": extractor,
        }
        for n, url in enumerate(urls)
    ]


def _article(crawl: Crawl, page: Page, extractor: int) -> Article:
    url = article_url(crawl, page.slug)
    text = page.text if extractor == 1 else f"{page.text} (x{extractor})"
    return Article(
        article_id=article_id(crawl.source_id, url),
        source_id=crawl.source_id,
        country="KG",
        kind=Kind.ARTICLE,
        url=url,
        title=page.title,
        text=text,
        excerpt=text[: len(text) // 4],
        language="ky",
        language_confidence=0.9876,
        language_declared=None,
        published_at=page.published_at,
        published_precision=None,
        published_origin=None,
        published_raw=page.published_raw,
        zone_assumed=None,
        modified_at=None,
        authors=None,
        section=None,
        tags=None,
        n_words=len(text.split()),
        n_chars=len(text),
        text_origin="selector",
        citations=page.citations,
    )


def _article_row(crawl: Crawl, n: int, article: Article) -> dict[str, object]:
    said = {name: getattr(article, name) for name in STAGED_ARTICLES.schema.names if hasattr(article, name)}
    key = {"capture_id": _capture_id(crawl, n + 1), "position": 0, "content_sha256": content_sha256(article)}
    return {**key, **said}


def _rejection_rows(crawl: Crawl) -> list[dict[str, object]]:
    return [
        {"capture_id": _capture_id(crawl, n), "position": 0, "reason": page.rejected.value, "detail": "by the test"}
        for n, page in enumerate(crawl.pages, start=1)
        if page.rejected
    ]


def _citation_rows(articles: list[Article]) -> list[dict[str, object]]:
    by_content = {content_sha256(article): article.citations for article in articles}
    return [
        {
            "content_sha256": sha256,
            "position": position,
            "kind": citation.kind.value,
            "label": citation.label,
            "url": citation.url,
            "domain": citation.domain,
        }
        for sha256, citations in by_content.items()
        for position, citation in enumerate(citations)
    ]
