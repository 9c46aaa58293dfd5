"""Taking withheld articles out of the archive, so that their bytes are gone and the books still balance.

A crawl's file that holds anything of them is written anew beside, flushed, and renamed over the old one. In it

* a page of a withheld article keeps its address, status and headers; its body is empty, and the record's header
  `Kabarchy-Withheld` says why;
* an entry (feed, sitemap, listing, list in JSON) that names one loses its body in the same way: it carries no records,
  and where it led stands in the discovery beside it;
* a channel page carries other posts too: only the message, and previews of it in replies, are emptied, and its place
  is marked, so that the positions of the others stay;
* on other articles' pages the links to it lose their words; the rest of the page stays, byte for byte;
* what entries said about it (headline, date) is taken out of captures and discoveries.

A metadata record of kind `redaction` before the summary names the captures. Addresses stay: the books of a crawl need
them, and they are what must not be asked for again. Nothing is written when there is nothing to take out.
"""

import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin

from lxml import html as lxml_html
from lxml.etree import ParserError
from lxml.html import HtmlElement

from scrapers.archive import read_header, read_parts, rewritten_response
from scrapers.capture_places import WITHHELD
from scrapers.data_root import fsync_folder
from scrapers.outcomes import parse_instant
from scrapers.records import CaptureRole
from scrapers.takedowns import MARK, Register, TakedownReason, withheld_words
from scrapers.warc import NewRecord, WarcRecord, read_records, record_bytes

_HINTS = ("title", "published", "modified")
_ADDRESS = re.compile(rb"https?:(?:\\?/){2}[^\s\"'<>]{1,2000}")
"""An absolute address in a body; slashes may be escaped, as in JSON."""
_HREF = re.compile(rb"\bhref\s*=\s*(\"[^\"]{0,2000}\"|'[^']{0,2000}'|[^\s>]{1,2000})", re.IGNORECASE)
_OPENS_LINK = re.compile(rb"<a\b", re.IGNORECASE)
_WITHIN_TAG = re.compile(rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*+")
_CLOSES_LINK = re.compile(rb"</a\s*>", re.IGNORECASE)
_MAX_ATTRIBUTES_BYTES, _MAX_WORDS_BYTES = 4_000, 20_000
"""Of a link, before or behind its address, and between its tags. Any real one has fewer."""


@dataclass(slots=True)
class _Redaction:
    """One file on its way."""

    source_id: str
    register: Register
    carried: Mapping[str, str]
    """Withheld article by the page capture that is known to carry it."""
    leading: frozenset[str] = frozenset()
    """Addresses of entries that led to a withheld article."""
    changed: list[str] = field(default_factory=list)
    known: dict[str, str | None] = field(default_factory=dict)
    """Answers so far: the same links stand on all pages of a site."""

    def withheld(self, address: str, base: str | None = None) -> str | None:
        absolute = urljoin(base, address) if base else address
        if absolute not in self.known:
            self.known[absolute] = self.register.withheld_id(self.source_id, absolute)
        return self.known[absolute]

    def words(self, article_id: str) -> str:
        return withheld_words(self.register.reasons[article_id], article_id)


def redact_crawl(
    path: Path, register: Register, *, carried: Mapping[str, str] | None = None, is_torn_allowed: bool = False
) -> bool:
    """Take what is withheld out of one crawl's file; says whether anything had to be.

    `carried`: withheld article by page capture, for pages that carry one under another address than their own.
    `is_torn_allowed`: a torn tail is dropped rather than refused. Waits for another process that does the same. Raises
    ArchiveDamagedError and OSError; then the file is as it was.
    """
    if read_header(path).source_id not in register.sources:  # nearly all: the file need not be read for that
        return False
    with _held(path) as old:
        parts = read_parts(path, is_torn_allowed=is_torn_allowed)
        work = _Redaction(parts.header.source_id, register, carried or {})
        work.leading = frozenset(
            stored.page_url
            for stored in parts.discoveries
            if any(work.withheld(link.url) for link in stored.discovery.links)
        )
        aside = path.with_name(f".redacting-{path.name}.new")  # so that nobody takes what a kill leaves for a crawl
        try:
            with aside.open("wb") as new:
                is_changed = _write_redacted(path, parts.n_bytes, old, new, work)
            if is_changed:
                aside.replace(path)
                fsync_folder(path.parent)
        finally:
            aside.unlink(missing_ok=True)
    return is_changed


@contextmanager
def _held(path: Path) -> Iterator[BinaryIO]:
    """Open a crawl's file, and keep off others who would write it anew: a takedown and extraction meet here."""
    while True:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if os.fstat(file.fileno()).st_ino == path.stat().st_ino:  # else it was written anew while we waited
                yield file
                return


def _write_redacted(path: Path, n_bytes: int, old: BinaryIO, new: BinaryIO, work: _Redaction) -> bool:
    """Write the file without what is withheld, durably; says whether anything had to be taken out."""
    is_changed = False
    for record in _whole_records(path, n_bytes):
        redacted = _redact(record, work)
        if work.changed and record.headers.get("kabarchy-kind") == "summary":
            new.write(record_bytes(_note(work, record)))
        old.seek(record.offset)
        new.write(old.read(record.length) if redacted is None else record_bytes(redacted))
        is_changed = is_changed or redacted is not None
    new.flush()
    os.fsync(new.fileno())
    return is_changed


def _whole_records(path: Path, n_bytes: int) -> Iterator[WarcRecord]:
    for record in read_records(path):
        yield record
        if record.offset + record.length >= n_bytes:
            return


def _redact(record: WarcRecord, work: _Redaction) -> NewRecord | None:
    """The record without what is withheld; None when it can stay as it is."""
    if "kabarchy-capture" in record.headers:
        return _redact_capture(record, work)
    if record.headers.get("kabarchy-kind") == "discovery":
        said = json.loads(record.payload)
        if _drop_hints(said.get("links", []), work):
            return _as_new(record, json.dumps(said, ensure_ascii=False).encode())
    return None


def _redact_capture(record: WarcRecord, work: _Redaction) -> NewRecord | None:
    said = json.loads(record.headers["kabarchy-capture"])
    address, role = record.headers["warc-target-uri"], CaptureRole(said["role"])
    why = _withheld_whole(said, address, role, record.payload, work)
    if why is not None:
        body = b""
    elif role is CaptureRole.BOTH:
        body = _without_messages(record.payload, address, work)
    else:
        body = _without_link_words(record.payload, address, work)
    has_hints = why is not None and any(name in said for name in _HINTS)
    if body == record.payload and not has_hints:
        return None
    work.changed.append(said["capture_id"])
    kept = {name: value for name, value in said.items() if why is None or name not in _HINTS}
    headers = {"Kabarchy-Capture": json.dumps(kept), **({WITHHELD: why} if why else {})}
    return rewritten_response(record, body, headers)


def _withheld_whole(said: dict[str, Any], address: str, role: CaptureRole, body: bytes, work: _Redaction) -> str | None:
    """Why a capture loses its whole body, as the header says it; None when it does not."""
    if work.register.has_left(work.source_id):
        return str(TakedownReason.SOURCE_OPTOUT)
    if role is CaptureRole.PAGE:
        own = work.withheld(said["request_url"]) or work.withheld(address) or work.carried.get(said["capture_id"])
        return work.words(own) if own else None
    if role is CaptureRole.ENTRY and (said["request_url"] in work.leading or _names_any(body, address, work)):
        return "names a withheld article"
    return None


def _names_any(body: bytes, base: str, work: _Redaction) -> bool:
    found = {match.group().replace(rb"\/", b"/") for match in _ADDRESS.finditer(body)}
    return any(work.withheld(_text(it), base) for it in found) or _links_to_any(body, base, work)


def _links_to_any(body: bytes, base: str, work: _Redaction) -> bool:
    return any(work.withheld(_text(href), base) for href in set(_HREF.findall(body)))


def _without_link_words(body: bytes, base: str, work: _Redaction) -> bytes:
    kept: list[bytes] = []
    at = 0
    for href in _HREF.finditer(body):
        if href.start() < at or work.withheld(_text(href[1]), base) is None:
            continue
        if (found := _link_around(body, href)) is not None:
            opens, closes = found
            kept += [body[at:opens], b"<a href=" + href[1] + b">"]
            at = closes
    return b"".join((*kept, body[at:]))


def _link_around(body: bytes, href: re.Match[bytes]) -> tuple[int, int] | None:
    """Return where the link begins that has this address, and where its closing tag does; None when it is no link."""
    first = max(0, href.start() - _MAX_ATTRIBUTES_BYTES)
    opens = max((it.start() for it in _OPENS_LINK.finditer(body, first, href.start())), default=None)
    ends = body.find(b">", href.end(), href.end() + _MAX_ATTRIBUTES_BYTES)
    if opens is None or ends < 0 or _WITHIN_TAG.fullmatch(body, opens, href.start()) is None:
        return None
    closes = _CLOSES_LINK.search(body, ends, ends + _MAX_WORDS_BYTES)
    return (opens, closes.start()) if closes else None


def _text(address: bytes) -> str:
    """An address as it stands in markup, without its quotes and escapes."""
    return unescape(address.strip(b"\"'").decode("utf-8", "replace"))


def _without_messages(body: bytes, base: str, work: _Redaction) -> bytes:
    """A channel page without the withheld messages and without previews of them; as it was when there are none."""
    try:
        root = lxml_html.document_fromstring(body, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (ValueError, ParserError):
        return body
    emptied = [
        _empty_message(element, work.words(named))
        for element in root.iterfind(".//*[@data-post]")
        if element.get(MARK) is None and (named := work.withheld(f"/{element.get('data-post')}", base))
    ]
    emptied += [
        _empty(element)
        for element in root.iterfind(".//a[@href]")
        if (len(element) or element.text) and work.withheld(element.get("href") or "", base)
    ]
    return lxml_html.tostring(root, encoding="utf-8", doctype="<!DOCTYPE html>") if emptied else body


def _empty_message(element: HtmlElement, why: str) -> bool:
    element.set(MARK, why)
    return _empty(element)


def _empty(element: HtmlElement) -> bool:
    for child in list(element):
        element.remove(child)
    element.text = None
    return True


def _drop_hints(links: list[dict[str, Any]], work: _Redaction) -> bool:
    named = [link for link in links if any(name in link for name in _HINTS) and _is_withheld(link["url"], work)]
    for link in named:
        for name in _HINTS:
            link.pop(name, None)
    return bool(named)


def _is_withheld(address: str, work: _Redaction) -> bool:
    return work.register.has_left(work.source_id) or work.withheld(address) is not None


def _as_new(record: WarcRecord, payload: bytes) -> NewRecord:
    return NewRecord(
        type=record.type,
        at=parse_instant(record.headers["warc-date"]),
        content_type=record.headers["content-type"],
        payload=payload,
        url=record.headers.get("warc-target-uri"),
        headers={"Kabarchy-Kind": record.headers["kabarchy-kind"]},
    )


def _note(work: _Redaction, summary: WarcRecord) -> NewRecord:
    return replace(
        _as_new(summary, json.dumps({"capture_ids": work.changed}).encode()), headers={"Kabarchy-Kind": "redaction"}
    )
