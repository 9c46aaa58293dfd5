"""What the frontier hands out: a URL to be asked for, and what is to be made of the answer."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from scrapers.identity import normalise_url
from scrapers.outcomes import Discovery
from scrapers.records import CaptureRole, Hints, SkipReason
from scrapers.registry import Entry, Source, TelegramEntry, WordPressEntry
from scrapers.revisits import Validators, Visit
from scrapers.spiders.wordpress import list_address


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that the crawl has met. Its outcome belongs to this address, wherever it redirects to."""

    url: str
    role: CaptureRole
    entry: Entry | None = None
    """Set for an entry and its further pages: the answer leads on."""
    entry_url: str | None = None
    """The entry that led here; None for an entry itself."""
    entry_kind: str | None = None
    hints: Hints = field(default_factory=Hints)
    is_bad: bool = False
    """The link is no http(s) address; `url` is what was written."""
    level: int = 1
    """1 for an entry itself, 2 for a page that it leads to as a further page of it, and so on."""

    @property
    def visit(self) -> Visit:
        """What a first visit starts from."""
        return Visit(
            url=self.url, role=self.role, entry_url=self.entry_url, entry_kind=self.entry_kind, hints=self.hints
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A request to be made."""

    target: Target
    address: str
    """Where to ask: the target's URL, or what it redirected to."""
    validators: Validators = field(default_factory=Validators)
    """With which to ask whether anything changed."""
    n_redirects: int = 0

    @property
    def priority(self) -> int:
        """Higher goes first: what a redirect leads to, then entries, so that each page's place is known, then pages."""
        return 2 if self.n_redirects else 1 if self.target.entry is not None else 0


def entry_target(entry: Entry) -> Target:
    """Return the target that an entry itself is."""
    role = CaptureRole.BOTH if isinstance(entry, TelegramEntry) else CaptureRole.ENTRY
    url = list_address(entry) if isinstance(entry, WordPressEntry) else normalise_url(entry.url)
    return Target(url=url, role=role, entry=entry, entry_kind=entry.kind)


def refusal(url: str, source: Source) -> SkipReason | None:
    """Why a normalised address is none that may be an article of the source; None when it may be."""
    if urlsplit(url).netloc.lower() not in source.hosts:
        return SkipReason.OTHER_HOST
    return None if source.articles.accept(url) else SkipReason.NOT_AN_ARTICLE_URL


def entry_hosts(source: Source) -> frozenset[str]:
    """Hosts to which an entry may redirect: the source's, and those of its entries."""
    return source.hosts | {urlsplit(entry.url).netloc.lower() for entry in source.entries}


def linked_targets(page: Target, discovery: Discovery) -> list[Target]:
    """Return the targets to which a page of an entry leads: its further pages first, then links, then bad links."""
    entry_url = page.entry_url or page.url
    further = [
        replace(page, url=link.url, hints=link.hints, entry_url=entry_url, level=page.level + 1)
        for link in discovery.next_pages
    ]
    pages = [
        Target(url=link.url, role=CaptureRole.PAGE, entry_url=entry_url, entry_kind=page.entry_kind, hints=link.hints)
        for link in discovery.links
    ]
    bad = [
        Target(url=href, role=CaptureRole.PAGE, entry_url=entry_url, entry_kind=page.entry_kind, is_bad=True)
        for href in discovery.bad_links
    ]
    return further + pages + bad
