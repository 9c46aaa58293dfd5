"""Small captures, sources and pages with sensible defaults."""

from datetime import UTC, date, datetime
from typing import Any

from scrapers.extraction.extract import extract
from scrapers.records import Article, Capture, CaptureRole, Hints, Rejection
from scrapers.registry import Source

FETCHED_AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""18:00 in Bishkek, 17:00 in Tashkent."""

URL = "https://kabar.example/news/1"

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
        "capture_id": "20261120T120000000000Z-kabar_example/00001",
        "crawl_id": "20261120T120000000000Z-kabar_example",
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
