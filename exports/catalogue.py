"""The catalogue: a static site that shows the latest release, every source and release, and what each column holds.

    site/index.html           the latest release; complete without JavaScript, nothing asked of another host
    site/dictionary.html      every table and column, with what it holds in the latest release
    site/sources/<id>.html    health, history, fill rates and rights of one source
    site/history/<id>.html    what changed with a release, the checks it passed, its files
    site/rights.html          licence, what is published of each source, how to have something taken down
    site/console.html         SQL in the browser, where the engine was built (exports.sql_console)
    site/built.json           what the pages were built from
    site/releases.atom ...    what programs read of the whole (exports.site_documents)
    site/releases             link to the folder of releases, relative, so that the pages work when opened from disk

Rebuilt from the releases at any time. The first page is written each time, since it says how fresh the sources are by
now; the others only when a release was added or withdrawn, or the templates or the schema changed. A build waits for
another one of the same site, so that none that began before a takedown ends after it. A server may mount the folder of
releases at `/releases/` instead of the link.
"""

import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from exports.about import PUBLISHER, citation, release_address
from exports.croissant import render_json_ld
from exports.imprint import NO_IMPRINT, Imprint
from exports.lasting_pages import (
    build_lasting_pages,
    frame_values,
    release_values,
    remove_lasting_pages,
    require_site_profile,
)
from exports.lock import lock_site
from exports.manifest import Manifest
from exports.page import SourceLine, read_live_sources, read_release_facts
from exports.pages import render
from exports.release import Release, open_release, require_profile
from exports.site_documents import write_site_documents
from exports.versions import Versions, read_versions
from scrapers.data_root import write_beside

_LONGEST_BUILD_S = 3600.0
"""A build takes seconds, and its stage is ended after an hour."""
_ASIDE = re.compile(r"\.(.+\.\w+\.[a-z0-9_]{8}|(releases|.+\.\w+)-\d+)$")
"""Names of files that are being written: of `data_root.write_beside`, and those with the number of a process."""


def build_site(
    releases: Path, site: Path, *, generation: Path | None, now: datetime, imprint: Imprint = NO_IMPRINT
) -> Path:
    """Bring the site up to date and return the path of its first page.

    Shows the release that `versions.json` points at, and with a `generation` how fresh each source is by now. `now` is
    aware. Raises ReleaseDamagedError when a release cannot be read, and ProfileMixedError when the releases or the site
    are not for the imprint's profile.
    """
    require_profile(releases, imprint.profile)
    require_site_profile(site, imprint.profile)
    site.mkdir(parents=True, exist_ok=True, mode=imprint.profile.folder_mode)
    with lock_site(site):
        _build(releases, site, generation=generation, now=now, imprint=imprint)
    return site / "index.html"


def _build(releases: Path, site: Path, *, generation: Path | None, now: datetime, imprint: Imprint) -> None:
    versions = read_versions(releases)
    _remove_leftovers(site)
    _link_releases(releases, site)
    if versions.latest is None:
        remove_lasting_pages(site)
        text = render(
            "empty.html.j2", **frame_values(now, imprint.profile), versions=(), live=_live(generation, now), root=""
        )
    else:
        release = open_release(releases / versions.latest)
        build_lasting_pages(releases, site, release, versions)
        text = _render_first_page(site, release, versions, generation=generation, now=now)
    write_site_documents(releases, site, imprint)
    write_beside(site / "index.html", text)


def _render_first_page(
    site: Path, release: Release, versions: Versions, *, generation: Path | None, now: datetime
) -> str:
    manifest = release.manifest
    return render(
        "index.html.j2",
        **frame_values(now, manifest.profile),
        **release_values(manifest),
        versions=versions.versions,
        live=_live(generation, now),
        root="",
        facts=read_release_facts(release.path, manifest),
        has_console=(site / "console.html").is_file(),
        json_ld=render_json_ld(manifest, below=f"releases/{release.id}/"),
        citation=cite(manifest),
    )


def _live(generation: Path | None, now: datetime) -> tuple[SourceLine, ...]:
    return read_live_sources(generation, now=now) if generation is not None else ()


def cite(manifest: Manifest) -> dict[str, str]:
    """How to cite a release: the line that its own documents give, and an entry for BibTeX."""
    year, address = f"{manifest.created.astimezone(UTC):%Y}", release_address(manifest)
    fields = {
        "author": f"{{{PUBLISHER}}}",
        "title": manifest.title,
        "year": year,
        "note": f"Data set, release {manifest.id}, schema {manifest.schema_version}",
        **({"url": address} if address else {}),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    key = manifest.id.replace("-", "").replace(".", "_")
    return {"text": citation(manifest), "bibtex": f"@misc{{kabarchy_{key},\n{lines}\n}}"}


def _remove_leftovers(site: Path) -> None:
    """Remove files aside that killed builds left; younger ones may be another build's. No other hidden file is ours."""
    oldest = time.time() - _LONGEST_BUILD_S
    for folder in (".", "console", "history", "schema", "sources"):
        for path in site.glob(f"{folder}/.*"):
            if _ASIDE.match(path.name) and path.lstat().st_mtime < oldest:
                path.unlink(missing_ok=True)


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
