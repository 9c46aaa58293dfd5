"""Links as an entry writes them: resolved, normalised, each once; and how an entry says that it is none."""

from collections.abc import Iterable

from scrapers.identity import BadUrlError, normalise_url
from scrapers.outcomes import DiscoveredUrl
from scrapers.records import Hints

BAD_LINK_MAX_CHARS = 1000
"""What is kept of a link that is no address: `data:` and `javascript:` links can be as large as the page."""

HINT_MAX_CHARS = 1000
"""What is kept of an entry's words; the longest real headline met has 300 characters."""


class BadContentError(Exception):
    """The body of an entry is not what its kind promises; the message says how."""


def gather(found: Iterable[tuple[str, Hints]], base: str) -> tuple[tuple[DiscoveredUrl, ...], tuple[str, ...]]:
    """Return the addresses in order, the first mention of each, and apart from them the links that are none."""
    links: dict[str, DiscoveredUrl] = {}
    bad: dict[str, None] = {}
    for href, hints in found:
        try:
            url = normalise_url(href, base=base)
        except BadUrlError:
            bad[href[:BAD_LINK_MAX_CHARS]] = None
        else:
            links.setdefault(url, DiscoveredUrl(url=url, hints=hints))
    return tuple(links.values()), tuple(bad)


def words(text: object) -> str | None:
    """Return an entry's words with white space folded; None when there are none."""
    folded = " ".join(text.split()) if isinstance(text, str) else ""
    return folded[:HINT_MAX_CHARS] or None
