"""What the invented outlets say: reads `outlets/<source_id>/`, one folder an outlet.

Layout: `site.toml` (how it is served), `articles/*.md` (TOML between `+++` lines, then paragraphs), or for a channel
`posts.toml`; `source.toml` (its registry entry) and `*.j2` (its page templates) are read by other modules. Text may
hold links as `[label](target)`; a target `sample:<source_id>/<path>` names a page of the sample world.
"""

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

OUTLETS = Path(__file__).parent / "outlets"
FRONT_MATTER = "+++"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Edit(_Strict):
    """A change of the text from one day on."""

    day: int
    before: str
    after: str
    modified_at: datetime | None = None
    """What the outlet then gives as the time of the change; None: it says nothing."""
    note: str = ""


class Gone(_Strict):
    """The day from which an address answers with an error, and with which."""

    day: int
    status: Literal[404, 410]


class Related(_Strict):
    """One line of a "Related Sources" block."""

    label: str
    to: str


class Story(_Strict):
    """One page of an outlet."""

    slug: str
    path: str
    title: str
    body: str
    published_at: datetime
    author: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    """Where it is not the outlet's."""
    page: str = "article"
    """Stem of the template."""
    shown: dict[int, str] = {}
    """The visible date in the outlet's own words, from the given day on."""
    feed_date: bool = True
    """Whether feed or sitemap give a date."""
    feed_updated_at: datetime | None = None
    first_day: int = 1
    linked_until: int | None = None
    """Last day on which feed, sitemap or listing link it; None: always."""
    gone: Gone | None = None
    edits: tuple[Edit, ...] = ()
    related: tuple[Related, ...] = ()
    canonical: str | None = None
    """What the page claims as its canonical address, where that is not its own."""
    alias: str | None = None
    """Old path that is linked in its place and redirects to it."""
    elsewhere: str | None = None
    """Target on another outlet: the entry links there and this outlet has no such page."""
    fails_first: bool = False
    """Whether the first request of a day is answered with 500."""
    sitemap: str | None = None

    def is_linked(self, day: int) -> bool:
        """Whether the outlet's entries link it on a day."""
        return self.first_day <= day and (self.linked_until is None or day <= self.linked_until)

    def is_gone(self, day: int) -> bool:
        """Whether its address answers with an error on a day."""
        return self.gone is not None and self.gone.day <= day

    def shown_on(self, day: int) -> str:
        """Return the visible date of a day; empty when the page shows none."""
        return self.shown[max(known for known in self.shown if known <= day)] if self.shown else ""

    def edits_until(self, day: int) -> tuple[Edit, ...]:
        """Return the edits that a reader of that day sees."""
        return tuple(edit for edit in self.edits if edit.day <= day)

    def body_on(self, day: int) -> str:
        """Return the text of a day."""
        return apply_edits(self.body, self.edits_until(day))


class ForwardedFrom(_Strict):
    """The channel that a post was forwarded from."""

    name: str
    handle: str


class Preview(_Strict):
    """The card that Telegram shows for a link."""

    site: str
    title: str
    description: str
    to: str


class Post(_Strict):
    """One message of a channel."""

    id: int
    at: datetime
    text: str = ""
    service: str | None = None
    """Telegram's own words, as "Channel created"; None for a message by people."""
    first_day: int = 1
    deleted_on: int | None = None
    views: dict[int, str] = {}
    author: str | None = None
    photo: bool = False
    reply_to: int | None = None
    forwarded_from: ForwardedFrom | None = None
    preview: Preview | None = None
    edits: tuple[Edit, ...] = ()
    language: str | None = None

    def is_visible(self, day: int) -> bool:
        """Whether the channel shows it on a day."""
        return self.first_day <= day and (self.deleted_on is None or day < self.deleted_on)

    def text_on(self, day: int) -> str:
        """Return the text of a day."""
        return apply_edits(self.text.strip(), tuple(edit for edit in self.edits if edit.day <= day))

    def is_edited(self, day: int) -> bool:
        """Whether Telegram marks it as edited on a day."""
        return any(edit.day <= day for edit in self.edits)

    def views_on(self, day: int) -> str | None:
        """Return the view counter of a day as shown; None when there is none."""
        return self.views[max(known for known in self.views if known <= day)] if self.views else None


class Document(_Strict):
    """A page of an outlet that is no story: front page, feed, sitemap, listing, robots.txt."""

    path: str
    """With `{YYYY}`, `{MM}` and `{DD}` in it: one page for each day on which something was published."""
    template: str
    content_type: str | None = None
    """None: the outlet's."""
    page_size: int | None = None
    """Stories on each of its pages, of which the later are at `?page=2` and so on; None: one page."""
    is_gzip_file: bool = False


class Channel(_Strict):
    """What a Telegram channel says of itself."""

    handle: str
    title: str
    description: str
    subscribers: str
    page_size: int


class Outlet(_Strict):
    """One outlet with all it ever says."""

    source_id: str
    language: str
    encoding: str = "utf-8"
    content_type: str = "text/html; charset=utf-8"
    page_validator: Literal["etag", "last_modified", "none"] = "none"
    entry_validator: Literal["etag", "last_modified", "none"] = "none"
    link_query: str = ""
    """Query that the entries append to the address of a story."""
    documents: tuple[Document, ...] = ()
    stories: tuple[Story, ...] = ()
    channel: Channel | None = None
    posts: tuple[Post, ...] = Field(default=())


def load_outlets() -> dict[str, Outlet]:
    """Read all outlets, sorted by source id."""
    return {folder.name: _load_outlet(folder) for folder in sorted(OUTLETS.iterdir()) if folder.is_dir()}


def apply_edits(text: str, edits: tuple[Edit, ...]) -> str:
    """Replace the one occurrence of each edit's words in turn. Raises ValueError when there is not exactly one."""
    for edit in edits:
        if text.count(edit.before) != 1:
            raise ValueError(f"edit of day {edit.day}: {edit.before!r} is not in the text exactly once")
        text = text.replace(edit.before, edit.after)
    return text


def _load_outlet(folder: Path) -> Outlet:
    site = tomllib.loads((folder / "site.toml").read_text(encoding="utf-8"))
    stories = [_load_story(path) for path in sorted((folder / "articles").glob("*.md"))]
    posts_file = folder / "posts.toml"
    posts = tomllib.loads(posts_file.read_text(encoding="utf-8"))["posts"] if posts_file.exists() else []
    newest_first = sorted(stories, key=lambda story: (story.published_at, story.path), reverse=True)
    return Outlet.model_validate({"source_id": folder.name, **site, "stories": newest_first, "posts": posts})


def _load_story(path: Path) -> Story:
    _, front_matter, body = path.read_text(encoding="utf-8").split(FRONT_MATTER, 2)
    return Story.model_validate({"slug": path.stem, "body": body.strip(), **tomllib.loads(front_matter)})
