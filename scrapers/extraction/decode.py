"""From bytes to clean text: which charset a page is in, and the one normal form of all text that we keep.

A page's own word for its charset is a hint, not the truth. Bytes that are strictly valid UTF-8 are UTF-8, whatever the
page says. Otherwise header, meta and a guess are tried in this order, and the first whose result does not look strange
wins.
"""

import re
import unicodedata
from codecs import BOM_UTF8
from collections.abc import Iterator

from charset_normalizer import from_bytes
from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

_STRANGE_LIMIT = 0.3
"""Share of strange characters above which a decoding is doubted. Right decodings of Cyrillic pages stay below 0.1,
headlines in capitals included; koi8-r read as windows-1251 or the reverse exceed 0.6, since the two swap the cases."""

_HOPELESS_LIMIT = 0.5
_GUESS_BYTES = 32_768  # enough letters for a guess; charset-normalizer takes 0.1 s for them

_TAG = re.compile(rb"(?s)<(script|style)\b.*?</\1\s*>|<[^>]*>")
_SHARED_MISTAKES = re.compile(r"[\ufffd\x80-\x9f\u2500-\u259f]|(?<=[а-яёіїєґўА-ЯЁІЇЄҐЎ])[А-ЯЁІЇЄҐЎ]")
"""Replacement and C1 control characters, box drawing, and Cyrillic upper case within a word."""

_DROPPED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""Control, zero-width and direction characters, soft hyphens, unpaired surrogates, noncharacters."""

_DROPPED_SPACES = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
"""White space that is dropped, and separates nothing."""

_SPACES = re.compile(r"[^\S\n]+")


def decode_html(body: bytes, headers: tuple[tuple[str, str], ...]) -> str | None:
    """Decode a page; None when no charset gives sensible text."""
    bom_encoding, bom = read_bom(body)
    if bom_encoding is not None and bom is not None:
        return body[len(bom) :].decode(bom_encoding, "replace")
    if (text := _strict_utf8(body)) is not None:
        return text
    content_type = next((value for name, value in headers if name.lower() == "content-type"), None)
    best = min(_decodings(body, content_type), key=lambda found: found[0])
    return best[1] if best[0] <= _HOPELESS_LIMIT else None


def _strict_utf8(body: bytes) -> str | None:
    try:
        return body.removeprefix(BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _decodings(body: bytes, content_type: str | None) -> Iterator[tuple[float, str]]:
    """Yield (strangeness, text) by each candidate charset, ending with the first that is not strange."""
    tried: set[str] = set()
    for encoding in _candidates(body, content_type):
        if encoding in tried:
            continue
        tried.add(encoding)
        text = body.decode(encoding, "replace")
        strangeness = strange_share(text)
        yield strangeness, text
        if strangeness <= _STRANGE_LIMIT:
            return


def _candidates(body: bytes, content_type: str | None) -> Iterator[str]:
    for declared in (http_content_type_encoding(content_type), html_body_declared_encoding(body)):
        if declared and (known := resolve_encoding(declared)):
            yield known
    guess = from_bytes(_TAG.sub(b" ", body)[:_GUESS_BYTES]).best()
    if guess is not None:
        yield guess.encoding
    yield from ("utf-8", "cp1251", "koi8-r", "cp1252")


def strange_share(text: str) -> float:
    """Return the share of characters beyond ASCII that no right decoding would have given."""
    n_foreign = sum(not char.isascii() for char in text)
    return len(_SHARED_MISTAKES.findall(text)) / n_foreign if n_foreign else 0.0


def clean_text(text: str) -> str:
    r"""Return text in our normal form: NFC, no control or zero-width characters, lines kept.

    >>> clean_text("и\u0306од\u00ad\u200b \x00")
    'йод '
    """
    if text.isprintable():  # nothing of what is dropped is printable, nor is a line break
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    return unicodedata.normalize("NFC", _DROPPED.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def clean_line(text: str) -> str:
    r"""Return text in our normal form as one line: runs of white space become one space.

    >>> clean_line(" Ала \n  Тоо ")
    'Ала Тоо'
    """
    line = " ".join(text.split())
    if line.isprintable() and not _DROPPED_SPACES.search(text):
        return line if line.isascii() else unicodedata.normalize("NFC", line)
    return " ".join(clean_text(text).split())


def clean_lines(text: str) -> str:
    """Return text in our normal form with its lines kept, each trimmed, empty ones dropped."""
    lines = (_SPACES.sub(" ", line).strip() for line in clean_text(text).split("\n"))
    return "\n".join(line for line in lines if line)


def fold(text: str) -> str:
    """Return what two wordings of one text share: its letters and digits, in one case.

    >>> fold("«Кар» жаады!") == fold("КАР ЖААДЫ")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold().translate(_TOLD)


class _Told(dict[int, int | None]):
    """Which characters a folded text keeps, each looked up once in a process: every line of a page is folded."""

    def __missing__(self, code: int) -> int | None:
        char = chr(code)
        is_told = char.isalnum() or unicodedata.category(char)[0] == "M"
        return self.setdefault(code, code if is_told else None)


_TOLD = _Told()
