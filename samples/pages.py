"""Renders an outlet as it is on one day: a mapping from path (with query) to the whole answer, headers and bytes.

Pure: the same outlet, day and base addresses give the same bytes.
"""

import gzip
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from email.utils import format_datetime

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from samples.clock import DAY_INSTANTS
from samples.links import resolve, to_html, to_plain
from samples.stories import OUTLETS, Document, Outlet, Story

N_OTHERS = 3
"""Stories in the "read also" boxes: enough that a careless extractor takes them for text."""
_NEVER_PROMOTED = ("gallery", "tag")

_MISSING = b"<!doctype html><html><head><title>404</title></head><body><h1>404</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of a server."""

    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    body: bytes = _MISSING
    location: str | None = None
    etag: str | None = None
    last_modified: datetime | None = None
    fails_first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryView:
    """A story as a template sees it on one day."""

    path: str
    url: str
    linked_as: str
    """The address that entries link."""
    canonical: str
    title: str
    lead: str
    paragraphs: tuple[Markup, ...]
    related: tuple[Mapping[str, str], ...]
    published_at: datetime
    modified_at: datetime
    feed_updated_at: datetime
    is_edited: bool
    shown: str
    author: str | None
    section: str | None
    tags: tuple[str, ...]
    language: str
    page: str
    sitemap: str | None
    feed_date: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """An outlet on one day at its address, ready to be rendered."""

    outlet: Outlet
    day: int
    base_urls: Mapping[str, str]
    templates: Environment = field(repr=False)

    @property
    def base(self) -> str:
        """The outlet's own address, without a slash at the end."""
        return self.base_urls[self.outlet.source_id]

    def encode(self, template: str, **values: object) -> bytes:
        """Render a template in the outlet's encoding; characters that it lacks become references."""
        text = self.templates.get_template(template).render(base=self.base, **values)
        return text.encode(self.outlet.encoding, errors="xmlcharrefreplace")


def open_rendering(outlet: Outlet, day: int, base_urls: Mapping[str, str]) -> Rendering:
    """Prepare the outlet's templates."""
    loader = FileSystemLoader(OUTLETS / outlet.source_id)
    templates = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    templates.filters.update(w3c=_w3c, w3c_minute=_w3c_minute, rfc822=format_datetime, clock=_clock)
    return Rendering(outlet=outlet, day=day, base_urls=base_urls, templates=templates)


def render_outlet(outlet: Outlet, day: int, base_urls: Mapping[str, str]) -> dict[str, Page]:
    """Render everything a news outlet serves on a day, by path and query."""
    rendering = open_rendering(outlet, day, base_urls)
    views = {story.slug: _view(rendering, story) for story in outlet.stories if story.first_day <= day}
    promoted = [views[story.slug] for story in outlet.stories if story.slug in views and _is_promoted(story, day)]
    linked = [views[story.slug] for story in outlet.stories if story.is_linked(day)]
    pages: dict[str, Page] = {}
    for document in outlet.documents:
        for of_day, stories in _by_day(document, linked).items():
            pages |= _render_document(rendering, of_day, stories, promoted)
    for story in outlet.stories:
        if story.slug in views and not story.elsewhere:
            pages |= _render_story(rendering, story, views[story.slug], promoted)
    return pages


def _is_promoted(story: Story, day: int) -> bool:
    return not story.is_gone(day) and not story.elsewhere and story.page not in _NEVER_PROMOTED


def _by_day(document: Document, linked: list[StoryView]) -> dict[Document, list[StoryView]]:
    """Return the document of each day with the stories of that day; one document with all, when it is not dated."""
    if "{YYYY}" not in document.path:
        return {document: linked}
    days: dict[date, list[StoryView]] = {}
    for view in linked:
        days.setdefault(view.published_at.date(), []).append(view)  # stories are dated by the newsroom's clock
    return {document.model_copy(update={"path": _dated(document.path, day)}): views for day, views in days.items()}


def _dated(path: str, day: date) -> str:
    return path.replace("{YYYY}", f"{day:%Y}").replace("{MM}", f"{day:%m}").replace("{DD}", f"{day:%d}")


def _render_document(
    rendering: Rendering, document: Document, linked: list[StoryView], promoted: list[StoryView]
) -> dict[str, Page]:
    size = document.page_size or max(len(linked), 1)
    starts = range(0, max(len(linked), 1), size)
    pages = {}
    for number, start in enumerate(starts, start=1):
        body = rendering.encode(
            document.template,
            stories=linked[start : start + size],
            others=promoted[:N_OTHERS],
            page_number=number,
            previous_path=_numbered(document.path, number - 1) if number > 1 else None,
            next_path=_numbered(document.path, number + 1) if number < len(starts) else None,
        )
        pages[_numbered(document.path, number)] = _document_page(rendering, document, body, linked)
    return pages


def _document_page(rendering: Rendering, document: Document, body: bytes, linked: list[StoryView]) -> Page:
    validator = rendering.outlet.entry_validator
    changed_at = max((view.modified_at for view in linked), default=DAY_INSTANTS[rendering.day])
    return Page(
        content_type=document.content_type or rendering.outlet.content_type,
        body=gzip.compress(body, mtime=0) if document.is_gzip_file else body,
        etag=_etag([body]) if validator == "etag" else None,
        last_modified=changed_at if validator == "last_modified" else None,
    )


def _numbered(path: str, number: int) -> str:
    return path if number == 1 else f"{path}?page={number}"


def _render_story(rendering: Rendering, story: Story, view: StoryView, promoted: list[StoryView]) -> dict[str, Page]:
    if story.gone and story.is_gone(rendering.day):
        return {story.path: Page(status=story.gone.status)}
    others = [other for other in promoted if other.path != view.path][:N_OTHERS]
    outlet = rendering.outlet
    page = Page(
        content_type=outlet.content_type,
        body=rendering.encode(f"{story.page}.html.j2", story=view, stories=promoted, others=others),
        etag=_etag(_said_by(view)) if outlet.page_validator == "etag" else None,
        last_modified=view.modified_at if outlet.page_validator == "last_modified" else None,
        fails_first=story.fails_first,
    )
    if not story.alias:
        return {story.path: page}
    return {story.path: page, story.alias: Page(status=301, location=view.url)}


def _said_by(view: StoryView) -> Iterable[bytes]:
    """Yield what a page's validator covers: the story, not the boxes around it."""
    yield from (text.encode() for text in (view.title, *view.paragraphs, view.shown, view.modified_at.isoformat()))


def _view(rendering: Rendering, story: Story) -> StoryView:
    base_urls, day = rendering.base_urls, rendering.day
    url = rendering.base + story.path
    paragraphs = story.body_on(day).split("\n\n")
    modified = [edit.modified_at for edit in story.edits_until(day) if edit.modified_at]
    modified_at = modified[-1] if modified else story.published_at
    return StoryView(
        path=story.path,
        url=url,
        linked_as=_linked_as(rendering, story),
        canonical=story.canonical or url,
        title=story.title,
        lead=to_plain(paragraphs[0]),
        paragraphs=tuple(to_html(paragraph, base_urls) for paragraph in paragraphs),
        related=tuple({"label": item.label, "url": resolve(item.to, base_urls)} for item in story.related),
        published_at=story.published_at,
        modified_at=modified_at,
        feed_updated_at=story.feed_updated_at or modified_at,
        is_edited=bool(modified),
        shown=story.shown_on(day),
        author=story.author,
        section=story.section,
        tags=story.tags,
        language=story.language or rendering.outlet.language,
        page=story.page,
        sitemap=story.sitemap,
        feed_date=story.feed_date,
    )


def _linked_as(rendering: Rendering, story: Story) -> str:
    if story.elsewhere:
        return resolve(story.elsewhere, rendering.base_urls)
    query = f"?{rendering.outlet.link_query}" if rendering.outlet.link_query else ""
    return rendering.base + (story.alias or story.path) + query


def _etag(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256(b"\n".join(parts)).hexdigest()
    return f'W/"{digest[:16]}"'


def _w3c(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")


def _w3c_minute(instant: datetime) -> str:
    return instant.isoformat(timespec="minutes")


def _clock(instant: datetime) -> str:
    return f"{instant:%H:%M}"


def http_date(instant: datetime) -> str:
    """Return an instant as HTTP writes it (RFC 9110, section 5.6.7)."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)
