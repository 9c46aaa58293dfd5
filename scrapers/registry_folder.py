"""The registry as a folder: read as a whole, every problem reported at once, a line each; and which sources are meant.

How one file and its preset are read: `scrapers.source_files`. What a source is: `scrapers.registry`.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scrapers.registry import Source, State
from scrapers.source_files import BadSourceFileError, SourceFile, find_claimed_twice, read_source_file

SHIPPED_SOURCES = Path(__file__).parent / "sources"

SHARED_PLATFORMS = frozenset({"t.me"})
"""Hosts that are everybody's; any other host belongs to one source, or to several that say so."""

_WORDS = {
    "extra_forbidden": "no such key",
    "missing": "is missing",
    "tuple_type": "must be a list",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "union_tag_not_found": "kind is missing",
}
"""What a validator says in Python's terms, in those of a TOML file."""

_SHOWN_CHARS = 120  # of a bad value, so that a message stays a line


class RegistryError(Exception):
    """One or more registry files cannot be used; the message has one line a problem, naming file, key and value."""


class UnknownSourceError(RegistryError):
    """A source id that the registry does not have."""


class DisabledSourceError(RegistryError):
    """A source that was asked for and is disabled; the message gives the reason."""


def load_registry(folder: Path) -> dict[str, Source]:
    """Read every `*.toml` of a folder, sorted by id. Raises RegistryError listing all problems."""
    if not folder.is_dir():
        raise RegistryError(f"{folder}: no such registry folder")
    sources: dict[str, Source] = {}
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            sources[path.stem] = load_source(path)
        except RegistryError as error:
            problems.append(str(error))
    problems += _claimed_twice(folder, sources)
    if problems:
        raise RegistryError("\n".join(problems))
    return sources


def load_source(path: Path) -> Source:
    """Read one source file. Raises RegistryError with a line for each problem: `file:line: key: what (got value)`."""
    try:
        file = read_source_file(path, SHIPPED_SOURCES)
    except BadSourceFileError as error:
        raise RegistryError(str(error)) from error
    if "id" in file.data:
        raise RegistryError(f"{file.place(('id',))}: the file's name is the id")
    try:
        return Source.model_validate({"id": path.stem, **file.data})
    except ValidationError as error:
        raise RegistryError("\n".join(_problems(error, file))) from error


def _problems(error: ValidationError, file: SourceFile) -> Iterator[str]:
    for it in error.errors(include_url=False):
        shown = repr(it["input"])
        is_value = it["type"] not in ("missing", "extra_forbidden") and not isinstance(it["input"], dict | BaseModel)
        got = f" (got {shown[:_SHOWN_CHARS]})" if is_value else ""
        yield f"{file.place(it['loc'])}: {_in_words(it)}{got}"


def _in_words(problem: ErrorDetails) -> str:
    if problem["type"] == "pattern_regex":
        return f"no regular expression: {_regex_fault(problem['input'])}"
    return _WORDS.get(problem["type"]) or problem["msg"].removeprefix("Value error, ")


def _regex_fault(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        return str(error)
    return "cannot be compiled"


def _claimed_twice(folder: Path, sources: dict[str, Source]) -> list[str]:
    """Say which entries and hosts are of two sources: an article would be told twice, under two ids."""
    entries = find_claimed_twice(
        (entry.url, source.id) for source in sources.values() for entry in (*source.entries, *source.spare_entries)
    )
    hosts = find_claimed_twice(
        (host, source.id) for source in sources.values() for host in source.hosts - SHARED_PLATFORMS
    )
    undeclared = [
        (host, owners) for host, owners in hosts if any(host not in sources[it].articles.shared_hosts for it in owners)
    ]
    found = [("entry", *claim) for claim in entries] + [("host", *claim) for claim in undeclared]
    return [
        f"{_place_of_claim(folder / f'{owners[1]}.toml', what)}: {kind} {what!r} is also of {owners[0]}"
        for kind, what, owners in found
    ]


def _place_of_claim(path: Path, what: str) -> str:
    lines = path.read_text(encoding="utf-8").splitlines()
    line = next((number for number, text in enumerate(lines, start=1) if what in text), None)
    return f"{path}:{line}" if line else str(path)


def find_sources(registry: dict[str, Source], names: Collection[str]) -> list[Source]:
    """Return the named sources, each once. Raises UnknownSourceError naming the ids."""
    unknown = [name for name in names if name not in registry]
    if unknown:
        raise UnknownSourceError(f"unknown source: {', '.join(unknown)} (registry has {len(registry)} sources)")
    return [registry[name] for name in dict.fromkeys(names)]


def choose_sources(
    registry: dict[str, Source], names: tuple[str, ...], *, passed: Collection[str] = ()
) -> list[Source]:
    """Return what is to be crawled: the named sources, else those enabled and the candidates that `passed` a check.

    Raises UnknownSourceError and DisabledSourceError naming the ids.
    """
    named = find_sources(registry, names)
    off = [f"{it.id} ({it.status.reason})" for it in named if it.status.state is State.DISABLED]
    if off:
        raise DisabledSourceError(f"disabled source: {', '.join(off)}")
    wanted = {State.ENABLED: registry.keys(), State.CANDIDATE: passed, State.DISABLED: ()}
    return named or [source for source in registry.values() if source.id in wanted[source.status.state]]
