"""Renders a Telegram channel as its public web preview shows it: `/s/<handle>`, newest message last, paged by ids.

In the sample world the channel's server stands for t.me: links to the channel and its posts name that server.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from samples.links import resolve, to_html, to_plain
from samples.pages import Page, Rendering, open_rendering
from samples.stories import Channel, ForwardedFrom, Outlet, Post

REPLY_CHARS = 60
"""Telegram shows about this much of the message that is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostView:
    """A post as the template sees it on one day."""

    id: int
    at: object
    text: Markup
    service: str | None
    views: str | None
    author: str | None
    photo: bool
    is_edited: bool
    forwarded_from: ForwardedFrom | None
    reply: Mapping[str, object] | None
    preview: Mapping[str, str] | None


def render_channel(outlet: Outlet, channel: Channel, day: int, base_urls: Mapping[str, str]) -> dict[str, Page]:
    """Render the newest page, the page before each number and after each post, and robots.txt, by path and query."""
    rendering = open_rendering(outlet, day, base_urls)
    views = [_view(rendering, post) for post in outlet.posts if post.is_visible(day)]
    home, size = f"/s/{channel.handle}", channel.page_size
    pages = {document.path: _robots(rendering, document.template) for document in outlet.documents}
    pages[home] = _page(rendering, channel, views, views[-size:], before=None)
    for position, view in enumerate(views):
        later = views[position + 1 : position + 1 + size]
        pages[f"{home}?after={view.id}"] = _page(rendering, channel, views, later, before=None)
        pages[f"/{channel.handle}/{view.id}"] = _page(rendering, channel, views, [view], before=None)
    for number in range(1, views[-1].id + 2 * size):  # Telegram answers any, whether there is such a post or not
        earlier = [view for view in views if view.id < number][-size:]
        pages[f"{home}?before={number}"] = _page(rendering, channel, views, earlier, before=number)
    return pages


def _robots(rendering: Rendering, template: str) -> Page:
    return Page(content_type="text/plain; charset=utf-8", body=rendering.encode(template))


def _page(
    rendering: Rendering, channel: Channel, views: list[PostView], shown: list[PostView], *, before: int | None
) -> Page:
    has_older = bool(shown) and shown[0].id > views[0].id
    has_newer = bool(shown) and shown[-1].id < views[-1].id
    body = rendering.encode(
        "channel.html.j2",
        channel=channel,
        posts=shown,
        before=before,
        older=shown[0].id if has_older else None,
        newer=shown[-1].id if has_newer else None,
    )
    return Page(body=body)


def _view(rendering: Rendering, post: Post) -> PostView:
    day, base_urls = rendering.day, rendering.base_urls
    return PostView(
        id=post.id,
        at=post.at,
        text=to_html(post.text_on(day), base_urls),
        service=post.service,
        views=post.views_on(day),
        author=post.author,
        photo=post.photo,
        is_edited=post.is_edited(day),
        forwarded_from=post.forwarded_from,
        reply=_reply(rendering, post.reply_to) if post.reply_to else None,
        preview=_preview(post, base_urls),
    )


def _reply(rendering: Rendering, post_id: int) -> Mapping[str, object]:
    text = next(post for post in rendering.outlet.posts if post.id == post_id).text_on(rendering.day)
    return {"id": post_id, "text": to_plain(text)[:REPLY_CHARS] + "…"}


def _preview(post: Post, base_urls: Mapping[str, str]) -> Mapping[str, str] | None:
    if post.preview is None:
        return None
    card = post.preview
    return {
        "site": card.site,
        "title": card.title,
        "description": card.description,
        "url": resolve(card.to, base_urls),
    }
