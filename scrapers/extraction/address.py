"""Under which address an article is kept: its canonical link where believable, else the address that answered."""

from urllib.parse import urlsplit

from scrapers.extraction.page import Page
from scrapers.identity import BadUrlError, normalise_url
from scrapers.records import Capture
from scrapers.registry import Source


def read_address(page: Page, capture: Capture, source: Source) -> str:
    """Return the normalised address of a page's article.

    A canonical link counts only when it names a host of the source and not the home page: foreign ones are syndication
    or mistakes, and a whole site canonicalised to its home page would be a single article. What is ignored can be found
    in the archived page.
    """
    own = own_address(capture)
    link = next((e.get("href") for e in page.root.iter("link") if "canonical" in (e.get("rel") or "").lower()), None)
    if not link:
        return own
    try:
        canonical = normalise_url(link, base=page.url)
    except BadUrlError:
        return own
    return canonical if _is_believable(canonical, own, source) else own


def own_address(capture: Capture) -> str:
    """Return the address that answered, normalised; the one asked for where a server answered from nonsense."""
    try:
        return normalise_url(capture.final_url)
    except BadUrlError:
        return capture.request_url


def _is_believable(canonical: str, own: str, source: Source) -> bool:
    hosts = {_bare(host) for host in source.hosts} | {_bare(urlsplit(own).netloc)}
    parts, own_parts = urlsplit(canonical), urlsplit(own)
    is_home = parts.path in ("", "/") and not parts.query
    own_is_home = own_parts.path in ("", "/") and not own_parts.query
    return _bare(parts.netloc) in hosts and (own_is_home or not is_home)


def _bare(host: str) -> str:
    return host.lower().removeprefix("www.").removeprefix("m.").removeprefix("amp.")
