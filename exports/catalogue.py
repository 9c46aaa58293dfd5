"""The catalogue: one static page that shows the latest release and leads to all others.

    site/index.html     complete without JavaScript, nothing asked of another host
    site/console.html   SQL in the browser, where the engine was built (exports.sql_console)
    site/releases       link to the folder of releases, relative, so that the page works when opened from disk

Rebuilt from the releases at any time. A server may mount the folder of releases at `/releases/` instead of the link.
"""

import os
from datetime import datetime
from pathlib import Path

from exports.imprint import NO_IMPRINT, Imprint
from exports.manifest import DESCRIPTION, TITLE, Manifest
from exports.page import read_live_sources, read_release_facts
from exports.pages import render
from exports.release import open_release
from exports.rights import LEVELS, LICENCE_NAME, LICENCE_URL
from exports.site_documents import write_site_documents
from exports.snippets import SNIPPETS
from exports.sql_console import build_console
from exports.versions import read_versions
from scrapers.data_root import write_beside
from scrapers.tables import PUBLISHED_TABLES

FILE_NOTES = {
    "articles.parquet": "every article, one file",
    "csv/articles.csv.gz": "the same rows and columns as text",
    "citations.parquet": "the sources that articles name",
    "sources.parquet": "the outlets, with what may be published of them",
    "coverage.parquet": "how much there is of each outlet, how fresh",
    "ledger.parquet": "what did not make it into the data, and why",
}
"""What a file is for, in a few words."""


def build_site(
    releases: Path, site: Path, *, generation: Path | None, now: datetime, imprint: Imprint = NO_IMPRINT
) -> Path:
    """Write `index.html` anew, whole, and return its path.

    Shows the release that `versions.json` points at, and with a `generation` how fresh each source is by now. `now` is
    aware. Raises ReleaseDamagedError when that release cannot be read.
    """
    site.mkdir(parents=True, exist_ok=True)
    versions = read_versions(releases)
    live = read_live_sources(generation) if generation is not None else ()
    values: dict[str, object] = {
        "title": TITLE,
        "description": DESCRIPTION,
        "now": now,
        "versions": versions.versions,
        "live": live,
        "licence_name": LICENCE_NAME,
        "licence_url": LICENCE_URL,
    }
    if versions.latest is None:
        text = render("empty.html.j2", **values)
    else:
        release = open_release(releases / versions.latest)
        facts = read_release_facts(release.path)
        has_console = build_console(site, release.path, values)
        text = render(
            "index.html.j2", **values, **_release_values(release.manifest), facts=facts, has_console=has_console
        )
    write_site_documents(releases, site, imprint)
    _link_releases(releases, site)
    write_beside(site / "index.html", text)
    return site / "index.html"


def _release_values(manifest: Manifest) -> dict[str, object]:
    return {
        "release": manifest,
        "folder": f"releases/{manifest.id}",
        "whole_files": [file for file in manifest.files if file.month is None and file.role == "data"],
        "other_files": [file for file in manifest.files if file.role != "data"],
        "months": [file for file in manifest.files if file.month is not None],
        "most_rows": max((file.rows or 0 for file in manifest.files if file.month), default=0),
        "notes": FILE_NOTES,
        "levels": LEVELS,
        "tables": PUBLISHED_TABLES,
        "snippets": SNIPPETS,
    }


def _link_releases(releases: Path, site: Path) -> None:
    """Make `site/releases` lead to the releases, where the file system has links."""
    link, target = site / "releases", os.path.relpath(releases.resolve(), site.resolve())
    is_other = link.exists() and not link.is_symlink()
    if is_other or (link.is_symlink() and str(link.readlink()) == target):
        return
    aside = site / f".releases-{os.getpid()}"
    try:
        aside.symlink_to(target, target_is_directory=True)
        aside.replace(link)
    except OSError:
        # No links here: the page still works wherever the releases are served beside it.
        aside.unlink(missing_ok=True)
