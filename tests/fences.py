"""The fenced blocks of a Markdown document, as a reader copies them."""

import re

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def fenced(text: str) -> list[tuple[str, str]]:
    """Language (empty where none is said) and text of each block, in order."""
    return [(language, block.rstrip("\n")) for language, block in _BLOCK.findall(text)]
