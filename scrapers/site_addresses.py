"""The address of a site as a person gives it: its home page, its hosts, and the id that a source of it would have."""

import re
from urllib.parse import urlsplit

from scrapers.identity import BadUrlError, normalise_url


def bare_host(url: str) -> str:
    """Return the host of an address, with its port where that is written, without `www.`."""
    return urlsplit(url).netloc.lower().removeprefix("www.")


def source_id_of(homepage: str) -> str:
    """Return an id for a site: its host without `www.`, points and the like as underscores.

    >>> source_id_of("https://www.Outlet.example/ru/")
    'outlet_example'
    """
    return re.sub(r"[^a-z0-9]+", "_", bare_host(homepage)).strip("_")


def sibling_hosts(homepage: str) -> list[str]:
    """Return the host of a home page with and without `www.`; an address of numbers has no sibling."""
    bare = bare_host(homepage)
    is_name = not bare.partition(":")[0].replace(".", "").isdigit()
    return [bare, f"www.{bare}"] if is_name else [bare]


def clean_homepage(url: str) -> str:
    """Return the address of a home page as a person gives it, with scheme and path. Raises BadUrlError."""
    normalised = normalise_url(url if "://" in url else f"https://{url}")
    if not urlsplit(normalised).hostname:
        raise BadUrlError(f"no host: {url!r}")
    return normalised
