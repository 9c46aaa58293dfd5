"""Which names are media without any mark, and which words are places or no names at all: `media_names.toml`."""

import re
import tomllib
from functools import cache
from importlib.resources import files

from scrapers.extraction.decode import fold


@cache
def _lists(table: str) -> frozenset[str]:
    data = tomllib.loads(files("scrapers.extraction").joinpath("media_names.toml").read_text(encoding="utf-8"))
    return frozenset(fold(name) for names in data[table].values() for name in names)


def is_known(name: str) -> bool:
    """Whether a name is an outlet's or an agency's, in any case, spaces and punctuation left out.

    >>> is_known("АКИ Пресс"), is_known("Айгүл")
    (True, False)
    """
    return not {fold(name), fold(name.removeprefix("The "))}.isdisjoint(_lists("outlets"))


def is_known_handle(handle: str) -> bool:
    """Whether a Telegram handle, without its @, is an outlet's."""
    return fold(handle) in _lists("handles")


def has_agency(byline: str) -> bool:
    """Whether a byline holds the name of an agency, as those of its desks and offices do."""
    return any(fold(word) in _lists("bylines") for word in re.findall(r"\w+", byline))


def is_agency_in_small(part: str) -> bool:
    """Whether a part of a byline is an agency that writes its name in lower case, written so here."""
    return part.islower() and part in _lists("in_small")


def is_no_name(label: str) -> bool:
    """Whether words before a noun for a medium only say which one it is: a place, a people, "state", "his"."""
    return all(fold(word) in _lists("not_names") for word in label.split()) or fold(label) in _lists("not_names")
