"""Numbers with the words that they count, in what is told to people."""


def counted(n: int, word: str, plural: str | None = None) -> str:
    """Return a number with what it counts, in digits that a program can read too. `plural`: else with an s.

    >>> counted(1, "article"), counted(1200, "article"), counted(0, "entry", "entries")
    ('1 article', '1200 articles', '0 entries')
    """
    return f"{n} {numbered(n, word, plural)}"


def numbered(n: int, word: str, plural: str | None = None) -> str:
    """Return the word for one or for several of a thing. `plural`: else with an s."""
    return word if n == 1 else plural or f"{word}s"
