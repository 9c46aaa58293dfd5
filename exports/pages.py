"""Templates of `exports/templates`: HTML with everything escaped, Markdown with table cells made safe."""

from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from importlib.resources import files
from urllib.parse import urlsplit

import jinja2

from exports.labels import counted, grouped, name_country, name_language
from exports.unmarkable import replace_unmarkable

_LEAST_SHARE = 0.0005
"""What is less is 0.0 % when rounded."""
_MARKDOWN_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_{}[]<>#|!"} | {"\n": " ", "\r": " "})


def render(template: str, **values: object) -> str:
    """Render a template. Every value is escaped in `*.html.j2`; in Markdown the filter `cell` makes a cell safe.

    A name that the template uses and that is not given is an error.
    """
    text = _environment().get_template(template).render(**values)
    return replace_unmarkable(text) if template.endswith(".html.j2") else text


@cache
def _environment() -> jinja2.Environment:
    """Templates, each compiled once in a process."""
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "cell": _cell,
        "bare": _bare,
        "count": _count,
        "counted": counted,
        "size": _size,
        "instant": _instant,
        "web": _web_address,
        "percent": _percent,
        "language": name_language,
        "country": name_country,
    }
    return environment


def templates_sha256() -> str:
    """Hash of all templates: tells whether pages were made by this version of them."""
    texts = sorted((file.name, file.read_bytes()) for file in files("exports.templates").iterdir() if file.is_file())
    return sha256(repr(texts).encode()).hexdigest()


def _read(name: str) -> str:
    return files("exports.templates").joinpath(name).read_text(encoding="utf-8")


def _cell(value: object) -> str:
    r"""Escape for a cell of a Markdown table.

    >>> _cell("a|b <script>")
    'a\\|b \\<script\\>'
    """
    return "" if value is None else str(value).translate(_MARKDOWN_SPECIAL)


def _count(value: int | None) -> str:
    """See `labels.grouped`; a dash where there is no number."""
    return "–" if value is None else grouped(value)


def _size(n_bytes: int) -> str:
    """Bytes for people, in powers of ten.

    >>> _size(1536000)
    '1.5 MB'
    """
    if n_bytes < 1000:
        return f"{n_bytes} B"
    size, unit = n_bytes / 1000, "kB"
    for larger in ("MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.1f} {unit}"


def _instant(value: datetime | None) -> str:
    """An instant to the minute, in UTC; a dash where there is none."""
    return "–" if value is None else value.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _percent(value: float | None) -> str:
    """A share as a percentage; a dash where it is not known. Only what is wholly so is 0 % or 100 %.

    >>> _percent(0.98765), _percent(None), _percent(1.0), _percent(0.9999), _percent(0.0001)
    ('98.8 %', '–', '100 %', '> 99.9 %', '< 0.1 %')
    """
    if value is None:
        return "–"
    if value in {0, 1}:
        return f"{100 * value:.0f} %"
    if value < _LEAST_SHARE:
        return "< 0.1 %"
    return "> 99.9 %" if value > 1 - _LEAST_SHARE else f"{100 * value:.1f} %"


def _bare(value: str) -> str:
    """An address as words, in place of a headline: without what all addresses begin with.

    >>> _bare("https://t.me/s/channel/7")
    't.me/s/channel/7'
    """
    return value.removeprefix("https://").removeprefix("http://")


def _web_address(value: str) -> str:
    """The address if it is one of the web, else `#`: an address comes from outside and may hold a script."""
    return value if urlsplit(value).scheme in ("http", "https") else "#"
