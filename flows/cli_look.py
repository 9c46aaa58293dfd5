"""The verbs that look: `releases`, `status`. They read files and need neither Prefect nor a network."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from exports.diff import diff_releases
from exports.publish import publish_releases
from exports.release import list_releases
from exports.target import open_target
from exports.verify import verify_release
from exports.versions import read_versions
from flows.cli_options import (
    PROBLEMS,
    HomeOption,
    JsonOption,
    MisusedError,
    SourcesOption,
    open_place,
    print_json,
    print_rows,
)
from flows.status import Status, read_status

releases_app = typer.Typer(no_args_is_help=True, help="The releases that were cut.")

ReleaseId = Annotated[str, typer.Argument(metavar="RELEASE", show_default=False)]


@releases_app.command("list")
def show_releases(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the releases, oldest first, with what changed in each."""
    rows = [
        {
            "release": release.id,
            "created": release.manifest.created,
            "path": release.path,
            **({} if release.manifest.changes is None else release.manifest.changes.model_dump()),
        }
        for release in list_releases(open_place(home).root.releases)
    ]
    print_json(rows) if as_json else print_rows(rows)


@releases_app.command("verify")
def verify(
    release: Annotated[
        str | None, typer.Argument(metavar="[RELEASE]", help="None: the latest.", show_default=False)
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a release through every gate again, from what is on disk; exit code 1 when one fails."""
    results = verify_release(_find_release(open_place(home).root.releases, release))
    rows = [{"gate": gate.name, "ok": gate.is_ok, "detail": gate.detail} for gate in results]
    print_json(rows) if as_json else print_rows(rows)
    if not all(gate.is_ok for gate in results):
        raise typer.Exit(PROBLEMS)


@releases_app.command("diff")
def diff(old: ReleaseId, new: ReleaseId, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Say which articles differ between two releases."""
    releases = open_place(home).root.releases
    found = diff_releases(_find_release(releases, old), _find_release(releases, new))
    if as_json:
        print_json(asdict(found))
        return
    changes = {"added": found.added, "modified": found.modified, "deleted": found.deleted}
    print_rows([{"change": name, "articles": len(ids)} for name, ids in changes.items()])
    typer.echo(f"{found.n_unchanged} articles unchanged; --json lists the ids of the others", err=True)


@releases_app.command("publish")
def publish(
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="URL",
            help="file:///a/folder or s3://bucket/prefix. [KABARCHY_PUBLISH_TO]",
            show_default=False,
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publish what is not yet at a folder or bucket, and the catalogue; safe to repeat and to interrupt."""
    place = open_place(home)
    if (url := to or place.settings.publish_to) is None:
        raise MisusedError("no target: give --to, or set KABARCHY_PUBLISH_TO")
    found = asdict(publish_releases(place.root.releases, place.root.site, open_target(url, place.settings.access)))
    print_json(found) if as_json else print_rows([found])


def status(home: HomeOption = None, sources: SourcesOption = None, as_json: JsonOption = False) -> None:
    """Say how fresh each source is, what the latest run, generation and release are, and what is under way."""
    place = open_place(home, sources)
    found = read_status(place.root, place.registry)
    if as_json:
        print_json(asdict(found))
    else:
        _print_status(found)


def _print_status(found: Status) -> None:
    facts = {
        "data root": found.home,
        "under way": found.run_under_way or "nothing",
        "latest run": found.latest_run or "none",
        "waiting": f"{found.n_pending_crawls} crawls to extract",
        "generation": found.generation or "none",
        "latest release": found.latest_release or "none",
        "served at": ", ".join(found.served_at) or "not served",
    }
    for name, value in facts.items():
        typer.echo(f"{name:<15} {value}")
    print_rows([asdict(source) for source in found.sources])


def _find_release(releases: Path, release_id: str | None) -> Path:
    known = {release.id: release.path for release in list_releases(releases)}
    if not known:
        raise MisusedError(f"{releases}: no release yet")
    latest = read_versions(releases).latest
    if (wanted := release_id or latest) not in known:
        raise MisusedError(f"no release {wanted} in {releases}; the latest is {latest}")
    return known[str(wanted)]
