"""What the archive of a probe says about a source: entry by entry, page by page, selector by selector. Reads only."""

from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from protego import Protego

from scrapers.archive import ArchivedCrawl
from scrapers.check_reports import CheckReport, EntryCheck, PageCheck, RobotsCheck, SelectorCheck, definition_sha256
from scrapers.extraction.address import own_address
from scrapers.extraction.decode import decode_html
from scrapers.extraction.extract import extract
from scrapers.extraction.page import parse_page
from scrapers.extraction.prescreen import screen
from scrapers.identity import normalise_url
from scrapers.outcomes import UrlOutcome
from scrapers.records import Article, Capture, CaptureRole, Kind, Outcome, Rejection, RejectionReason
from scrapers.registry import Entry, ListingEntry, SitemapEntry, Source, TelegramEntry
from scrapers.robots import decode_robots
from scrapers.settings import ROBOTS_TOKEN
from scrapers.targets import entry_address, refusal
from scrapers.tdm import SiteFile, SiteRights

POSTS_SHOWN = 3
"""Of a channel's preview: as many as pages are fetched of a site."""

GOOD_SHARE = 2 / 3
"""Of the pages: one of three may be a gallery or a video without text, as outlets have them."""


def judge(crawl: ArchivedCrawl, source: Source) -> CheckReport:
    """Return what a probe of a source found. `crawl` took all entries, the spare ones included."""
    captures = [stored.capture for stored in crawl.captures()]
    entries = tuple(_check_entries(crawl, source))
    spare = {normalise_url(it.url) for it in source.spare_entries if isinstance(it, TelegramEntry)}
    used = [it for it in captures if it.request_url not in spare]
    pages = (*_check_captures(used, source), *_check_unread(crawl.outcomes))
    return CheckReport(
        source_id=source.id,
        checked_at=crawl.summary.started_at,
        definition_sha256=definition_sha256(source),
        finish_reason=crawl.summary.finish_reason,
        robots=tuple(_check_robots(crawl)),
        reservations=tuple(dict.fromkeys(_reservations(crawl, captures))),
        entries=entries,
        pages=pages,
        selectors=tuple(_check_selectors(captures, source)),
        problems=tuple(_problems(crawl.summary.finish_reason, entries, pages)),
    )


def _problems(finish_reason: str, entries: Iterable[EntryCheck], pages: tuple[PageCheck, ...]) -> Iterator[str]:
    if finish_reason != "finished":
        yield f"the probe ended early: {finish_reason}"
    yield from (f"{it.kind} {it.url}: {it.problem}" for it in entries if it.is_crawled and it.problem)
    if not pages:
        yield "no article page was reached"
    elif sum(not it.problems for it in pages) < GOOD_SHARE * len(pages):
        yield from (f"{it.url}: {', '.join(it.problems)}" for it in pages if it.problems)


def _check_entries(crawl: ArchivedCrawl, source: Source) -> Iterator[EntryCheck]:
    outcomes = {it.url: it for it in crawl.outcomes}
    for entry in (*source.entries, *source.spare_entries):
        yield _check_entry(entry, crawl, source, outcomes)


def _check_entry(entry: Entry, crawl: ArchivedCrawl, source: Source, outcomes: dict[str, UrlOutcome]) -> EntryCheck:
    ours = [it for it in outcomes.values() if _is_of(it, entry)]
    pages = {it.url for it in ours} | {it.url for it in outcomes.values() if it.entry_url in {own.url for own in ours}}
    found = [it.discovery for it in crawl.discoveries if it.page_url in pages]
    links = [link.url for it in found for link in it.links]
    n_articles = sum(refusal(url, source) is None for url in links)
    if isinstance(entry, TelegramEntry):
        n_articles = sum(len(it.posts) for it in found)
    failed = [_end(it) for it in ours if it.outcome is not Outcome.FETCHED]
    return EntryCheck(
        url=entry.url,
        kind=entry.kind,
        is_crawled=entry in source.entries,
        problem=_entry_problem(ours, failed, len(links), n_articles),
        n_links=len(links),
        n_articles=n_articles,
    )


def _is_of(outcome: UrlOutcome, entry: Entry) -> bool:
    """Whether an outcome is an entry's own. What a dated one was asked for belongs to the entry as it is written."""
    if isinstance(entry, SitemapEntry | ListingEntry) and entry.is_dated:
        return outcome.entry_url == entry.url and outcome.role is not CaptureRole.PAGE
    return outcome.entry_url is None and outcome.url == entry_address(entry)


def _entry_problem(ours: list[UrlOutcome], failed: list[str], n_links: int, n_articles: int) -> str | None:
    if not ours:
        return "had no turn"
    if len(failed) == len(ours):
        return failed[0]
    if n_articles == 0:
        return _useless(n_links)
    return None


def _useless(n_links: int) -> str:
    if n_links == 0:
        return "names nothing"
    which = "its only link is not" if n_links == 1 else f"none of its {n_links} links is"
    return f"{which} an article by the rules"


def _check_captures(captures: Iterable[Capture], source: Source) -> Iterator[PageCheck]:
    for capture in captures:
        if capture.role is not CaptureRole.ENTRY:
            told = [it for it in extract(capture, source).records if not _is_withheld(it)]
            for record in told[:POSTS_SHOWN]:
                yield _check_record(record, capture, source)


def _is_withheld(record: Article | Rejection) -> bool:
    """Whether it was taken down: that says nothing of the source."""
    return isinstance(record, Rejection) and record.reason is RejectionReason.WITHHELD


def _check_record(record: Article | Rejection, capture: Capture, source: Source) -> PageCheck:
    if isinstance(record, Rejection):
        why = f"rejected: {record.reason.value}" + (f" ({record.detail})" if record.detail else "")
        return PageCheck(url=capture.request_url, verdict=why, problems=(why,))
    return PageCheck(
        url=record.url,
        verdict=record.kind.value,
        problems=tuple(_missing(record, source)),
        title=record.title,
        published_at=record.published_at,
        published_origin=record.published_origin,
        published_precision=record.published_precision,
        authors=record.authors,
        section=record.section,
        language=record.language,
        language_declared=record.language_declared,
        n_chars=record.n_chars,
        text_origin=record.text_origin,
        excerpt=record.excerpt,
    )


def _missing(article: Article, source: Source) -> Iterator[str]:
    if article.title is None and article.kind is Kind.ARTICLE:
        yield "no title"
    if article.published_at is None:
        yield "no date"
    spoken = {tag.partition("-")[0] for tag in source.languages}
    if article.language.partition("-")[0] not in spoken:
        yield f"language {article.language} is none of the source's"


def _check_unread(outcomes: Iterable[UrlOutcome]) -> Iterator[PageCheck]:
    """Yield the pages that were asked for and did not come."""
    for it in outcomes:
        is_asked = it.outcome is Outcome.FAILED or it.reason == "robots"
        if it.role is CaptureRole.PAGE and is_asked:
            yield PageCheck(url=it.url, verdict=_end(it), problems=(_end(it),))


def _end(outcome: UrlOutcome) -> str:
    detail = f" ({outcome.detail})" if outcome.detail else ""
    return f"{outcome.outcome.value}: {outcome.reason}{detail}"


def _check_selectors(captures: Iterable[Capture], source: Source) -> Iterator[SelectorCheck]:
    roots = [root for it in captures if it.role is CaptureRole.PAGE and (root := _root(it)) is not None]
    said = source.selectors.model_dump(exclude={"evidence"}, exclude_none=True)
    for key, value in said.items():
        for css in (value,) if isinstance(value, str) else value:
            n_matched = sum(bool(root.cssselect(css)) for root in roots)
            yield SelectorCheck(key=key, css=css, n_matched=n_matched, n_pages=len(roots))


def _root(capture: Capture) -> HtmlElement | None:
    if screen(capture.body) is not None:
        return None
    html = decode_html(capture.body, capture.headers)
    page = parse_page(html, own_address(capture)) if html else None
    return page.root if page else None


def _check_robots(crawl: ArchivedCrawl) -> Iterator[RobotsCheck]:
    for file in robots_files(crawl):
        rules = Protego.parse(decode_robots(file.body if file.status == 200 else b""))
        yield RobotsCheck(
            url=file.asked_url,
            status=file.status,
            crawl_delay_s=rules.crawl_delay(ROBOTS_TOKEN),
            sitemaps=tuple(rules.sitemaps),
        )


def robots_files(crawl: ArchivedCrawl) -> list[SiteFile]:
    """Return what was answered for the robots.txt of each host."""
    return [file for file in crawl.site_files if urlsplit(file.asked_url).path == "/robots.txt"]


def _reservations(crawl: ArchivedCrawl, captures: Iterable[Capture]) -> Iterator[str]:
    """Yield what reserves text and data mining, each sign once a host."""
    rights = SiteRights.read(crawl.site_files)
    for capture in captures:
        said = rights.reservation(capture.final_url, capture.headers, capture.body)
        if said.is_reserved:
            yield f"{urlsplit(capture.final_url).netloc}: {said.signals}"
