"""Digests of a body by which the next answer is compared with it, made in one linear pass and without parsing.

Two answers can differ in their bytes and still say the same: tokens, scripts and remarks change with every answer, and
so do the counters of a channel's messages. Only what extraction does not read is left out here. So two bodies with the
same gist give the same records, and the second need not be kept. The reverse does not hold: a body may be kept although
it says the same; that costs one row, and extraction finds its records equal.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise

from scrapers.page_words import words_sha256
from scrapers.records import CaptureRole

_OPENINGS = re.compile(rb"<!--|<script(?=[\s>])|<style(?=[\s>])")
_CLOSINGS = {
    b"<!--": re.compile(rb"--!?>"),
    b"<script": re.compile(rb"</script(?=[\s/>])"),
    b"<style": re.compile(rb"</style(?=[\s/>])"),
}
"""Looked for from the second byte on: the parser ends a remark that is written `<!-->` or `<!--->` at once."""

_TAG = re.compile(rb"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*+>")
_MAX_TAG_BYTES = 2_000
"""Behind the name of a script or style; in a longer tag nothing is left out."""

_TOKENS = re.compile(rb"(?i)<(?:input\b(?![^<>]{0,2000}password)|meta\s+name=[\"']?csrf-)[^<>]{0,2000}>")
"""Fields of forms, and the tokens of frameworks that are given out anew with each page. A field for a password is read:
it tells a login wall."""

_MESSAGE = re.compile(rb'data-post="([A-Za-z0-9_]{3,40}/\d{1,10})"')
_MESSAGE_ENDS = re.compile(rb"tgme_widget_message_wrap|tme_messages_more|</section|</main|</body|<script")
_COUNTER = re.compile(
    rb'(<[a-z]+ class="tgme_widget_message_(?:views|voters|poll_option_percent)\b[^<>]{0,200}>)[^<>]*'
)
_REACTIONS = re.compile(rb'<div class="tgme_widget_message_reactions\b')
_TAG_OR_SPACE = re.compile(rb"<([^<>]*)>|\s+")
_READ_ATTRIBUTES = re.compile(rb'(?:^|\s)(?:href|class|datetime|data-post)="[^"]*"')
"""Attributes of a message that count. The others, addresses of pictures and tokens, are new with each answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gist:
    """Hex digests of a body."""

    body_sha256: str
    words_sha256: str | None = None
    """Its sentences (`scrapers.page_words`); None where it has none, and of a mere entry."""
    readable_sha256: str | None = None
    """All of a page that extraction can read; None for what is no page."""
    messages: Mapping[str, str] = field(default_factory=dict)
    """Of a channel's page: of each message without its counters, by `handle/number`, in lower case."""


def gist_of(body: bytes, role: CaptureRole) -> Gist:
    """Return the gist of what was answered."""
    body_sha256 = sha256(body).hexdigest()
    match role:
        case CaptureRole.ENTRY:
            return Gist(body_sha256=body_sha256)
        case CaptureRole.PAGE:
            readable = sha256(readable_part(body)).hexdigest()
            return Gist(body_sha256=body_sha256, words_sha256=words_sha256(body), readable_sha256=readable)
        case CaptureRole.BOTH:
            return Gist(body_sha256=body_sha256, words_sha256=words_sha256(body), messages=message_digests(body))


def readable_part(body: bytes) -> bytes:
    """Return a page without scripts (but for structured data), styles, remarks, tokens, and most fields of forms.

    >>> readable_part(b"<p>Snow.</p><!-- made in 0.2 s --><script>track(7)</script>")
    b'<p>Snow.</p>'
    """
    lower = body.lower()
    kept: list[bytes] = []
    at = 0
    while found := _OPENINGS.search(lower, at):
        closing = _CLOSINGS[found[0]].search(lower, found.start() + 2)
        if closing is None:
            break
        read_until = _read_until(lower, found, closing.start())
        kept.append(body[at : found.start() if read_until is None else read_until])
        at = _end_of_closing(lower, closing.start()) if read_until is None else read_until
    return _TOKENS.sub(b"", b"".join((*kept, body[at:])))


def _read_until(lower: bytes, opening: re.Match[bytes], ends: int) -> int | None:
    """Return up to where a script, style or remark has to be kept; None where none of it has."""
    if opening[0] == b"<!--":
        return ends if b"<meta" in lower[opening.end() : ends] else None  # rights are searched in bytes
    tag = _TAG.match(lower, opening.start(), opening.end() + _MAX_TAG_BYTES)
    if tag is None or tag[0].endswith(b"/>"):  # which the parser takes for an element without content
        return opening.end()
    return ends if b"ld+json" in tag[0] else None


def _end_of_closing(lower: bytes, ends: int) -> int:
    closed = lower.find(b">", ends, ends + 100)
    return closed + 1 if closed >= 0 else ends + 1


def message_digests(body: bytes) -> dict[str, str]:
    """Return the digest of each message of a channel's page, by `handle/number` in lower case."""
    marks = list(_MESSAGE.finditer(body))
    borders = [*(max(0, body.rfind(b"<", 0, mark.start())) for mark in marks), len(body)]
    parts: dict[str, list[bytes]] = {}
    for mark, (start, limit) in zip(marks, pairwise(borders), strict=True):
        end = _MESSAGE_ENDS.search(body, mark.end(), limit)
        of_message = body[start : body.rfind(b"<", start, end.start() + 1) if end else limit]
        parts.setdefault(mark[1].decode().lower(), []).append(_told(of_message))
    return {name: sha256(b"\n".join(told)).hexdigest() for name, told in parts.items()}


def _told(message: bytes) -> bytes:
    reactions = _REACTIONS.search(message)
    if reactions and (closed := message.find(b"</div>", reactions.end())) >= 0:
        message = message[: reactions.start()] + message[closed:]
    return _TAG_OR_SPACE.sub(_plain_tag, _COUNTER.sub(rb"\1", message)).strip()


def _plain_tag(found: re.Match[bytes]) -> bytes:
    inside = found[1]
    if inside is None:
        return b" "
    name = inside.split(None, 1)[0] if inside.split() else b""
    return b"<" + name + b"".join(_READ_ATTRIBUTES.findall(inside)) + b">"
