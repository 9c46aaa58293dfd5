"""What a visit keeps of an answer: digests of what it says, its validators, how many items it lists.

Pure: of a capture, its gist, where it leads and what its site reserves. `scrapers.visits` remembers it.
"""

import json
from dataclasses import replace
from hashlib import sha256

from scrapers.channel_posts import Shown
from scrapers.gist import Gist, gist_of
from scrapers.outcomes import StoredDiscovery, to_json
from scrapers.records import Capture
from scrapers.revisits import Fetched, Validators
from scrapers.tdm import SiteRights


def fetched_answer(capture: Capture, found: StoredDiscovery | None, rights: SiteRights) -> Fetched:
    """What a visit keeps of a capture whose body is at hand; as `fetched_of`."""
    return fetched_of(capture, gist_of(capture.body, capture.role), found, rights)


def shown_on(found: StoredDiscovery, fetched: Fetched) -> Shown:
    """What is learnt of the messages of a channel's page."""
    return Shown(page_url=found.page_url, posts=found.discovery.posts, said=fetched.messages)


def fetched_of(capture: Capture, gist: Gist, found: StoredDiscovery | None, rights: SiteRights) -> Fetched:
    """What a visit keeps of a capture; `found` is where it leads, when it is of an entry; `rights`: what its site says.

    Of a sitemap index no validators: that the index is the same says nothing of the sitemaps that it names. An entry
    says what it leads to: the times of its making that feeds carry are no news.
    """
    shown = _shown_sha256(capture, gist, found, rights)
    if found is None:
        return Fetched(_validators(capture), gist.body_sha256, gist.words_sha256, shown_sha256=shown)
    led_to = to_json(replace(found, n_new=None))
    words = _digest([led_to, gist.words_sha256])
    is_index = capture.entry_kind == "sitemap" and bool(found.discovery.next_pages)
    validators = Validators() if is_index else _validators(capture)
    return replace(
        item_counts(found),
        validators=validators,
        body_sha256=gist.body_sha256,
        words_sha256=words,
        shown_sha256=shown,
        messages=gist.messages,
    )


def item_counts(found: StoredDiscovery) -> Fetched:
    """What a visit keeps of a page of an entry that has no capture: how many items it lists, and how many are new."""
    n_items = len(found.discovery.links) + len(found.discovery.posts)
    return Fetched(Validators(), "", n_items=n_items, n_new=found.n_new)


def _shown_sha256(capture: Capture, gist: Gist, found: StoredDiscovery | None, rights: SiteRights) -> str:
    """Digest all from which rows can come: what is read of the page, where it leads, the rights that its site reserves.

    Of a page of an entry that lists items its further pages do not count: whether they are read depends on what is
    known of the items.
    """
    signals = rights.reservation(capture.final_url, capture.headers, b"").signals
    content_type = [value for name, value in capture.headers if name.lower() == "content-type"]
    if found is None:
        return _digest([capture.final_url, content_type, signals, gist.readable_sha256])
    discovery = found.discovery
    has_items = bool(discovery.links or discovery.posts)
    led_to = replace(discovery, posts=(), next_pages=() if has_items else discovery.next_pages)
    return _digest([signals, to_json(replace(found, discovery=led_to, n_new=None))])


def _digest(said: object) -> str:
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _validators(capture: Capture) -> Validators:
    headers = {name.lower(): value for name, value in capture.headers}
    return Validators(etag=headers.get("etag"), last_modified=headers.get("last-modified"))
