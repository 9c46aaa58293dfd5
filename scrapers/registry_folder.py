"""The registry as a folder: read as a whole, every problem reported at once, a line each; and which sources are meant.

How one file and its preset are read: `scrapers.source_files`; what is said of a bad one: `scrapers.source_problems`.
What a source is: `scrapers.registry`.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

from pydantic import ValidationError

from scrapers.counts import counted
from scrapers.registry import Source, State
from scrapers.source_files import BadSourceFileError, find_claimed_twice, read_source_file
from scrapers.source_problems import describe_problems
from scrapers.spelling import did_you_mean

SHIPPED_SOURCES = Path(__file__).parent / "sources"

SHARED_PLATFORMS = frozenset({"t.me"})
"""Hosts that are everybody's; any other host belongs to one source, or to several that say so."""


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
        source = Source.model_validate({"id": path.stem, **file.data})
    except ValidationError as error:
        raise RegistryError("\n".join(describe_problems(error, file))) from error
    if twice := [f"{file.place(keys)}: entry '{url}' stands there already" for keys, url in _named_again(source)]:
        raise RegistryError("\n".join(twice))
    return source


def _entries_of(source: Source) -> list[tuple[tuple[str | int, ...], str]]:
    """Return where each entry that may be asked for stands, and its address."""
    lists = {"entries": source.entries, "spare_entries": source.spare_entries}
    return [((name, n, "url"), entry.url) for name, entries in lists.items() for n, entry in enumerate(entries)]


def _named_again(source: Source) -> list[tuple[tuple[str | int, ...], str]]:
    entries = _entries_of(source)
    return [(keys, url) for n, (keys, url) in enumerate(entries) if url in {known for _, known in entries[:n]}]


def _claimed_twice(folder: Path, sources: dict[str, Source]) -> Iterator[str]:
    """Say which entries and hosts are of two sources: an article would be told twice, under two ids."""
    entries = find_claimed_twice((url, source.id) for source in sources.values() for _, url in _entries_of(source))
    for url, owners in entries:
        keys = next(keys for keys, known in _entries_of(sources[owners[1]]) if known == url)
        place = _place(folder, owners[1], keys)
        yield f"{place}: entry '{url}' is also of {owners[0]}"
    hosts = find_claimed_twice(
        (host, source.id) for source in sources.values() for host in source.hosts - SHARED_PLATFORMS
    )
    for host, owners in hosts:
        if any(host not in sources[it].articles.shared_hosts for it in owners):
            place = _place(folder, owners[1], _keys_of_hosts(sources[owners[1]]))
            yield f"{place}: host '{host}' is also of {owners[0]}; if it is of both, shared_hosts of both names it"


def _keys_of_hosts(source: Source) -> tuple[str | int, ...]:
    return ("articles", "hosts") if source.articles.hosts else ("homepage",)


def _place(folder: Path, source_id: str, keys: tuple[str | int, ...]) -> str:
    return read_source_file(folder / f"{source_id}.toml", SHIPPED_SOURCES).place(keys)


def find_sources(registry: dict[str, Source], names: Collection[str]) -> list[Source]:
    """Return the named sources, each once. Raises UnknownSourceError naming the ids, and what was probably meant."""
    if unknown := [name for name in names if name not in registry]:
        asked = [f"{name} ({meant})" if (meant := did_you_mean(name, registry)) else name for name in unknown]
        raise UnknownSourceError(
            f"unknown source: {', '.join(asked)}; the registry has {counted(len(registry), 'source')}"
        )
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
