"""Which address a page has, which article it is, and what its content hash is. Frozen: published ids depend on it.

Two forms of an address. `normalise_url` gives the form that is requested, compared and published: host in lower
case and punycode, default port, fragment, tracking and session parameters gone, query sorted, percent-encoding uniform
(w3lib, WHATWG rules). `identity_key` folds what still names the same page: the scheme, a leading `www.`, `m.` or
`amp.`, a trailing slash. The id hashes the key, so that a site's move to https gives no second article.

These rules are URL_RULES 1. They may not change within a major schema version; the tests pin ids made by them.
"""

import hashlib
import json
import re
from dataclasses import fields
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from w3lib.url import canonicalize_url, url_query_cleaner

from scrapers.records import Article

URL_RULES = 1

URL_MAX_CHARS = 2047
"""Longer addresses are refused: a sitemap may not hold any (sitemaps.org, `loc`: less than 2,048 characters), and most
software took no more than 2,083. A headline of 200 Cyrillic letters, percent-encoded, is 1,200 long."""

HASHED_FIELDS = tuple(field.name for field in fields(Article) if field.name not in ("citations", "published_raw"))
"""What `content_sha256` covers besides the citations; `scrapers.tables.HASHED_CONTENT` are the same columns. Named here
from the record and not from the table, so that a crawl need not load Arrow to know an address."""

_DROPPED_PARAMETERS = re.compile(
    r"(?i)^(utm_\w+|fbclid|gclid|gbraid|wbraid|yclid|ysclid|dclid|msclkid|twclid|igshid|mc_[ce]id|_openstat|_ga|_gl"
    r"|at_\w+|cmpid|campaign_id|rss_ref|phpsessid|jsessionid|aspsessionid\w*|sessionid)$"
)
"""Parameters that never choose another page: campaign tags of advertisers and readers, and session ids."""

_HOST_PREFIX = re.compile(r"^(?:www|m|amp)\.(?=[^.]+\.)")
_SESSION_IN_PATH = re.compile(r"(?i);jsessionid=[^/?#]*")


class BadUrlError(ValueError):
    """An address that cannot be requested: not http(s), no host, too long, or not parseable."""


def normalise_url(url: str, *, base: str | None = None) -> str:
    """Return the form of an address that is requested, compared and published.

    A relative address is resolved against `base`. Raises BadUrlError naming the address.

    >>> normalise_url("HTTP://Example.KG:80/a?utm_source=rss&b=2&a=1#top")
    'http://example.kg/a?a=1&b=2'
    """
    try:
        absolute = urljoin(base, url.strip()) if base else url.strip()
        parts = urlsplit(absolute)
        if parts.username is not None:  # RFC 9110, 4.2.4; a password would stand in logs and in published tables
            raise BadUrlError("address with a name or password")
        _require_requestable(absolute, scheme=parts.scheme.lower(), host=parts.hostname)
        cleaned = _drop_parameters(_SESSION_IN_PATH.sub("", absolute))
        canonical = _drop_default_port(canonicalize_url(cleaned, keep_fragments=False))
        _require_short(canonical)
        return canonical
    except BadUrlError:
        raise
    except ValueError as error:
        raise BadUrlError(f"not an address: {url[:200]!r} ({error})") from error


def _require_requestable(url: str, *, scheme: str, host: str | None) -> None:
    if scheme not in ("http", "https"):
        raise BadUrlError(f"not an http(s) address: {url[:200]!r}")
    if not host:
        raise BadUrlError(f"address without a host: {url[:200]!r}")
    _require_short(url)


def _require_short(url: str) -> None:
    if len(url) > URL_MAX_CHARS:
        raise BadUrlError(f"address longer than {URL_MAX_CHARS} characters: {url[:200]!r}...")


def _drop_parameters(url: str) -> str:
    query = urlsplit(url).query
    names = {pair.partition("=")[0] for pair in query.split("&")} if query else set()
    dropped = [name for name in names if _DROPPED_PARAMETERS.match(name)]
    return str(url_query_cleaner(url, dropped, remove=True, unique=False)) if dropped else url


def _drop_default_port(url: str) -> str:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}[parts.scheme]
    if parts.port != default:
        return url
    return parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()


def identity_key(url: str) -> str:
    """Return what identifies the page of a normalised address.

    >>> identity_key("https://www.example.kg/news/1/?page=2")
    'example.kg/news/1?page=2'
    """
    parts = urlsplit(url)
    netloc = _HOST_PREFIX.sub("", parts.netloc.rpartition("@")[2].lower())
    path = parts.path.rstrip("/")
    return f"{netloc}{path}?{parts.query}" if parts.query else f"{netloc}{path}"


def article_id(source_id: str, url: str) -> str:
    """Return the article's id: 24 hex digits of sha256(source_id, newline, identity key of the normalised `url`)."""
    return hashlib.sha256(f"{source_id}\n{identity_key(url)}".encode()).hexdigest()[:24]


def content_sha256(article: Article) -> str:
    """Return the hash of all that an article says, its citations included.

    Columns that are null are left out, so that a column added later does not change the hash of what lacks it.
    """
    said: dict[str, object] = {}
    for name in HASHED_FIELDS:
        value = getattr(article, name)
        if value is not None:
            said[name] = value.isoformat() if isinstance(value, datetime) else value
    if article.citations:
        said["citations"] = [[getattr(c, field.name) for field in fields(c)] for c in article.citations]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def domain_of(url: str) -> str | None:
    """Return the host without www, or `t.me/<handle>` for Telegram; None for what is no address."""
    try:
        parts = urlsplit(normalise_url(url))
    except BadUrlError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    if host in ("t.me", "telegram.me", "telegram.dog"):
        handle = parts.path.removeprefix("/s/").strip("/").split("/")[0]
        return f"t.me/{handle}" if handle else "t.me"
    return host or None
