"""The pages of the catalogue that change only with a release or the templates: `exports.catalogue` says which.

`built.json` remembers from what they were made, so that a run with nothing new does not make them again.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from exports.column_stats import read_column_stats
from exports.errors import ProfileMixedError
from exports.manifest import Manifest
from exports.page import CHANGES_SHOWN, open_release_tables, read_changes
from exports.pages import render, templates_sha256
from exports.profiles import NOT_FOR_REDISTRIBUTION, Profile
from exports.release import Release, list_releases
from exports.rights import LEVELS
from exports.snippets import snippets_of
from exports.source_page import read_source_facts
from exports.sql_console import build_console
from exports.versions import Versions
from scrapers.data_root import write_beside
from scrapers.published_tables import PUBLISHED_TABLES

FILE_NOTES = {
    "articles.parquet": "every article, one file",
    "csv/articles.csv.gz": "the same rows and columns as text",
    "citations.parquet": "the sources that articles name",
    "sources.parquet": "the outlets, with what may be published of them",
    "coverage.parquet": "how much there is of each outlet, how fresh",
    "ledger.parquet": "what did not make it into the data, and why",
    "versions.parquet": "every seen version of each article",
    "tombstones.parquet": "what was withdrawn, by id",
    "kabarchy.duckdb": "all tables in one database, to query",
}
"""What a file is for, in a few words."""
CHANGES_ON_RELEASE_PAGE = 200
"""Of each kind; a page of some hundred headlines can still be read, the delta has them all."""
_BUILT = "built.json"
PAGE_FOLDERS = ("sources", "history")
"""Folders of the site with a page for each source and each release."""
PAGES_OF_RELEASES = ("dictionary.html", "rights.html", "console.html", "releases.atom", "catalog.jsonld", _BUILT)
"""What else of the site there is only while a release stands."""


def build_lasting_pages(releases: Path, site: Path, latest: Release, versions: Versions) -> None:
    """Write what changes only with a release or the templates; safe to repeat, and to interrupt at any point."""
    values = {
        **frame_values(latest.manifest.created, latest.manifest.profile),
        "versions": versions.versions,
        "live": (),
    }
    build_console(site, latest.path, {**values, "root": ""})
    stamp = {
        "active": list(versions.active),
        "templates_sha256": templates_sha256(),
        "schema_version": latest.manifest.schema_version,
        "profile": latest.manifest.profile,
    }
    if _read_stamp(site) == stamp:
        return
    written = set()
    for path, text in _lasting_pages(releases, latest, values):
        write_beside(site / path, text)
        written.add(path)
    _remove_others(site, written)
    write_beside(site / _BUILT, json.dumps(stamp, indent=1) + "\n")


def remove_lasting_pages(site: Path) -> None:
    """Remove what was shown of releases when none stands any more; safe to repeat."""
    _remove_others(site, set())
    for name in PAGES_OF_RELEASES:
        (site / name).unlink(missing_ok=True)


def _read_stamp(site: Path) -> object:
    try:
        return json.loads((site / _BUILT).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return None


def _lasting_pages(releases: Path, latest: Release, values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    shared = {**values, **release_values(latest.manifest)}
    statistics = read_column_stats(latest.path, PUBLISHED_TABLES)
    yield "dictionary.html", render("dictionary.html.j2", **shared, root="", statistics=statistics)
    yield "rights.html", render("rights.html.j2", **shared, root="")
    with open_release_tables(latest.path) as connection:
        for facts in read_source_facts(connection, created=latest.manifest.judged_at):
            page = render("source.html.j2", **shared, root="../", source=facts)
            yield f"sources/{facts.line.source_id}.html", page
    for release in list_releases(releases):
        yield f"history/{release.id}.html", _render_release_page(release, values)


def _render_release_page(release: Release, values: Mapping[str, object]) -> str:
    with open_release_tables(release.path) as connection:
        changes = read_changes(connection, release.path, release.manifest, n_each=CHANGES_ON_RELEASE_PAGE)
    shared = {**values, **release_values(release.manifest), "folder": f"../releases/{release.id}"}
    return render("release.html.j2", **shared, root="../", changes=changes, limit=CHANGES_ON_RELEASE_PAGE)


def _remove_others(site: Path, written: set[str]) -> None:
    """Remove pages of sources and releases that are no more."""
    for path in (path for folder in PAGE_FOLDERS for path in site.glob(f"{folder}/*.html")):
        if path.relative_to(site).as_posix() not in written:
            path.unlink()


def require_site_profile(site: Path, profile: Profile) -> None:
    """Raise ProfileMixedError when the pages of a site are about releases of another profile."""
    stamp = _read_stamp(site)
    found = stamp.get("profile", profile) if isinstance(stamp, dict) else profile
    if found != profile:
        raise ProfileMixedError(f"{site}: is the catalogue of {found} releases, not of {profile} ones")


def frame_values(now: datetime, profile: Profile) -> dict[str, object]:
    """What every page shows; `now` is aware, the instant that the page says it was made."""
    return {
        "title": profile.dataset_title,
        "description": profile.description,
        "now": now,
        "licence": profile.licence,
        "is_internal": profile is Profile.INTERNAL,
        "not_for_redistribution": NOT_FOR_REDISTRIBUTION,
    }


def release_values(manifest: Manifest) -> dict[str, object]:
    """What the pages show of a release's manifest."""
    return {
        "release": manifest,
        "folder": f"releases/{manifest.id}",
        "whole_files": [file for file in manifest.files if file.month is None and file.role == "data"],
        "sheets": [file for file in manifest.files if file.role == "spreadsheet"],
        "sample_files": [file for file in manifest.files if file.role == "sample"],
        "other_files": [file for file in manifest.files if file.role in ("delta", "meta")],
        "months": sorted(
            (file for file in manifest.files if file.month is not None), key=lambda file: file.month or "", reverse=True
        ),
        "most_rows": max((file.rows or 0 for file in manifest.files if file.month), default=0),
        "paths": {file.path for file in manifest.files},
        "notes": FILE_NOTES,
        "levels": LEVELS,
        "tables": PUBLISHED_TABLES,
        "snippets": snippets_of(manifest),
        "changes_shown": CHANGES_SHOWN,
    }
