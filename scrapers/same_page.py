"""Which addresses are one page for the crawl: what a request is saved for.

Goes further than `scrapers.identity`, whose rules are frozen because published ids depend on them. A key is never
published: it decides only that a page met under a second address is asked for under the one that is known already. So
the tables below may grow; a key that folds too much hides articles, one that folds too little costs a request.
"""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

from courlan.clean import TRACKERS_RE

from scrapers.identity import identity_key

_HOST_PREFIXES = re.compile(r"^(?:(?:www|m|mobile|mob|amp|wap|pda|touch)\.)+(?=[^.]+\.)")

_PATH_FORMS = (
    (re.compile(r"//+"), "/"),
    (re.compile(r"^/amp(?=/.)"), ""),
    (re.compile(r"/(?:amp|print|\?)$"), ""),
    (re.compile(r"\.amp(?=\.html?$)|\.amp$"), ""),
    (re.compile(r"/(?:index|default)\.(?:html?|php|aspx?)$"), ""),
)
"""Forms of a path that show the same page, and the plain one: AMP, print, the folder's own document."""

_FORM_PARAMETERS = frozenset({"amp", "outputtype", "output", "print", "printable", "mobile", "noamp", "nomobile"})
"""Parameters that choose the form of a page, not the page."""

_SESSION_PARAMETERS = frozenset(
    {"sid", "sess", "session", "session_id", "sessid", "zenid", "oscsid", "cfid", "cftoken"}
)


def page_key(url: str) -> str:
    """Return what the addresses of one page have in common, of a normalised address.

    >>> page_key("https://m.example.kg/news/1/amp/?ref=home&id=7")
    'example.kg/news/1?id=7'
    """
    parts = urlsplit(url)
    host = _HOST_PREFIXES.sub("", parts.netloc.lower())
    path = parts.path.rstrip("/")
    for form, plain in _PATH_FORMS:
        path = form.sub(plain, path)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if _chooses(name, value)]
    return identity_key(parts._replace(netloc=host, path=path or "/", query=urlencode(kept)).geturl())


def _chooses(name: str, value: str) -> bool:
    """Whether a parameter may choose another page. A number may be an article's, as PHP-Nuke's `sid` is."""
    lower = name.lower()
    if lower in _FORM_PARAMETERS:
        return False
    return value.isdigit() or not (lower in _SESSION_PARAMETERS or TRACKERS_RE.search(lower))
