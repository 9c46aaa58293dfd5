"""Characters that no markup can hold, not even escaped: one in a name and the whole feed is no XML any more."""

import re

_UNMARKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
"""What is not a character of XML 1.0 (section 2.2), and the controls beyond ASCII, which HTML takes for errors."""


def replace_unmarkable(text: str) -> str:
    r"""The text with the mark for a lost character in their place; line feeds and tabs may stay.

    >>> replace_unmarkable("a\x08b\n")
    'a\ufffdb\n'
    """
    return _UNMARKABLE.sub("\ufffd", text)
