"""Publishing: releases and their catalogue go to a target, in an order that shows readers the old state or the new.

1. Each release that the target's pointer does not list is verified against its own SHA256SUMS.
2. Its name is claimed (`releases/.claims/<id>`: the hash of SHA256SUMS), so that one name never gets two contents.
3. Its files: data, then metadata, then the manifest, then SHA256SUMS and its signature. What an earlier release of the
   target holds already, byte for byte, is copied there, unless it is larger than the target copies; what an earlier
   attempt brought is left.
4. `releases/versions.json`, by compare-and-swap. Before it, no reader knows of the new files.
5. Releases that were withdrawn lose their files there; the catalogue's files are replaced, the page last, and pages of
   releases and sources that are no more are removed: they show headlines.

What the target's pointer knows and we do not, stays; what it calls withdrawn stays withdrawn; so the pointer never goes
back, whoever publishes when. Every step can be repeated: a publisher that was killed is simply started again.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import ValidationError

from exports.errors import PublishConflictError, ReleaseDamagedError
from exports.lasting_pages import PAGE_FOLDERS, PAGES_OF_RELEASES, require_site_profile
from exports.manifest import file_sha256
from exports.profiles import Profile
from exports.release import Release, open_release, require_profile
from exports.release_id import id_order
from exports.sums import SIGNATURE, SUMS, find_sum_faults, parse_sums, read_sums
from exports.targets import Stored, Target
from exports.verify import name_faults
from exports.versions import VERSIONS, Versions, merge_versions, read_versions
from exports.withdrawal import WITHDRAWN, is_withdrawn

logger = logging.getLogger(__name__)

_RELEASES = "releases/"
_POINTER = _RELEASES + VERSIONS
_MARK = ".kabarchy-profile"
"""Says for which profile a target is."""
_SWAPS = 10
"""So many other publishers in a row may be faster; more is a fault."""


@dataclass(slots=True, kw_only=True)
class PublishReport:
    """What a publication did."""

    latest: str | None = None
    """The release that the target's pointer names now."""
    published: list[str] = field(default_factory=list)
    """Releases that became visible."""
    withdrawn: list[str] = field(default_factory=list)
    """Releases whose files were removed."""
    n_uploaded: int = 0
    n_copied: int = 0
    """Files that the target copied itself: it had the same bytes in another release."""
    n_kept: int = 0
    """Files that an earlier attempt had brought."""
    n_bytes_uploaded: int = 0
    n_removed: int = 0
    """Pages of the catalogue, of releases and sources that are no more."""


def publish_releases(
    releases: Path, site: Path | None, target: Target, *, profile: Profile = Profile.PUBLIC
) -> PublishReport:
    """Bring a target up to the state of a folder of releases; one that is there already changes nothing.

    `site` is the folder of the catalogue; None: it is not published. Raises ReleaseDamagedError for a release that is
    not what was written, ProfileMixedError, PublishConflictError, and TargetError; then the pointer did not move.
    """
    report = PublishReport()
    with target:
        require_profile(releases, profile)
        if site is not None:
            require_site_profile(site, profile)
        _require_profile(target, profile)
        standing = read_versions(releases).active
        listed = {version.id for version in _read_pointer(target).versions}
        missing = [release_id for release_id in standing if release_id not in listed]
        for release_id in sorted(missing, key=id_order):
            _publish_files(open_release(releases / release_id), target, profile, report)
        known = read_versions(releases)  # again: a takedown may have withdrawn some of them meanwhile
        merged = _swap_pointer(target, _ours(known, releases, brought=standing))
        report.latest = merged.latest
        report.published = [release_id for release_id in missing if release_id in merged.active]
        _remove_withdrawn(releases, known, target, report)
        if site is not None:
            _publish_site(site, target, report)
            _remove_stale_pages(site, target, merged, report)
    logger.info("published: latest=%s n_uploaded=%d n_copied=%d", report.latest, report.n_uploaded, report.n_copied)
    return report


def _require_profile(target: Target, profile: Profile) -> None:
    """A target is for one profile, for good; one that everybody reads is never for the internal one."""
    target.swap(_MARK, profile.encode(), None)
    mark = target.read(_MARK)
    found = mark.data.decode("utf-8", "replace") if mark else "nothing"
    if found != profile:
        raise PublishConflictError(f"the target is for {found} releases, these are {profile}")
    if profile is Profile.INTERNAL and target.is_open_to_all():
        raise PublishConflictError("the target can be read by everybody; internal releases are not for redistribution")


def _publish_files(release: Release, target: Target, profile: Profile, report: PublishReport) -> None:
    if release.manifest.profile is not profile:
        raise PublishConflictError(f"{release.path}: is {release.manifest.profile}, not {profile}; not published")
    sums = _read_true_sums(release)
    _claim(release, target)
    unlisted = (release.path / name for name in (SUMS, SIGNATURE))
    sums |= {path.name: file_sha256(path) for path in unlisted if path.is_file()}
    there = set(target.paths(f"{_RELEASES}{release.id}/"))
    elsewhere = _find_elsewhere(release, target)
    for path in sorted(sums, key=_upload_order):
        address = f"{_RELEASES}{release.id}/{path}"
        if address in there or not _bring(target, release.path / path, address, sums[path], elsewhere, report):
            _require_same(target, address, sums[path])
            report.n_kept += 1


def _read_true_sums(release: Release) -> dict[str, str]:
    """Hash by path of the files that SHA256SUMS lists, each of which is what it says."""
    try:
        faults, sums = find_sum_faults(release.path), read_sums(release.path)
    except (OSError, ValueError) as error:
        raise ReleaseDamagedError(f"{release.path}: not published: {error}") from error
    if faults:
        raise ReleaseDamagedError(f"{release.path}: not published: {name_faults(faults)}")
    return sums


def _claim(release: Release, target: Target) -> None:
    ours = file_sha256(release.path / SUMS).encode()
    claim = f"{_RELEASES}.claims/{release.id}"
    target.swap(claim, ours, None)
    found = target.read(claim)
    if found is None or found.data != ours:
        raise PublishConflictError(f"{release.id}: another release of this name was begun there; see {claim}")


def _find_elsewhere(release: Release, target: Target) -> dict[str, str]:
    """Path by hash of what the target holds of the releases that this one most likely shares files with."""
    pointer = _read_pointer(target)
    manifest = release.manifest
    likely = dict.fromkeys(name for name in (manifest.supersedes, manifest.previous, pointer.latest) if name)
    found: dict[str, str] = {}
    for release_id in likely:
        stored = target.read(f"{_RELEASES}{release_id}/{SUMS}")
        for path, digest in parse_sums(stored.data.decode()).items() if stored else ():
            found.setdefault(digest, f"{_RELEASES}{release_id}/{path}")
    return found


def _bring(  # noqa: PLR0913, PLR0917 - one file on its way: what, where from, where to
    target: Target, file: Path, address: str, digest: str, elsewhere: dict[str, str], report: PublishReport
) -> bool:
    """Copy a file within the target, or upload it. False when something has its name."""
    if digest in elsewhere and target.copy(elsewhere[digest], address, file.stat().st_size):
        report.n_copied += 1
        return True
    if not target.create(address, file, digest):
        return False
    report.n_uploaded += 1
    report.n_bytes_uploaded += file.stat().st_size
    logger.info("uploaded: path=%s", address)
    return True


def _require_same(target: Target, address: str, digest: str) -> None:
    if (found := target.sha256(address)) != digest:
        raise PublishConflictError(f"{address}: holds other bytes there: sha256 {found} instead of {digest}")


def _upload_order(path: str) -> tuple[int, str]:
    """Data first, what describes it after it, what says that all is there last."""
    if path.startswith(SUMS):
        return 3, path
    if path == "manifest.json":
        return 2, path
    return int(not path.endswith((".parquet", ".csv", ".gz", ".duckdb"))), path


def _ours(known: Versions, releases: Path, *, brought: Sequence[str]) -> Versions:
    """What we may say of versions: those that stand and are at the target, and those that were withdrawn on purpose."""
    there = set(known.active) & set(brought)
    said = [v for v in known.versions if v.id in there or is_withdrawn(releases / v.id)]
    return Versions(latest=None, profile=known.profile, versions=tuple(said))


def _read_pointer(target: Target) -> Versions:
    return _parse_pointer(target.read(_POINTER))


def _parse_pointer(stored: Stored | None) -> Versions:
    if stored is None:
        return Versions(latest=None, versions=())
    try:
        return Versions.model_validate_json(stored.data)
    except ValidationError as error:
        raise PublishConflictError(f"{_POINTER}: not a list of versions there: {stored.data[:40]!r}") from error


def _swap_pointer(target: Target, ours: Versions) -> Versions:
    for _ in range(_SWAPS):
        stored = target.read(_POINTER)
        theirs = _parse_pointer(stored)
        merged = merge_versions(theirs, ours)
        if merged == theirs:
            return merged
        if target.swap(_POINTER, merged.to_json().encode(), stored.token if stored else None):
            return merged
    raise PublishConflictError(f"{_POINTER}: changed {_SWAPS} times while it was to be replaced")


def _remove_withdrawn(releases: Path, known: Versions, target: Target, report: PublishReport) -> None:
    for version in known.versions:
        if version.status != "withdrawn" or not is_withdrawn(releases / version.id):
            continue
        folder = f"{_RELEASES}{version.id}/"
        data = (releases / version.id / WITHDRAWN).read_bytes()
        gone = [path for path in target.paths(folder) if path != folder + WITHDRAWN]
        _replace_if_other(target, folder + WITHDRAWN, data, report)
        if gone:
            target.remove(gone)
            report.withdrawn.append(version.id)


def _remove_stale_pages(site: Path, target: Target, pointer: Versions, report: PublishReport) -> None:
    """Remove pages that we do not have any more; one of a release that only another publisher has stays.

    Does nothing where no catalogue was built.
    """
    if not (site / "index.html").is_file():
        return
    others = {f"history/{release_id}.html" for release_id in pointer.active}
    found = [path for folder in PAGE_FOLDERS for path in target.paths(f"{folder}/")]
    found += [path for path in PAGES_OF_RELEASES if target.sha256(path) is not None]
    gone = [path for path in found if path not in others and not (site / path).is_file()]
    target.remove(gone)
    report.n_removed += len(gone)


def _publish_site(site: Path, target: Target, report: PublishReport) -> None:
    paths = sorted(_site_files(site), key=lambda path: (path == "index.html", path))
    for path in paths:
        _replace_if_other(target, path, (site / path).read_bytes(), report)


def _site_files(site: Path) -> Iterator[str]:
    """Every file of the catalogue: not what is hidden, which is in the making or not ours, and nothing of releases.

    These come by the way of their own, also where `site/releases` is a folder instead of the link.
    """
    for path in site.rglob("*"):
        parts = path.relative_to(site).parts
        is_ours = parts[0] != "releases" and not any(part.startswith(".") for part in parts)
        if is_ours and path.is_file() and not path.is_symlink():
            yield "/".join(parts)


def _replace_if_other(target: Target, path: str, data: bytes, report: PublishReport) -> None:
    digest = sha256(data).hexdigest()
    if target.sha256(path) != digest:
        target.replace(path, data, digest)
        report.n_uploaded += 1
        report.n_bytes_uploaded += len(data)
