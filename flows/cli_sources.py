"""The verb `sources`: what the registry says, and what the outlets themselves say to it."""

import asyncio
from dataclasses import asdict
from difflib import unified_diff
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from flows.checks import NewSite, NoCheck, check_sources, propose_source
from flows.cli_options import (
    PROBLEMS,
    HomeOption,
    JsonOption,
    MisusedError,
    Place,
    SourcesOption,
    log_to_stderr,
    open_place,
    print_json,
    print_rows,
    read_place,
    real_sources,
)
from flows.source_rows import describe, disabled_line, health_row, trouble_lines
from flows.status import read_sources
from scrapers.check_reports import CheckReport, PageCheck, definition_sha256, latest_report, report_path
from scrapers.counts import counted
from scrapers.data_root import DataRoot, write_beside
from scrapers.identity import BadUrlError
from scrapers.raising import raise_evidence
from scrapers.registry import Source, State, is_loopback_host
from scrapers.registry_folder import SHIPPED_SOURCES, find_sources, load_registry
from scrapers.site_addresses import clean_homepage, sibling_hosts, source_id_of

sources_app = typer.Typer(no_args_is_help=True, help="The registry of sources.")

SourceName = Annotated[str, typer.Argument(metavar="SOURCE", show_default=False)]


@sources_app.command("list")
def list_sources(
    about: Annotated[bool, typer.Option("--about", help="Say what each is, in place of how it fares.")] = False,
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
) -> None:
    """List every source and how it fares.

    Last check, health, last success, last new article, new articles in a week.
    Health is that of the last load, with the reason below the table where something is amiss, as why a source is
    disabled; `in 7 days` is what was new in the seven days before the latest crawl, with what is expected at least.
    With --json all of it and what each is.
    """
    settings = read_place(home, sources)
    registry, root = load_registry(settings.sources), DataRoot(settings.home)
    reports = {name: latest_report(root.checks, name) for name in registry}
    fares = read_sources(root, registry)
    if as_json:
        return print_json([describe(registry[it.source], reports[it.source]) | asdict(it) for it in fares])
    if about:
        print_rows([describe(source, reports[name]) for name, source in registry.items()])
    else:
        print_rows([health_row(it, reports[it.source]) for it in fares])
        typer.echo("".join(f"{line}\n" for it in fares for line in trouble_lines(it)), nl=False)
    typer.echo("".join(f"{line}\n" for line in map(disabled_line, registry.values()) if line), nl=False)
    return None


@sources_app.command("show")
def show_source(source: SourceName, home: HomeOption = None, sources: SourcesOption = None) -> None:
    """Show everything that the registry says about one source, as JSON."""
    (chosen,) = find_sources(load_registry(read_place(home, sources).sources), (source,))
    print_json(chosen.model_dump(mode="json"))


@sources_app.command("check")
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Look at these; none: only read the registry.", show_default=False),
    ] = None,
    look_at_all: Annotated[bool, typer.Option("--all", help="Look at every source that is not disabled.")] = False,
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at the named sources; without names only at the registry.

    Without names: read the registry as strictly as a run does, no request. With names or --all: look at each source.
    A look is one polite probe: robots.txt, every entry, three pages. Its report is kept in the data root; a candidate
    that passed is crawled from then on. Exit code 1 when a source did not pass.
    """
    registry = _load_some(read_place(home, sources).sources)
    if look_at_all:
        names = [source.id for source in registry.values() if source.status.state is not State.DISABLED]
    if not names:
        print_json(list(registry)) if as_json else typer.echo(f"{counted(len(registry), 'source')} can be used")
        return
    place = open_place(home, sources)
    chosen = find_sources(registry, names)
    place.require_contact(real_sources(chosen))
    found = asyncio.run(check_sources(place.settings, chosen, log_to_stderr()))
    if as_json:
        print_json([it.model_dump(mode="json") for it in found if isinstance(it, CheckReport)])
    for it in found:
        if isinstance(it, NoCheck):
            typer.echo(f"kabarchy: {it.source_id}: not checked: {it.problem}", err=True)
        elif not as_json:
            _print_report(it)
            _print_effect(it, registry[it.source_id], place.root)
    if not all(isinstance(it, CheckReport) and it.is_passed for it in found):
        raise typer.Exit(PROBLEMS)


@sources_app.command("raise")
def raise_grades(
    names: Annotated[list[str], typer.Argument(metavar="SOURCE…", show_default=False)],
    write: Annotated[bool, typer.Option("--write", help="Change the files; else only show what would change.")] = False,
    home: HomeOption = None,
    sources: SourcesOption = None,
) -> None:
    """Write what the last check of a source has proved. Asks nobody.

    Raises the evidence to what the check proved, and enables a candidate that passed.
    Shows the changed lines; writes them only when told to, and into the shipped registry only when it is named.
    """
    place = open_place(home, sources)
    if write:
        _require_own_registry(place, sources)
    for source in find_sources(place.registry, names):
        report = latest_report(place.root.checks, source.id)
        if report is None or report.definition_sha256 != definition_sha256(source):
            raise MisusedError(f"{source.id}: not checked as it is defined now: kabarchy sources check {source.id}")
        path = place.settings.sources / f"{source.id}.toml"
        old = path.read_text(encoding="utf-8")
        new = raise_evidence(old, report)
        changes = unified_diff(old.splitlines(), new.splitlines(), str(path), str(path), n=1, lineterm="")
        typer.echo("\n".join(changes) or f"{path}: nothing to raise")
        if write:
            write_beside(path, new)


@sources_app.command("add")
def add(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    url: Annotated[str, typer.Argument(metavar="URL", help="Home page of the outlet.", show_default=False)],
    source_id: Annotated[
        str | None, typer.Option("--id", help="Id of the source. [made from the host]", show_default=False)
    ] = None,
    delay_s: Annotated[float | None, typer.Option("--delay-s", help="Seconds between two requests. [5]")] = None,
    write: Annotated[bool, typer.Option("--write", help="Put the file into the registry folder.")] = False,
    home: HomeOption = None,
    sources: SourcesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at a site, and propose its registry file as a candidate.

    The file names feeds, sitemaps, languages, zone and channel.
    Looks at robots.txt and the home page, then once at each way in and at three pages. The proposal and one page are
    kept in the data root; nothing is crawled before a person, or `sources check`, has passed it.
    """
    place = open_place(home, sources)
    homepage = _require_new(url, source_id, place)
    if write:
        _require_own_registry(place, sources)
    place.require_contact([] if is_loopback_host(urlsplit(homepage).hostname or "") else [homepage])
    site = NewSite(url=url, source_id=source_id, delay_s=delay_s)
    proposal = asyncio.run(propose_source(place.settings, site, log_to_stderr()))
    path, fate = proposal.path, "kept, not in the registry (see --write)"
    if write:
        path, fate = place.settings.sources / path.name, "written"
        write_beside(path, proposal.toml)
    print_json(proposal.model_dump(mode="json")) if as_json else typer.echo(proposal.toml)
    typer.echo(f"{path}: {fate}; {proposal.golden or 'no page'} kept to look at", err=True)
    if not any(entry.problem is None for entry in proposal.report.entries):
        typer.echo(f"kabarchy: {proposal.source_id}: no way in was found", err=True)
        raise typer.Exit(PROBLEMS)


def _load_some(folder: Path) -> dict[str, Source]:
    """Read a registry that has sources. Raises RegistryError, and MisusedError when it has none."""
    registry = load_registry(folder)
    if not registry:
        raise MisusedError(f"{folder}: no source in this registry folder")
    return registry


def _require_own_registry(place: Place, named: Path | None) -> None:
    """Raise MisusedError when files would go into the shipped registry without being told so."""
    if named is None and place.settings.sources == SHIPPED_SOURCES.resolve():
        raise MisusedError("--write: name the registry folder with --sources; the shipped one is not written to")


def _require_new(url: str, source_id: str | None, place: Place) -> str:
    """Return the home page. Raise MisusedError when its site, with or without `www.`, or the id is a source already."""
    try:
        homepage = clean_homepage(url)
    except BadUrlError as error:
        raise MisusedError(str(error)) from error
    hosts, new_id = sibling_hosts(homepage), source_id or source_id_of(homepage)
    known = next((it.id for it in place.registry.values() if it.id == new_id or not it.hosts.isdisjoint(hosts)), None)
    if known:
        raise MisusedError(f"{source_id or hosts[0]}: is in the registry as {known}")
    return homepage


def _print_report(report: CheckReport) -> None:
    entries = [
        {
            "entry": it.url,
            "kind": it.kind,
            "crawled": it.is_crawled,
            "links": it.n_links,
            "articles": it.n_articles,
            "verdict": it.problem or "good",
        }
        for it in report.entries
    ]
    if entries:
        print_rows(entries, title=f"{report.source_id}: ways in")
    for page in report.pages:
        rows = [{"field": name, "found": value} for name, value in _fields(page).items()]
        print_rows(rows, title=f"{page.url}{': ' + ', '.join(page.problems) if page.problems else ''}")
    for it in report.selectors:
        typer.echo(f"selector {it.key} {it.css!r} matched on {it.n_matched} of {counted(it.n_pages, 'page')}")
    for robots in report.robots:
        delay = f", asks for {robots.crawl_delay_s:g} s" if robots.crawl_delay_s else ""
        typer.echo(f"{robots.url}: status {robots.status}{delay}, names {counted(len(robots.sitemaps), 'sitemap')}")
    for sign in report.reservations:
        typer.echo(f"reserves text and data mining: {sign}")
    typer.echo(f"{report.source_id}: {'passed' if report.is_passed else 'not passed'}")
    for problem in report.problems:
        typer.echo(f"  {problem}")


def _print_effect(report: CheckReport, source: Source, root: DataRoot) -> None:
    """Say what a check changes, and where its report is."""
    if source.status.state is State.DISABLED:
        typer.echo(disabled_line(source))
    elif source.status.state is State.CANDIDATE and report.is_passed:
        typer.echo(f"{source.id}: is crawled from now on; to enable it in its file: kabarchy sources raise {source.id}")
    typer.echo(f"report of {report.checked_on}: {report_path(root.checks, report)}")


def _fields(page: PageCheck) -> dict[str, object]:
    if page.n_chars is None:
        return {"verdict": page.verdict}
    return {
        "verdict": page.verdict,
        "title": page.title,
        "published": page.published_at and f"{page.published_at:%Y-%m-%d %H:%M:%S} UTC",
        "date from": page.published_origin and f"{page.published_origin}, to the {page.published_precision}",
        "authors": page.authors,
        "section": page.section,
        "language": f"{page.language} (the page declares {page.language_declared or 'none'})",
        "text": f"{counted(page.n_chars, 'character')} by {page.text_origin}: {page.excerpt}",
    }
