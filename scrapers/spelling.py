"""What a misspelt word was probably meant to be."""

from collections.abc import Collection
from difflib import SequenceMatcher, get_close_matches

_MAX_NEAREST = 3
_TIE = 0.05  # of difflib's measure: 1ba is as much like 1ab as like 1bc


def nearest(word: str, known: Collection[str]) -> list[str]:
    """Return the known words that are most like another one, several where they are alike; empty when none is."""
    close = get_close_matches(word, sorted(known), n=_MAX_NEAREST)
    return [it for it in close if _likeness(it, word) > _likeness(close[0], word) - _TIE]


def did_you_mean(word: str, known: Collection[str]) -> str | None:
    """Return the question to ask; None when no known word is like it.

    >>> did_you_mean("outlte", ["outlet", "other"]), did_you_mean("1ba", ["1ab", "1bc"]), did_you_mean("x", ["outlet"])
    ('did you mean outlet?', 'did you mean 1bc or 1ab?', None)
    """
    meant = nearest(word, known)
    return f"did you mean {' or '.join(meant)}?" if meant else None


def _likeness(known: str, word: str) -> float:
    return SequenceMatcher(a=known, b=word).ratio()
