"""Patterns of paths, as robots.txt and tdmrep.json have them, and which of very many match a path.

As in RFC 9309, 2.2.2 and 2.2.3: a pattern is a prefix, with `*` for anything and `$` for the end; the signs themselves
are written %2A and %24; of several that match the longest counts. No number of patterns is refused: a path is only
compared with those of its beginning that hold nothing which it lacks, each in one pass.
"""

from dataclasses import dataclass, field
from typing import Generic, TypeVar
from urllib.parse import unquote

_Said = TypeVar("_Said")


@dataclass(frozen=True, slots=True)
class _Pattern:
    written: str
    place: int
    """Among the patterns of its table, in the order in which they were added."""
    parts: tuple[str, ...]
    """Between the stars, unquoted."""

    def matches(self, path: str) -> bool:
        """Whether an unquoted path is meant.

        The first place of each part serves as well as any, so that stars without number take no more time than others.
        """
        first, *others = self.parts
        if not path.startswith(first):
            return False
        last = others.pop() if others and self.written.endswith("$") else None
        at = len(first)
        for part in others:
            found = path.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        if last is not None:
            return path.endswith(last) and len(path) - len(last) >= at
        return at == len(path) or not self.written.endswith("$")


@dataclass(slots=True)
class PathPatterns(Generic[_Said]):
    """What is said of paths, by pattern."""

    _said: dict[str, list[_Said]] = field(default_factory=dict)
    """By pattern, as written."""
    _by_start: dict[str, list[tuple[str, _Pattern]]] = field(default_factory=dict)
    """Patterns, and the longest of their further parts, by what a path must begin with."""
    _start_lengths: set[int] = field(default_factory=set)

    def add(self, pattern: str, said: _Said) -> None:
        """Say something of a pattern; it may be said of before."""
        if pattern not in self._said:
            self._add_pattern(pattern)
        self._said.setdefault(pattern, []).append(said)

    def said_of(self, path: str) -> list[_Said]:
        """What is said by the longest patterns that match an unquoted path, in the order in which they were added."""
        matching = [
            pattern
            for n_chars in self._start_lengths
            if n_chars <= len(path)
            for part, pattern in self._by_start.get(path[:n_chars], ())
            if part in path and pattern.matches(path)
        ]
        longest = max((len(it.written) for it in matching), default=0)
        ordered = sorted((it for it in matching if len(it.written) == longest), key=lambda it: it.place)
        return [said for it in ordered for said in self._said[it.written]]

    def _add_pattern(self, written: str) -> None:
        parts = tuple(map(unquote, written.removesuffix("$").split("*")))
        pattern = _Pattern(written, len(self._said), parts)
        self._by_start.setdefault(parts[0], []).append((max(parts[1:], key=len, default=""), pattern))
        self._start_lengths.add(len(parts[0]))
