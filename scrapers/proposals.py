"""The registry file that `sources add` proposes: first a draft of all that a site may have, then what held when probed.

Country and zone follow the top-level domain, which is a guess and is marked so. A proposal is a candidate with the
default rights, disabled when no way in was found: a person reads it, completes it, and decides.
"""

from collections.abc import Iterable
from datetime import date
from urllib.parse import urljoin, urlsplit

import tomlkit
from tomlkit.items import AoT, InlineTable, Table

from scrapers.check_reports import CheckReport, EntryCheck
from scrapers.records import Kind
from scrapers.registry import REGION_WIDE, Grade, State
from scrapers.scouting import COMMON_FEEDS, COMMON_SITEMAPS, Scouted
from scrapers.site_addresses import sibling_hosts

_HOMES = {
    "kg": ("KG", "Asia/Bishkek", "ky"),
    "kz": ("KZ", "Asia/Almaty", "kk"),
    "uz": ("UZ", "Asia/Tashkent", "uz"),
    "tj": ("TJ", "Asia/Dushanbe", "tg"),
    "tm": ("TM", "Asia/Ashgabat", "tk"),
}
"""By top-level domain, and by the language that is spoken in one country: country, zone, language."""

_KINDS_BY_WORTH = ("feed", "sitemap", "wordpress", "listing")
"""A feed has titles and times and is one request; a listing has neither."""


def draft_toml(homepage: str, scouted: Scouted, *, delay_s: float | None, today: date) -> str:
    """Return the registry file of a site that has all entries it names, or else those that sites usually have."""
    document = _head(homepage, scouted, _languages(scouted.language, ()), delay_s=delay_s)
    document["status"] = _status(State.CANDIDATE, f"a draft of {today}", today)
    entries = tomlkit.aot()
    for url, kind in _ways_in(homepage, scouted).items():
        entries.append(_entry(kind, url, Grade.GUESS, "to be probed", None))
    document["entries"] = entries
    document["articles"] = tomlkit.item({"hosts": _hosts(homepage, ())})
    return tomlkit.dumps(document)


def propose(homepage: str, scouted: Scouted, report: CheckReport, *, delay_s: float | None) -> str:
    """Return the registry file of what held when the draft was probed."""
    today = report.checked_on
    articles = [page for page in report.pages if page.verdict == Kind.ARTICLE]
    languages = _languages(scouted.language, [page.language for page in articles if page.language])
    document = _head(homepage, scouted, languages, delay_s=delay_s)
    document.add(tomlkit.comment("Name, country, languages and zone are for a person to confirm."))
    document["evidence"] = _facts(scouted)
    good, spare, dead = _sorted_entries(report.entries, {*scouted.feeds, *scouted.sitemaps})
    found = "not looked at by a person" if good else "no way in was found"
    state = State.CANDIDATE if good else State.DISABLED
    document["status"] = _status(state, f"proposed by `kabarchy sources add` on {today}, {found}", today)
    for name, entries in (("entries", good), ("spare_entries", spare), ("dead_entries", dead)):
        listed = _entries(entries, today)
        if name == "spare_entries":
            for handle in scouted.telegram:
                listed.append(
                    _entry("telegram", f"https://t.me/s/{handle}", Grade.SEEN, "linked by the home page", None)
                )
        if listed:
            document[name] = listed
    document["articles"] = _articles(homepage, [page.url for page in articles])
    document["rights"] = _rights(report, today)
    return tomlkit.dumps(document)


def _ways_in(homepage: str, scouted: Scouted) -> dict[str, str]:
    """Return the kind of each address to be probed, each once: many a robots.txt names the feed as a sitemap."""
    by_kind = {
        "feed": scouted.feeds or COMMON_FEEDS,
        "sitemap": scouted.sitemaps or COMMON_SITEMAPS,
        "listing": (homepage,),
    }
    ways: dict[str, str] = {}
    for kind, urls in by_kind.items():
        for url in urls:
            ways.setdefault(urljoin(homepage, url), kind)
    return ways


def _head(homepage: str, scouted: Scouted, languages: list[str], *, delay_s: float | None) -> tomlkit.TOMLDocument:
    host = urlsplit(homepage).hostname or ""
    spoken = (scouted.language or "").partition("-")[0]
    by_language = next((home for home in _HOMES.values() if home[2] == spoken), (REGION_WIDE, "UTC", ""))
    country, zone, _ = _HOMES.get(host.rpartition(".")[2], by_language)
    document = tomlkit.document()
    said = {"preset": scouted.preset, "name": scouted.name or host, "homepage": homepage, "country": country}
    for key, value in {**said, "languages": languages, "timezone": zone, "delay_s": delay_s}.items():
        if value is not None:
            document.add(key, tomlkit.item(value))
    return document


def _languages(declared: str | None, detected: Iterable[str]) -> list[str]:
    tags = [tag for tag in detected if tag != "und"] or [declared.partition("-")[0] if declared else "und"]
    return list(dict.fromkeys(tags))


def _status(state: State, reason: str, today: date) -> Table:
    table = tomlkit.table()
    table.update({"state": state.value, "since": today, "reason": reason})
    return table


def _facts(scouted: Scouted) -> Table:
    table = tomlkit.table()
    table["timezone"] = _evidence(Grade.GUESS, "by the top-level domain, else by the language", None)
    declared = f"; the home page declares {scouted.language}" if scouted.language else ""
    table["languages"] = _evidence(Grade.SEEN, f"detected on the pages that were probed{declared}", None)
    return table


def _sorted_entries(
    checked: Iterable[EntryCheck], named: set[str]
) -> tuple[list[EntryCheck], list[EntryCheck], list[EntryCheck]]:
    """Return what to crawl, what to keep as spare, and what the site names in vain."""
    works = [it for it in checked if it.problem is None and it.n_articles]
    best = next((kind for kind in _KINDS_BY_WORTH if any(it.kind == kind for it in works)), None)
    first = next((it for it in works if it.kind == best), None)
    good = [first] if first else []
    return good, [it for it in works if it not in good], [it for it in checked if it.problem and it.url in named]


def _entries(entries: Iterable[EntryCheck], today: date) -> AoT:
    listed = tomlkit.aot()
    for it in entries:
        found = it.problem or it.found
        listed.append(_entry(it.kind, it.url, Grade.PROBED, found, today))
    return listed


def _entry(kind: str, url: str, grade: Grade, note: str, checked: date | None) -> Table:
    table = tomlkit.table()
    table.update({"kind": kind, "url": url, "evidence": _evidence(grade, note, checked)})
    return table


def _evidence(grade: Grade, note: str, checked: date | None) -> InlineTable:
    said = tomlkit.inline_table()
    said.update({"grade": grade.value} | ({"checked": checked} if checked else {}) | {"note": note})
    return said


def _articles(homepage: str, urls: list[str]) -> Table:
    table = tomlkit.table()
    table["hosts"] = _hosts(homepage, urls)
    table.add(tomlkit.comment("allow = ['…']: write the pattern of an article's address; a listing needs one."))
    if urls:
        table["examples"] = urls
    return table


def _hosts(homepage: str, urls: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*sibling_hosts(homepage), *(urlsplit(url).netloc.lower() for url in urls)]))


def _rights(report: CheckReport, today: date) -> Table:
    table = tomlkit.table()
    table.update({"level": "metadata", "basis": "default"})
    if report.reservations:
        table.update({"tdm_reserved": True, "checked_at": today})
    return table
