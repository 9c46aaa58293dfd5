"""What of a page's bytes is worth another look: its sentences, without counters, tokens, boxes and scripts.

Nearly every page differs in some byte at every look. Whether it was edited decides when it is looked at again, and
must be known in the crawl, where no page may be parsed: so this is one linear pass over bytes, and a guess. What it
takes for an edit costs a few requests; what it overlooks is still archived, and compared in earnest after extraction.
"""

import re
from hashlib import sha256

SENTENCE_MIN_BYTES = 120
"""Of a run of text between two tags: headlines and teasers in boxes have up to 100 letters and no full stop in them,
the first lines of a paragraph have more. 120 bytes are 60 letters in Cyrillic."""

_RUN = re.compile(rb">([^<>]{%d,})<" % SENTENCE_MIN_BYTES)
_STOPS = (b".", b"!", b"?")  # asked first, because nearly every paragraph ends with one
_FULL_STOP = re.compile(rb"(?:[.!?]|\xe2\x80\xa6)(?:[\"')]|\xc2\xbb|\xe2\x80\x9d)*(?:\s|$)")
_HEADLINE = re.compile(rb"(?i)<h1\b[^<>]{0,500}>([^<>]{1,500})<")


def words_sha256(body: bytes) -> str | None:
    """Return the hash of a page's headline and sentences, hex; None when it has none."""
    shown = _without(_without(body, b"<script", b"</script"), b"<style", b"</style")
    sentences = [run for run in _RUN.findall(shown) if run.endswith(_STOPS) or _FULL_STOP.search(run)]
    if not sentences:
        return None
    said = b"\n".join((*_HEADLINE.findall(shown)[:1], *sentences))
    return sha256(b" ".join(said.split())).hexdigest()


def _without(body: bytes, start: bytes, end: bytes) -> bytes:
    """Cut out what stands between two tags in lower case; what is not ended reaches to the end of the page."""
    kept: list[bytes] = []
    at = 0
    while (begins := body.find(start, at)) >= 0:
        kept.append(body[at:begins])
        ends = body.find(end, begins)
        if ends < 0:
            return b"".join(kept)
        at = ends
    return b"".join((*kept, body[at:])) if kept else body
