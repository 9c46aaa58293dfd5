"""Links in the sample world's texts: `[label](target)`, and targets that name a page of another sample outlet."""

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

SAMPLE_SCHEME = "sample:"
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")


def resolve(target: str, base_urls: Mapping[str, str]) -> str:
    """Return the address of a target.

    >>> resolve("sample:tunduk_times/kabar/7", {"tunduk_times": "http://127.0.0.1:8760"})
    'http://127.0.0.1:8760/kabar/7'
    """
    if not target.startswith(SAMPLE_SCHEME):
        return target
    source_id, _, path = target.removeprefix(SAMPLE_SCHEME).partition("/")
    return f"{base_urls[source_id]}/{path}"


def to_html(text: str, base_urls: Mapping[str, str]) -> Markup:
    """Return escaped HTML of one paragraph: links become anchors, line breaks `<br/>`."""
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        href = escape(resolve(match[2], base_urls))
        parts += [escape(text[end : match.start()]), Markup('<a href="{}">{}</a>').format(href, match[1])]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])]).replace("\n", Markup("<br/>"))


def to_plain(text: str) -> str:
    """Return the text with labels in place of links.

    >>> to_plain("as [Dala](sample:dala_tany/1) writes")
    'as Dala writes'
    """
    return _LINK.sub(r"\1", text)
