"""The verbs of `kabarchy releases`. Those for consumers need no data root: a folder or an address is enough.

A release is named by its id in the data root, by its folder (anything with a slash in it), or by its http(s) address.
"""

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from exports.acceptance import AcceptableGate, Acceptance, add_acceptance
from exports.diff import compare_releases
from exports.errors import SignatureError
from exports.profiles import Profile, folders_of
from exports.publish import publish_releases
from exports.release import list_releases
from exports.release_at import ReleaseAt, release_at
from exports.signature import check_signature
from exports.sums import SIGNATURE
from exports.target import open_target
from exports.update import fetch_articles, update_articles
from exports.verify import verify_release
from exports.versions import read_versions
from exports.withdrawal import is_withdrawn
from flows.cli_options import (
    PROBLEMS,
    HomeOption,
    JsonOption,
    MisusedError,
    ProfileOption,
    open_place,
    print_json,
    print_record,
    print_rows,
    read_place,
)
from scrapers.clock import Clock
from scrapers.counts import counted
from scrapers.data_root import DataRoot

releases_app = typer.Typer(no_args_is_help=True, help="The releases that were cut, here or elsewhere.")

OldRelease = Annotated[str, typer.Argument(metavar="OLD", help="Id in the data root, folder, or http(s) address.")]
NewRelease = Annotated[str, typer.Argument(metavar="NEW", help="The same of another release.")]


@releases_app.command("list")
def show_releases(
    home: HomeOption = None, as_json: JsonOption = False, profile: ProfileOption = Profile.PUBLIC
) -> None:
    """List the releases, oldest first, with what changed in each."""
    releases, _ = folders_of(open_place(home).root, profile)
    rows: list[dict[str, object]] = [
        {
            "release": release.id,
            "created": release.manifest.created,
            "articles": release.manifest.rows,
            **release.manifest.changes.model_dump(),
        }
        for release in list_releases(releases)
    ]
    if as_json:
        print_json([{**row, "profile": profile, "path": releases / str(row["release"])} for row in rows])
    else:
        print_rows(rows)


@releases_app.command("verify")
def verify(
    release: Annotated[
        str | None,
        typer.Argument(
            metavar="RELEASE",
            help="Id in the data root, folder, or http(s) address; none: the latest.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", metavar="FILE", help="minisign.pub, had by a way that you trust: who signed it is checked too."
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    profile: ProfileOption = Profile.PUBLIC,
) -> None:
    """Put a release through every gate again.

    One elsewhere is fetched first. Exit code 1 when a gate fails.
    Of each gate up to ten faults are named, and how many more there are.
    Without --key a signature is not checked, and that is said: sums prove that nothing was damaged, not who wrote it.
    """
    place = _place_of(release, home, profile)
    with tempfile.TemporaryDirectory(prefix="kabarchy-verify-") as folder:
        path = place.fetch_all(Path(folder))
        rows = [_signature_row(path, key)]
        rows += [{"gate": gate.name, "ok": gate.is_ok, "detail": gate.detail} for gate in verify_release(path)]
    print_json(rows) if as_json else print_rows(rows)
    if any(row["ok"] is False for row in rows):
        raise typer.Exit(PROBLEMS)


def _signature_row(release: Path, key: Path | None) -> dict[str, object]:
    """What can be said of the signature, as a row among those of the gates; `ok` is null where it was not checked."""
    if key is None:
        is_signed = (release / SIGNATURE).is_file()
        return {"gate": "signature", "ok": None, "detail": "not checked: give --key" if is_signed else "not signed"}
    try:
        return {"gate": "signature", "ok": True, "detail": check_signature(release, key)}
    except SignatureError as error:
        return {"gate": "signature", "ok": False, "detail": str(error)}


@releases_app.command("diff")
def diff(
    old: OldRelease,
    new: NewRelease,
    home: HomeOption = None,
    as_json: JsonOption = False,
    profile: ProfileOption = Profile.PUBLIC,
) -> None:
    """Say which articles differ between two releases.

    Of one elsewhere only ids and hashes are fetched.
    """
    found = compare_releases(_place_of(old, home, profile), _place_of(new, home, profile))
    if as_json:
        print_json(asdict(found))
        return
    changes = {"added": found.added, "modified": found.modified, "deleted": found.deleted}
    print_rows([{"change": name, "articles": len(ids)} for name, ids in changes.items()])
    typer.echo(f"{counted(found.n_unchanged, 'article')} unchanged; --json lists the ids of the others", err=True)


@releases_app.command("apply")
def apply(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    have: Annotated[
        str,
        typer.Argument(
            metavar="HAVE", help="The release that you have: id, folder, address; or its articles in one file."
        ),
    ],
    want: Annotated[
        str, typer.Argument(metavar="WANT", help="The release that you want: id, folder, or http(s) address.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="Parquet file to write all the articles to.")
    ],
    start: Annotated[
        str | None, typer.Option("--from", help="Id of the release that HAVE is of, when it is a file.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
    profile: ProfileOption = Profile.PUBLIC,
) -> None:
    """Bring articles up to date by deltas alone, and prove it.

    The result is all the articles of the release wanted. Of an address only manifests and deltas are fetched. Until
    the proof the file stays as it was.
    """
    if output.is_dir():
        raise MisusedError(f"--output {output}: is a folder; give the name of a file")
    wanted = _place_of(want, home, profile)
    if Path(have).is_file():
        if start is None:
            raise MisusedError(f"{have}: a file does not say of which release it is: give --from")
        report = asdict(update_articles(Path(have), start, wanted, output))
    else:
        old = _place_of(have, home, profile)
        with tempfile.TemporaryDirectory(prefix="kabarchy-have-") as folder:
            articles = fetch_articles(old, Path(folder))
            report = asdict(update_articles(articles, old.manifest().id, wanted, output))
    print_json(report) if as_json else print_record(report)


@releases_app.command("accept")
def accept(  # noqa: PLR0913, PLR0917 - Typer wants a parameter for each option
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Source id.")],
    gate: Annotated[AcceptableGate, typer.Option("--gate", help="The gate that refused the release.")],
    because: Annotated[str, typer.Option("--because", help="Why it is right; published with the release.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
    profile: ProfileOption = Profile.PUBLIC,
) -> None:
    """Declare right what a gate found of a source, once.

    The next release is cut in spite of it, and says so, with the reason, in its manifest and on its page.
    """
    releases, _ = folders_of(open_place(home).root, profile)
    latest = next(reversed(list_releases(releases)), None)
    if latest is None or source not in {known.source_id for known in latest.manifest.sources}:
        raise MisusedError(f"{source}: not a source of the latest release, so no gate can have compared it")
    if not because.strip():
        raise MisusedError("--because: say why it is right")
    acceptance = Acceptance(gate=gate, source_id=source, because=because.strip(), accepted_at=Clock().now())
    add_acceptance(releases, acceptance)
    print_json(acceptance.model_dump(mode="json")) if as_json else print_record(acceptance.model_dump())


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
    """Publish releases and catalogue to a folder or bucket.

    Sends what is not there yet; safe to repeat and to interrupt.
    """
    place = open_place(home)
    if (url := to or place.settings.publish_to) is None:
        raise MisusedError("no target: give --to, or set KABARCHY_PUBLISH_TO")
    found = asdict(publish_releases(place.root.releases, place.root.site, open_target(url, place.settings.access)))
    print_json(found) if as_json else print_record(found)


def _place_of(name: str | None, home: Path | None, profile: Profile) -> ReleaseAt:
    if name is not None and ("/" in name or Path(name).is_dir()):
        return release_at(name)
    releases, _ = folders_of(DataRoot(read_place(home).home), profile)  # not opened: looking must not make a data root
    latest = read_versions(releases).latest
    wanted = name or latest
    if wanted is None:
        raise MisusedError(f"{releases}: no release yet")
    if not (is_withdrawn(releases / wanted) or (releases / wanted / "manifest.json").is_file()):
        known = f"the latest is {latest}" if latest else "there is none yet"
        raise MisusedError(f"{wanted}: neither a folder nor a release in {releases}; {known}")
    return release_at(str(releases / wanted))
