"""Under which section and tags the outlet filed an article."""

from collections.abc import Iterator

from scrapers.extraction.page import Page, text_of

MAX_TAGS = 50  # pages with more list the outlet's whole index
_MAX_TAG_CHARS = 100
_MAX_SECTION_CHARS = 100


def read_section(page: Page) -> str | None:
    """Return the outlet's section; None when the page names none."""
    said = page.structured.section or page.first_meta("article:section", "section", "parsely-section", "articlesection")
    return said if said and len(said) <= _MAX_SECTION_CHARS else None


def read_tags(page: Page) -> tuple[str, ...]:
    """Return the outlet's keywords in its order, without repetitions."""
    tags: dict[str, str] = {}
    for tag in _said(page):
        if len(tag) <= _MAX_TAG_CHARS:
            tags.setdefault(tag.casefold(), tag)
    return tuple(tags.values()) if len(tags) <= MAX_TAGS else ()


def _said(page: Page) -> Iterator[str]:
    if page.structured.keywords:
        yield from page.structured.keywords
        return
    if said := page.meta.get("article:tag"):
        yield from said
        return
    if linked := [text for a in page.root.iterfind(".//a[@rel='tag']") if (text := text_of(a))]:
        yield from linked
        return
    for content in page.meta.get("news_keywords", ()) or page.meta.get("keywords", ()):
        yield from (word for part in content.split(",") if (word := part.strip()))
