"""A source's TOML file as it is written: its preset laid under it, and the place of each key for messages.

What many outlets of one platform share stands once, in `presets/<name>.toml` of the registry folder, else of the
shipped one. A source that says `preset = "<name>"` gets every key of it that it does not set itself; tables are laid
together key by key, lists and values of the source replace those of the preset. Entries of the preset come behind the
source's own, without those that the source names itself in any of its lists. The address of an entry may be relative:
it is then of the source's home page. `recognise` of a preset is a pattern by which home pages of its platform are
known; it is no key of a source.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

PRESETS = "presets"
RECOGNISE = "recognise"
ENTRY_LISTS = ("entries", "spare_entries", "dead_entries")

_PRESET_NAME = re.compile(r"^[a-z0-9_]+$")
_HEADER = re.compile(r"^\s*(\[\[?)\s*([\w.\"'-]+)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w.\"'-]+)\s*=")

Keys = tuple[str | int, ...]


class BadSourceFileError(Exception):
    """A file is no TOML, or names a preset that cannot be had; the message names file and line."""


@dataclass(frozen=True, slots=True)
class TomlFile:
    """One file as read."""

    path: Path
    text: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A source's file and the preset under it."""

    own: TomlFile
    preset: TomlFile | None
    data: dict[str, Any]
    """Both together."""

    def place(self, location: Sequence[str | int]) -> str:
        """Say where a key stands, as `file:line: key`: in the file from which its value came."""
        keys = _real_keys(self.data, location)
        file, keys_there = self._origin(keys)
        line = find_line(file.text, keys_there)
        return f"{file.path}{f':{line}' if line else ''}: {'.'.join(map(str, keys_there)) or 'as a whole'}"

    def _origin(self, keys: Keys) -> tuple[TomlFile, Keys]:
        if self.preset is None or _has(self.own.data, keys):
            return self.own, keys
        if len(keys) > 1 and keys[0] in ENTRY_LISTS and isinstance(keys[1], int):
            behind_own = keys[1] - len(self.own.data.get(str(keys[0]), ()))
            return (self.own, keys) if behind_own < 0 else (self.preset, (keys[0], behind_own, *keys[2:]))
        return (self.preset, keys) if _has(self.preset.data, keys) else (self.own, keys)


def read_source_file(path: Path, shipped: Path) -> SourceFile:
    """Read a source's file with its preset, looked up beside it, then in the `shipped` registry folder.

    Raises BadSourceFileError.
    """
    own = _read_toml(path)
    preset = _read_preset(own, shipped) if "preset" in own.data else None
    data = _with_absolute_entries(own.data)
    if preset:
        own_keys = {key: value for key, value in preset.data.items() if key != RECOGNISE}
        under = _with_absolute_entries({**own_keys, "homepage": own.data.get("homepage")})
        data = {**_lay_over(under, data), **_entries_of_both(under, data)}
    return SourceFile(own, preset, data)


def find_line(text: str, keys: Keys) -> int | None:
    r"""Return the line, counted from 1, on which a key or the nearest table around it stands.

    >>> find_line("a = 1\n[[entries]]\nkind = 'feed'\n", ("entries", 0, "kind"))
    3
    """
    found, depth = None, 0
    table: Keys = ()
    counts: dict[str, int] = defaultdict(int)
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table_keys(header.group(2), header.group(1) == "[[", counts)
            here = table
        elif key := _KEY.match(line):
            here = (*table, *_split(key.group(1)))
        else:
            continue
        if keys and here[: len(keys)] == keys:  # the key, or the first that stands in it
            return number
        if len(here) > depth and keys[: len(here)] == here:
            found, depth = number, len(here)
    return found


def recognise_preset(html: str, registries: Iterable[Path]) -> str | None:
    """Return the name of the preset by whose pattern a home page is known; None when none is.

    Of several the last by name: `x_y` is a special case of `x`. Raises BadSourceFileError naming file and pattern.
    """
    found: list[str] = []
    for path in sorted(path for folder in registries for path in (folder / PRESETS).glob("*.toml")):
        pattern = _read_toml(path).data.get(RECOGNISE)
        try:
            if isinstance(pattern, str) and re.search(pattern, html):
                found.append(path.stem)
        except re.error as error:
            raise BadSourceFileError(f"{path}: {RECOGNISE}: {error} (got {pattern!r})") from error
    return max(found, default=None)


def find_claimed_twice(claims: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """Return what is claimed more than once, with its claimants, from pairs of (what, who)."""
    claimants: dict[str, list[str]] = defaultdict(list)
    for what, who in claims:
        claimants[what].append(who)
    return [(what, who) for what, who in claimants.items() if len(who) > 1]


def _read_toml(path: Path) -> TomlFile:
    try:
        text = path.read_text(encoding="utf-8")
        return TomlFile(path, text, tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise BadSourceFileError(f"{path}{f':{line.group(1)}' if line else ''}: {error}") from error


def _read_preset(own: TomlFile, shipped: Path) -> TomlFile:
    name = own.data["preset"]
    folders = (own.path.parent / PRESETS, shipped / PRESETS)
    usable = isinstance(name, str) and _PRESET_NAME.match(name)
    found = next((path for folder in folders if usable and (path := folder / f"{name}.toml").is_file()), None)
    if found is None:
        line = find_line(own.text, ("preset",))
        raise BadSourceFileError(f"{own.path}:{line}: preset: no such preset (got {name!r})")
    return _read_toml(found)


def _lay_over(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    both = {
        key: _lay_over(under[key], value)
        for key, value in over.items()
        if isinstance(value, dict) and isinstance(under.get(key), dict)
    }
    return {**under, **over, **both}


def _entries_of_both(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    own = {name: over.get(name, []) for name in ENTRY_LISTS if isinstance(over.get(name, []), list)}
    named = [entry.get("url") for entries in own.values() for entry in entries if isinstance(entry, dict)]
    return {
        name: [*entries, *(entry for entry in under.get(name, []) if entry.get("url") not in named)]
        for name, entries in own.items()
    }


def _with_absolute_entries(data: dict[str, Any]) -> dict[str, Any]:
    homepage = data.get("homepage")
    lists = {name: data[name] for name in ENTRY_LISTS if isinstance(data.get(name), list)}
    if not isinstance(homepage, str):
        return data
    return {**data, **{name: [_absolute(entry, homepage) for entry in entries] for name, entries in lists.items()}}


def _absolute(entry: Any, homepage: str) -> Any:
    if not isinstance(entry, dict) or not str(entry.get("url", "")).startswith("/"):
        return entry
    try:
        return {**entry, "url": urljoin(homepage, entry["url"])}
    except ValueError:  # the home page is no address, which its own validation says
        return entry


def _real_keys(data: Any, location: Sequence[str | int]) -> Keys:
    """Leave out of a validator's location what is no key of the data: the names of a union's members."""
    keys: list[str | int] = []
    here = data
    for position, part in enumerate(location):
        is_key = (isinstance(here, dict) and part in here) or (isinstance(here, list) and isinstance(part, int))
        if is_key:
            here = here[part]
        if is_key or position == len(location) - 1:
            keys.append(part)
    return tuple(keys)


def _has(data: Any, keys: Keys) -> bool:
    try:
        for key in keys:
            data = data[key]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _table_keys(name: str, is_list: bool, counts: dict[str, int]) -> Keys:
    """Return the keys of a table's header, with the position of each list that it stands in."""
    if is_list:
        counts[name] += 1
    keys: list[str | int] = []
    parts = _split(name)
    for position, part in enumerate(parts, start=1):
        keys.append(part)
        if n_seen := counts.get(".".join(parts[:position]), 0):
            keys.append(n_seen - 1)
    return tuple(keys)


def _split(name: str) -> list[str]:
    return [part.strip("\"'") for part in name.split(".")]
