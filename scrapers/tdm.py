"""Reservations of text and data mining: what a site and a page say about it, read from the archive.

Read are `/.well-known/tdmrep.json`, header and meta tag `tdm-reservation` (W3C TDM Reservation Protocol, 2024),
`Content-Usage` (IETF AIPREF drafts) and `Content-Signal` lines of robots.txt and headers, `noai` in X-Robots-Tag and
meta robots, and `/ai.txt`. Of statements that contradict each other the reservation counts (Directive (EU) 2019/790,
art. 4: a reservation has to be respected; a permission can be given later, a publication cannot be taken back).

A tdmrep.json that is none (empty, "Not Found", a page of HTML, JSON of another kind) says nothing: servers answer 200
to any address. It stands among the signals as unreadable. A value other than 0 and 1 was meant to say something and
counts as a reservation. Of several locations the longest that matches a path speaks for it, as in robots.txt
(`scrapers.path_patterns`).
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import unquote, urlsplit

from scrapers.path_patterns import PathPatterns
from scrapers.records import join_list

TDMREP, AI_TXT = "/.well-known/tdmrep.json", "/ai.txt"
RIGHTS_FILES = (TDMREP, AI_TXT)
"""Paths of the files in which a site says what may be made of its pages."""

_TOKEN = "kabarchy"  # noqa: S105 - our product token in robots.txt, not a secret
_USES = frozenset({"train-ai", "ai-train", "train-genai", "tdm", "ai"})
"""Uses that are text and data mining, or what our releases are most used for. Search, quoting and the like are not."""

_USE = re.compile(r"(?<![\w-])([\w-]++)\s*+=\s*+\"?(n|no|y|yes)\b")
"""Possessive, so that half a megabyte without an equals sign is read once."""

_HEAD_BYTES = 256 * 1024
"""Meta tags stand at the top; the longest head met has 180 KiB."""

_META = re.compile(rb"<meta\b[^>]{1,1000}>", re.IGNORECASE)
_NAME = re.compile(rb"\bname\s*=\s*[\"']?\s*(tdm-reservation|tdm-policy|robots)\b", re.IGNORECASE)
_CONTENT = re.compile(rb"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))", re.IGNORECASE)
_SAID_MAX_CHARS = 60
"""What is kept of a statement; of the address of a policy thrice as much."""

_RULES_MAX = 25_000
"""Of one file: as many as stand in the 500 KiB of robots.txt that RFC 9309, 2.5 asks for, at 21 bytes each. A file that
has more reserves whatever these do not speak for."""

_NOAI = re.compile(r"(?i)\bnoai\b")
_TEXT_TYPES = re.compile(r"^(?:/|\*|/\*)$|\.(?:html?|txt|php|\*)\$?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """A file about a whole site, as it was answered."""

    asked_url: str
    """Where it was asked for: what it says holds for this origin, wherever it was found."""
    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """What is said about one page."""

    is_reserved: bool | None = None
    """None: nothing is said."""
    signals: str | None = None
    """The statements, as `where: what`, joined by ' | '."""


@dataclass(frozen=True, slots=True)
class _Statement:
    where: str
    what: str
    is_reserved: bool | None
    """None: it decides nothing, and is kept to be read by a person."""


@dataclass(frozen=True, slots=True)
class _Rule:
    pattern: str
    statement: _Statement


_UNREADABLE = _Rule("/", _Statement("tdmrep.json", "unreadable", is_reserved=None))


@dataclass(slots=True)
class SiteRights:
    """What the files of the sites of one crawl say, by origin."""

    _said: dict[tuple[str, str], PathPatterns[_Statement]] = field(default_factory=dict)

    @classmethod
    def read(cls, files: Iterable[SiteFile]) -> "SiteRights":
        """Read the files of a crawl."""
        rights = cls()
        rights.add(files)
        return rights

    def add(self, files: Iterable[SiteFile]) -> None:
        """Read further files; those that are no file about rights are passed over, the last of each address counts."""
        for file in files:
            parts = urlsplit(file.asked_url)
            if rules := _file_rules(parts.path, file):
                patterns = self._said[(f"{parts.scheme}://{parts.netloc}", parts.path)] = PathPatterns()
                for rule in rules:
                    patterns.add(rule.pattern, rule.statement)

    def reservation(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> Reservation:
        """What is said about the page that answered at `url`, by its site and by itself."""
        found = [*self._of_site(url), *_of_headers(headers), *_of_meta(body[:_HEAD_BYTES])]
        if not found:
            return Reservation()
        signals = join_list(dict.fromkeys(f"{said.where}: {said.what}" for said in found))
        decisive = [said.is_reserved for said in found if said.is_reserved is not None]
        return Reservation(is_reserved=any(decisive) if decisive else None, signals=signals)

    def _of_site(self, url: str) -> Iterator[_Statement]:
        parts = urlsplit(url)
        path = unquote(parts.path + (f"?{parts.query}" if parts.query else "") or "/")
        for (origin, _), patterns in self._said.items():
            if origin == f"{parts.scheme}://{parts.netloc}":
                yield from patterns.said_of(path)


def _file_rules(path: str, file: SiteFile) -> list[_Rule]:
    text = file.body.decode("utf-8-sig", "replace")
    if file.status != 200:
        return []
    if path == TDMREP:
        return _tdmrep_rules(text)
    if text.lstrip().startswith("<"):  # a page in place of a file
        return []
    return _first(_ai_txt_rules(text), "ai.txt") if path == AI_TXT else _first(_robots_rules(text), "robots.txt")


def _first(rules: Iterable[_Rule], where: str) -> list[_Rule]:
    """Return the rules of a file, or the first of very many and that the others were not read."""
    kept = list(islice(rules, _RULES_MAX + 1))
    if len(kept) > _RULES_MAX:
        kept[-1] = _Rule("/", _Statement(where, f"more than {_RULES_MAX} rules", is_reserved=True))
    return kept


def _tdmrep_rules(text: str) -> list[_Rule]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return [_UNREADABLE]
    return _first((_tdmrep_rule(entry) for entry in (said if isinstance(said, list) else [said])), "tdmrep.json")


def _tdmrep_rule(entry: Any) -> _Rule:
    if not isinstance(entry, dict) or "tdm-reservation" not in entry:
        return _UNREADABLE
    value, policy = entry["tdm-reservation"], entry.get("tdm-policy")
    what = f"{value}"[:20] + (f", {_policy(policy)}" if policy else "")
    location = _path_pattern(str(entry.get("location") or "/"))
    return _Rule(location, _Statement("tdmrep.json", what, is_reserved=value not in (0, "0")))


def _path_pattern(location: str) -> str:
    """Return the path of a location, which some write as a whole address or without its slash."""
    path = re.sub(r"^https?://[^/]*", "", location)
    return path if path.startswith(("/", "*")) else f"/{path}"


def _policy(address: object) -> str:
    return f"tdm-policy {address}"[: 3 * _SAID_MAX_CHARS]


def _ai_txt_rules(text: str) -> Iterator[_Rule]:
    for is_for_us, name, value in _lines(text):
        if name == "disallow" and is_for_us and _TEXT_TYPES.search(value):
            yield _Rule("/", _Statement("ai.txt", f"disallow {value}"[:_SAID_MAX_CHARS], is_reserved=True))


def _robots_rules(text: str) -> Iterator[_Rule]:
    for is_for_us, name, value in _lines(text):
        if name in ("content-usage", "content-signal") and is_for_us:
            path, uses = (*value.split(maxsplit=1), "")[:2] if value.startswith("/") else ("/", value)
            yield from (_Rule(path, statement) for statement in _of_uses(f"robots.txt {name}", uses))


def _lines(text: str) -> Iterator[tuple[bool, str, str]]:
    """Yield (whether its group is for us, field name, value) of each line of a file in the form of robots.txt.

    A group begins with one or several lines that name user agents; what stands before the first group is for all.
    """
    is_for_us, is_heading = True, False
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        if name.lower() == "user-agent":
            is_named = value.lower() in ("*", _TOKEN)
            is_for_us = is_named or (is_heading and is_for_us)
        is_heading = name.lower() == "user-agent" or (is_heading and not name)
        if name:
            yield is_for_us, name.lower(), value


def _of_uses(where: str, text: str) -> Iterator[_Statement]:
    """Read `train-ai=n, search=y`, with or without white space around the signs."""
    for use, value in _USE.findall(text.lower()):
        if use in _USES:
            yield _Statement(where, f"{use}={value}", is_reserved=value.startswith("n"))


def _of_headers(headers: Sequence[tuple[str, str]]) -> Iterator[_Statement]:
    for name, value in headers:
        match name.lower():
            case "tdm-reservation":
                yield _Statement("header", f"tdm-reservation {value.strip()[:20]}", is_reserved=value.strip() != "0")
            case "tdm-policy":
                yield _Statement("header", _policy(value.strip()), is_reserved=None)
            case "content-usage" | "content-signal" as field_name:
                yield from _of_uses(f"header {field_name}", value)
            case "x-robots-tag" if _NOAI.search(value):
                yield _Statement("header", "x-robots-tag noai", is_reserved=True)


def _of_meta(head: bytes) -> Iterator[_Statement]:
    for tag in _META.findall(head):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if name is None or content is None:
            continue
        value = next((group for group in content.groups() if group), b"").decode("ascii", "replace").strip()
        if name[1].lower() == b"tdm-policy":
            yield _Statement("meta", _policy(value), is_reserved=None)
        elif name[1].lower() == b"tdm-reservation":
            yield _Statement("meta", f"tdm-reservation {value[:20]}", is_reserved=value != "0")
        elif _NOAI.search(value):
            yield _Statement("meta", "robots noai", is_reserved=True)
