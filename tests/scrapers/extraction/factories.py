"""Small captures, sources and pages with sensible defaults."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from scrapers.archive import CrawlHeader, CrawlSummary, CrawlWriter, UrlOutcome
from scrapers.extraction.extract import extract
from scrapers.records import Article, Capture, CaptureRole, Hints, Outcome, Rejection
from scrapers.registry import Source

FETCHED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""18:00 in Bishkek, 17:00 in Tashkent."""

URL = "https://kabar.example/news/1"
CRAWL_ID = "20261120T120000000000Z-kabar_example"

PARAGRAPHS = (
    "Бишкек шаарында бүгүн жаңы китепкана ачылды, ага шаардын ар кайсы районунан үч жүздөн ашык окурман келди.",
    "Китепкананын директору Айгүл Сыдыкованын айтымында, анда балдар үчүн өзүнчө окуу залы жана чоң короо бар.",
    "Уюштуруучулар кийинки айда ушундай эле китепкана Ош шаарында да ачыларын, ага акча табылганын билдиришти.",
)


def source(**changes: Any) -> Source:
    """A Kyrgyz outlet."""
    said = {
        "id": "kabar_example",
        "name": "Кабар Мисал",
        "homepage": "https://kabar.example/",
        "country": "KG",
        "languages": ["ky"],
        "timezone": "Asia/Bishkek",
        "status": {"state": "disabled", "since": date(2026, 11, 1), "reason": "invented"},
    }
    return Source.model_validate(said | changes)


def capture(body: bytes | str, **changes: Any) -> Capture:
    """A page that answered 200 at FETCHED_AT."""
    said: dict[str, Any] = {
        "capture_id": f"{CRAWL_ID}/00001",
        "crawl_id": CRAWL_ID,
        "source_id": "kabar_example",
        "role": CaptureRole.PAGE,
        "request_url": URL,
        "final_url": URL,
        "fetched_at": FETCHED_AT,
        "status": 200,
        "headers": (("Content-Type", "text/html"),),
        "body": body.encode() if isinstance(body, str) else body,
        "hints": Hints(),
    }
    return Capture(**(said | changes))


def html(
    *,
    title: str = "Бишкекте жаңы китепкана ачылды",
    head: str = "",
    beside: str = "",
    paragraphs: tuple[str, ...] = PARAGRAPHS,
    after: str = "",
) -> str:
    """A page with a headline, something beside it, paragraphs and something after them."""
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>{title} - Кабар Мисал</title>{head}</head><body>"
        f"<nav><a href='/'>Башкы бет</a></nav><main><h1>{title}</h1>{beside}"
        f"<div class='content'>{body}</div>{after}</main><footer>© Кабар Мисал</footer></body></html>"
    )


def record(page: bytes | str, *, of: Source | None = None, **changes: Any) -> Article | Rejection:
    """The first record of a page."""
    return extract(capture(page, **changes), of or source()).records[0]


def article(page: bytes | str, *, of: Source | None = None, **changes: Any) -> Article:
    """The article of a page that has one."""
    found = record(page, of=of, **changes)
    assert isinstance(found, Article), found
    return found


def rejection(page: bytes | str, *, of: Source | None = None, **changes: Any) -> Rejection:
    """The rejection of a page that has one."""
    found = record(page, of=of, **changes)
    assert isinstance(found, Rejection), found
    return found


def archived(archive: Path, captures: list[Capture], source_id: str = "kabar_example") -> Path:
    """The path of a finished crawl of these captures, each fetched."""
    header = CrawlHeader(
        crawl_id=CRAWL_ID, source_id=source_id, run_id="run-1", started_at=FETCHED_AT, code_version="0.1.0"
    )
    with CrawlWriter.begin(archive, header) as writer:
        outcomes = []
        for one in captures:
            writer.write_capture(one)
            outcome = UrlOutcome(
                url=one.request_url,
                role=one.role,
                entry_url=None,
                outcome=Outcome.FETCHED,
                capture_id=one.capture_id,
                decided_at=FETCHED_AT,
            )
            outcomes.append(outcome)
        writer.write_outcomes(outcomes, FETCHED_AT)
        summary = CrawlSummary(
            crawl_id=CRAWL_ID,
            source_id=source_id,
            run_id="run-1",
            started_at=FETCHED_AT,
            code_version="0.1.0",
            finished_at=FETCHED_AT + timedelta(minutes=1),
            finish_reason="finished",
            is_complete=True,
            n_discovered=len(captures),
            n_fetched=len(captures),
            n_skipped=0,
            n_failed=0,
        )
        return writer.finish(summary)
