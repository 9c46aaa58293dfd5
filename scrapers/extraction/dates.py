"""When a page was published and last changed, by its own account, its entry's, its address and what it shows.

Witnesses are asked in this order: JSON-LD; meta and microdata; the source's selector; `<time>`; the hint of the feed or
sitemap; the address; the date shown beside the headline, or else the only one on the page; a meta element that is named
just "date". Besides:

* Where witnesses for machines name different days, the day shown beside the headline wins if one of them confirms it,
  unless the page was changed on that day. (Of 537 pages this decides those of three sites, all rightly; without a
  confirmation the day shown was as often wrong as right.)
* A date known to the day borrows the time from a later witness of the same day.
* Refused are dates more than a day after the capture, dates before 1990, and what is no day of the calendar; then the
  next witness is asked.
* Where no witness is left, htmldate's fast search of the markup is asked for the day.

Measured on 2026-11-25: all days of fundus and the Russian pages, .946 on postlight, .892 of the 352 of trafilatura's
corpus (trafilatura .878). Of its 38 others trafilatura misses 27 as well: years and months mistyped, days of a change
or an event. Three are the day in UTC, where ours is the newsroom's; three are found by htmldate's extensive search
alone, which on those pages is as often wrong: no date is better than a wrong one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from htmldate import find_date
from lxml.html import HtmlElement

from scrapers.extraction.date_text import WrittenDate, read_date
from scrapers.extraction.date_words import DAYS_BACK
from scrapers.extraction.page import NameSearch, Page, count_chars, text_of
from scrapers.extraction.page_lines import Neighbourhood
from scrapers.records import Capture, DateOrigin, Precision
from scrapers.registry import Source

OLDEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No outlet of the region was on the web before."""

_FUTURE = timedelta(days=1)  # an outlet's clock or zone may be off by hours, not by more than a day

_PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "og:published_time", "og:pubdate", "article:published",
    "article:published:time",
    "datepublished", "mediator_published_time", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "pubdate", "publishdate", "publish-date", "publish_date", "published_date", "publication_date",
    "article.published", "rnews:datepublished", "dcterms.issued", "dcterms.created", "dc.date.issued", "dcterms.date",
    "dc.created", "datecreated", "article:post_date", "created",
)  # fmt: skip
_UNCERTAIN_META = ("date", "dc.date")
"""Names that do not say of what they are the date. Where another day is shown beside the headline, that is the right
one on six pages of eight (2026-11-25)."""

_MODIFIED_META = (
    "article:modified_time", "og:article:modified_time", "og:updated_time", "datemodified", "dcterms.modified",
    "dc.date.modified", "lastmod", "last-modified",
)  # fmt: skip
_URL_DAY = re.compile(
    r"/(?P<y>(?:19|20)\d{2})(?P<sep>[/-]?)(?P<m>0[1-9]|1[0-2])(?P=sep)(?P<d>0[1-9]|[12]\d|3[01])(?=[/_-]|$)"
)
_MAX_LINE_CHARS = 150  # a line of date, author, section and counters; more is prose
_MAX_LINE_WORDS = 8  # of a line that ends like a sentence
_MAX_YEARLESS_CHARS = 40  # "4 января" in a longer line may be an event
_DATELINE_CHARS = 60  # a paragraph may open with its date and time: "10:14, 20 января 2021, Бишкек - "
_CLOCK_ERROR = timedelta(minutes=15)  # a cached header lags, the outlet's clock goes wrong
_YEAR = re.compile(r"(?:19|20)\d\d|[./]\d\d\b")
_LABEL = re.compile(
    r"(?i)(?:дата(?: публикации)?|время публикации|опубликовано|размещено|добавлено|отправлено|жарыяланган|жарияланған"
    r"|жарияланды|e.lon qilingan|chop etilgan|эълон қилинган|нашр шуд|çap edildi|published|posted|date"
    r"|datum|veröffentlicht|erstellt|publi[ée])\b"
)
"""How a line begins that says when the page was published."""

_DATELINE = re.compile(r"^[^\W\d]?[\d. /:,-]{8,}\s*[-–—|:]\s|^\d{1,2}[\s.-]\s?[^\W\d]+[\s,]+\d{4}\s*[-–—|:]\s")
"""A paragraph that opens with its day: "27.1.2022 - Text"."""

_TODAY = re.compile(rf"(?i)^\W*(?:{'|'.join(word for word, n in DAYS_BACK.items() if n == 0)})\W(?=.*\d{{4}})")
"""A line that tells the reader which day it is: the page's clock."""

_MAX_FURTHER = 3  # short lines that must agree on the day, where nothing marks the date
_CHANGED = re.compile(
    r"(?i)обновл|изменен|updated|modified|өзгөрт|жаңырт|жаңарт|yangilan|янгилан|täzelen|aktualis|mis à jour"
)
_DATE_TAGS = ("span", "div", "p", "time", "td", "li", "em", "small", "b", "strong", "i", "font")
_DATE_NAME = NameSearch(
    re.compile(
        r"(?i)(?<![a-z])(?:date|time|datetime|publish(?:ed)?|pubdate|posted|data|дата)(?![a-z]{3})|pub-?date|entry-date"
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A publication time and how it is known."""

    at: datetime
    """UTC; midnight of the source's zone for precision day."""
    precision: Precision
    origin: DateOrigin
    raw: str
    zone_assumed: bool


@dataclass(frozen=True, slots=True)
class _Witness:
    origin: DateOrigin
    date: WrittenDate


def read_published(page: Page, capture: Capture, source: Source, near: Neighbourhood) -> Published | None:
    """Choose the publication time; None when no witness gives an acceptable one."""
    first: _Witness | None = None
    for witness in _witnesses(page, capture, source, near):
        if not _is_acceptable(witness.date, capture.fetched_at, source.zone):
            continue
        if first is None:
            first = witness
        if _settles(first, witness):
            return _published(_mended(first, witness), source.zone)
    if first is None and (searched := _searched(page, capture, source)) is not None:
        first = _Witness(DateOrigin.VISIBLE, searched)
    return None if first is None else _published(first, source.zone)


def _settles(first: _Witness, witness: _Witness) -> bool:
    """Whether a later witness completes the first: it adds the time of the same day, or the true offset of a "Z"."""
    if first.date.precision is Precision.DAY:
        return witness.date.precision is not Precision.DAY and witness.date.wall.date() == first.date.wall.date()
    return not _is_doubtful_utc(first.date) or _is_same_wall_elsewhere(first.date, witness.date)


def _is_doubtful_utc(date: WrittenDate) -> bool:
    """Whether a date says UTC: content systems print local time with a "Z"."""
    return date.zone is not None and date.zone.utcoffset(date.wall) == timedelta(0)


def _is_same_wall_elsewhere(one: WrittenDate, other: WrittenDate) -> bool:
    same_wall = one.wall.replace(second=0) == other.wall.replace(second=0)
    return same_wall and other.zone is not None and other.zone.utcoffset(other.wall) != timedelta(0)


def _mended(first: _Witness, witness: _Witness) -> _Witness:
    return witness if first.date.precision is Precision.DAY or _is_doubtful_utc(first.date) else first


def _published(witness: _Witness, zone: ZoneInfo) -> Published:
    date = witness.date
    return Published(
        at=date.at(zone),
        precision=date.precision,
        origin=witness.origin,
        raw=date.raw,
        zone_assumed=date.zone is None,
    )


def read_modified(page: Page, capture: Capture, source: Source) -> datetime | None:
    """Return when the page says that it was last changed, in UTC; None when it does not say."""
    said = (
        page.structured.modified,
        *(page.first_meta(name) for name in _MODIFIED_META),
        _microdata(page, "dateModified"),
    )
    for raw in said:
        date = read_date(raw, fetched_at=capture.fetched_at, zone=source.zone) if raw else None
        if date is not None and _is_acceptable(date, capture.fetched_at, source.zone):
            return date.at(source.zone)
    return None


def _is_acceptable(date: WrittenDate, fetched_at: datetime, zone: ZoneInfo) -> bool:
    try:
        return OLDEST <= date.at(zone) <= fetched_at + _FUTURE
    except OverflowError:
        return False


def _witnesses(page: Page, capture: Capture, source: Source, near: Neighbourhood) -> Iterator[_Witness]:
    said = [
        _Witness(origin, date)
        for origin, raw in _said(page, capture, source)
        if (date := read_date(raw, fetched_at=capture.fetched_at, zone=source.zone))
    ]
    outvoted = _day_against_the_first(said, page, capture, source, near)
    yield from sorted(said, key=lambda witness: outvoted is not None and witness.date.wall.date() != outvoted)
    if in_url := _day_in_url(page.url, capture, source):
        yield _Witness(DateOrigin.URL, in_url)
    for date in _shown(page, near, fetched_at=capture.fetched_at, zone=source.zone):
        yield _Witness(DateOrigin.VISIBLE, date)
    for raw in (content for name in _UNCERTAIN_META for content in page.meta.get(name, ())):
        if uncertain := read_date(raw, fetched_at=capture.fetched_at, zone=source.zone):
            yield _Witness(DateOrigin.META, uncertain)


def _day_against_the_first(
    said: list[_Witness], page: Page, capture: Capture, source: Source, near: Neighbourhood
) -> date | None:
    """Return the day beside the headline where another witness confirms it against the first, and it is no change's."""
    days = [{w.date.wall.date(), _day_at(w.date, source.zone)} for w in said]
    if all(days[0] & others for others in days[1:]):
        return None
    lines = (line for line in near.after if _YEAR.search(line))
    dates = (_date_of_line(line, fetched_at=capture.fetched_at, zone=source.zone) for line in lines)
    day = next((shown.wall.date() for shown in dates if shown), None)
    modified = read_modified(page, capture, source)
    is_change = modified is not None and day in (modified.date(), modified.astimezone(source.zone).date())
    return None if day in days[0] or is_change else day


def _day_at(written: WrittenDate, zone: ZoneInfo) -> date | None:
    try:
        return written.at(zone).astimezone(zone).date()
    except OverflowError:
        return None


def _searched(page: Page, capture: Capture, source: Source) -> WrittenDate | None:
    """Return the day that htmldate finds anywhere in the markup, for the few pages where nothing else gives one."""
    day = find_date(page.root, original_date=True, extensive_search=False, min_date=OLDEST, max_date=capture.fetched_at)
    date = read_date(day, fetched_at=capture.fetched_at, zone=source.zone) if day else None
    return None if date is None or _is_page_clock(date, capture.fetched_at, source.zone) else date


def _said(page: Page, capture: Capture, source: Source) -> Iterator[tuple[DateOrigin, str]]:
    """Yield what is written for machines, strongest first."""
    in_meta = [content for name in _PUBLISHED_META for content in page.meta.get(name, ())]
    hint_origin = DateOrigin.SITEMAP if capture.entry_kind == "sitemap" else DateOrigin.FEED
    said = (
        (DateOrigin.JSON_LD, (page.structured.published,)),
        (DateOrigin.META, (*in_meta, _microdata(page, "datePublished"))),
        (DateOrigin.SELECTOR, _selected(page.root, source.selectors.date)),
        (DateOrigin.META, (_time_element(page.root),)),
        (hint_origin, (capture.hints.published,)),
    )
    return ((origin, raw) for origin, raws in said for raw in raws if raw)


def _selected(root: HtmlElement, css: str | None) -> tuple[str, ...]:
    if css is None:
        return ()
    return tuple(e.get("datetime") or e.get("content") or text_of(e) for e in root.cssselect(css))


def _microdata(page: Page, name: str) -> str | None:
    for element in page.items.get(name, ()):
        if said := element.get("datetime") or element.get("content") or text_of(element):
            return said
    return None


def _time_element(root: HtmlElement) -> str | None:
    """Return the first `<time datetime>` of the page that is not in a list of other articles."""
    for element in root.iterfind(".//time[@datetime]"):
        if not any(a.tag in ("aside", "nav", "footer", "li") or _is_card(a) for a in element.iterancestors()):
            return str(element.get("datetime"))
    return None


def _is_card(element: HtmlElement) -> bool:
    """Whether an element is a link that holds more than a time: a time may link to its own page."""
    return element.tag == "a" and any(child.tag != "time" for child in element)


def _day_in_url(url: str, capture: Capture, source: Source) -> WrittenDate | None:
    match = _URL_DAY.search(urlsplit(url).path)
    if match is None:
        return None
    iso = f"{match['y']}-{match['m']}-{match['d']}"
    return read_date(iso, fetched_at=capture.fetched_at, zone=source.zone)


def _shown(page: Page, near: Neighbourhood, *, fetched_at: datetime, zone: ZoneInfo) -> Iterator[WrittenDate]:
    """Yield the dates shown: those that a line names as publication, else near the headline and in date elements."""
    for line in (*(line for line in near.further if _LABEL.match(line)), *near.after):
        if date := _date_of_line(line, fetched_at=fetched_at, zone=zone):
            yield date
    for line in (*_date_elements(page.root), *near.before):
        date = None if _TODAY.match(line) else _date_of_line(line, fetched_at=fetched_at, zone=zone)
        if date is not None and not _is_page_clock(date, fetched_at, zone):
            yield date
    if date := _only_date(near.further, fetched_at=fetched_at, zone=zone):
        yield date


def _only_date(lines: tuple[str, ...], *, fetched_at: datetime, zone: ZoneInfo) -> WrittenDate | None:
    """Return the one day that the page's short lines show, in its most exact form; None when they show several."""
    dates = [
        date
        for line in lines
        if not _TODAY.match(line)
        and (date := _date_of_line(line, fetched_at=fetched_at, zone=zone))
        and _YEAR.search(date.raw)
        and not _is_page_clock(date, fetched_at, zone)
    ]
    if len({date.wall.date() for date in dates[:_MAX_FURTHER]}) != 1:
        return None
    return min(dates, key=lambda date: date.precision is Precision.DAY)


def _is_page_clock(date: WrittenDate, fetched_at: datetime, zone: ZoneInfo) -> bool:
    """Whether a date away from the headline is the clock in the page's header: it shows the hour of the crawl."""
    if date.precision is Precision.DAY:
        return date.wall.date() == fetched_at.astimezone(zone).date()
    try:
        return abs(date.at(zone) - fetched_at) < _CLOCK_ERROR
    except OverflowError:
        return False


def _date_elements(root: HtmlElement) -> Iterator[str]:
    for element in root.iter(*_DATE_TAGS):
        if _DATE_NAME.finds(element) and count_chars(element) <= _MAX_LINE_CHARS:
            yield text_of(element)


def _date_of_line(line: str, *, fetched_at: datetime, zone: ZoneInfo) -> WrittenDate | None:
    if changed := _CHANGED.search(line[:_MAX_LINE_CHARS]):
        line = line[: changed.start()].rstrip(" ,;|/(·-–—")  # "Published: ..., updated: ..."
    is_prose = len(line) > _MAX_LINE_CHARS or (
        line.endswith((".", "!", "?", "…")) and len(line.split()) > _MAX_LINE_WORDS
    )
    date = read_date(line[:_DATELINE_CHARS] if is_prose else line, fetched_at=fetched_at, zone=zone)
    if date is None:
        return None
    has_year, has_time = _YEAR.search(date.raw) is not None, date.precision is not Precision.DAY
    if is_prose:
        return date if has_year and (has_time or _DATELINE.match(line)) else None
    if has_year or has_time:
        return date if has_year or len(line) <= _MAX_YEARLESS_CHARS else None
    # "Today's word", "Погода сегодня": a word for a day is a date only when it stands alone
    is_word = not any(map(str.isdigit, line))
    return date if len(line) <= _MAX_YEARLESS_CHARS and (not is_word or line.casefold() in DAYS_BACK) else None
