"""What a consumer does with a release and nothing else: verify it from afar, compare, bring a copy up to date."""

import gc
import json
import shutil
import weakref
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exports.diff import diff_keys
from exports.errors import DeltaMismatchError, ReleaseUnreachableError
from exports.manifest import parse_manifest
from exports.release_at import LocalRelease, RemoteRelease, release_at
from exports.update import find_steps, update_articles
from exports.verify import verify_release
from exports.withdrawal import Withdrawal, write_withdrawal
from flows.catalogue_server import serve_catalogue
from flows.cli import app
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, article_id
from tests.exports.readers import edit_manifest, manifest, rewrite, rewrite_rows, rows
from tests.scrapers.site import Reply, served

NAMES = ("2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23")


@pytest.fixture(scope="module")
def server(history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The history over http, with byte ranges."""
    with serve_catalogue(tmp_path_factory.mktemp("site"), history.releases, port=0) as url:
        yield f"{url}releases"


def test_a_copy_follows_a_chain_of_deltas_over_http_to_the_full_file(
    history: History, server: str, tmp_path: Path
) -> None:
    have = history.releases / NAMES[0] / "articles.parquet"

    report = update_articles(have, NAMES[0], RemoteRelease(f"{server}/{NAMES[3]}"), tmp_path / "articles.parquet")

    assert report.steps == NAMES[1:]
    assert (tmp_path / "articles.parquet").read_bytes() == (
        history.releases / NAMES[3] / "articles.parquet"
    ).read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["articles.parquet"]


def test_a_release_over_http_is_brought_up_to_date_and_nothing_but_the_result_stays(
    server: str, tmp_path: Path
) -> None:
    places = [f"{server}/{name}" for name in (NAMES[0], NAMES[1])]

    result = CliRunner().invoke(app, ["releases", "apply", *places, "--output", str(tmp_path / "articles.parquet")])

    assert result.exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["articles.parquet"]


def test_a_copy_that_is_there_already_is_proven_and_kept(history: History, tmp_path: Path) -> None:
    have = history.releases / NAMES[1] / "articles.parquet"

    report = update_articles(have, NAMES[1], LocalRelease(history.releases / NAMES[1]), tmp_path / "out.parquet")

    assert report.steps == ()
    assert (tmp_path / "out.parquet").read_bytes() == have.read_bytes()


def test_what_stands_at_the_target_is_replaced_and_never_written_into(history: History, tmp_path: Path) -> None:
    have, kept = history.releases / NAMES[1] / "articles.parquet", tmp_path / "kept.parquet"
    kept.write_bytes(b"of another")
    (tmp_path / "out.parquet").hardlink_to(kept)

    update_articles(have, NAMES[1], LocalRelease(history.releases / NAMES[1]), tmp_path / "out.parquet")

    assert kept.read_bytes() == b"of another"
    assert (tmp_path / "out.parquet").read_bytes() == have.read_bytes()


def test_articles_of_another_release_are_refused_and_nothing_is_written(history: History, tmp_path: Path) -> None:
    have = history.releases / NAMES[0] / "articles.parquet"

    with pytest.raises(DeltaMismatchError):
        update_articles(have, NAMES[1], LocalRelease(history.releases / NAMES[3]), tmp_path / "out.parquet")

    assert list(tmp_path.iterdir()) == []


def test_a_copy_with_a_changed_row_is_not_passed_for_the_release(history: History, tmp_path: Path) -> None:
    have = tmp_path / "have.parquet"
    shutil.copy(history.releases / NAMES[0] / "articles.parquet", have)
    changed = rows(have)
    changed[7]["title"] = "Forged"
    rewrite_rows(have, changed)

    said = f"2026-11-23: article {changed[7]['article_id']} of the result is not what its record_sha256 says"
    with pytest.raises(DeltaMismatchError, match=said):
        update_articles(have, NAMES[0], LocalRelease(history.releases / NAMES[3]), tmp_path / "out.parquet")


def test_a_copy_that_lacks_a_row_is_not_passed_for_the_release(history: History, tmp_path: Path) -> None:
    have = tmp_path / "have.parquet"
    shutil.copy(history.releases / NAMES[0] / "articles.parquet", have)
    rewrite_rows(have, rows(have)[:7] + rows(have)[8:])

    with pytest.raises(DeltaMismatchError, match="the deltas give rows of logical hash"):
        update_articles(have, NAMES[0], LocalRelease(history.releases / NAMES[3]), tmp_path / "out.parquet")


def test_there_is_no_way_back_and_none_from_an_unknown_release(history: History) -> None:
    with pytest.raises(ReleaseUnreachableError, match="no deltas lead there from 2026-11-23"):
        find_steps(NAMES[3], LocalRelease(history.releases / NAMES[0]))


def test_a_release_over_http_passes_every_gate(history: History, server: str, tmp_path: Path) -> None:
    folder = RemoteRelease(f"{server}/{NAMES[1]}").fetch_all(tmp_path)

    assert [result for result in verify_release(folder) if not result.is_ok] == []


def test_a_file_that_is_not_what_the_sums_say_is_refused_while_it_is_fetched(history: History, tmp_path: Path) -> None:
    shutil.copytree(history.releases / NAMES[0], tmp_path / "releases" / NAMES[0])
    rewrite(tmp_path / "releases" / NAMES[0] / "ledger.csv", b"forged")

    with (
        serve_catalogue(tmp_path, tmp_path / "releases", port=0) as url,
        pytest.raises(ReleaseUnreachableError, match=r"ledger\.csv: sha256 is"),
    ):
        RemoteRelease(f"{url}releases/{NAMES[0]}").fetch_all(tmp_path / "fetched")


@pytest.mark.parametrize("path", ["../outside.txt", "/etc/outside.txt", "a/../../outside.txt", "..\\outside.txt"])
def test_a_listed_file_that_leads_out_of_the_folder_is_refused(history: History, tmp_path: Path, path: str) -> None:
    shutil.copytree(history.releases / NAMES[0], tmp_path / "releases" / NAMES[0])
    listed = f"{sha256(b'').hexdigest()}  {path}\n".encode()
    rewrite(tmp_path / "releases" / NAMES[0] / "SHA256SUMS", listed)

    with (
        serve_catalogue(tmp_path, tmp_path / "releases", port=0) as url,
        pytest.raises(ReleaseUnreachableError, match="does not lie in a release"),
    ):
        RemoteRelease(f"{url}releases/{NAMES[0]}").fetch_all(tmp_path / "fetched")


def test_a_file_longer_than_announced_is_not_taken_in(history: History, tmp_path: Path) -> None:
    shutil.copytree(history.releases / NAMES[0], tmp_path / "releases" / NAMES[0])
    release = tmp_path / "releases" / NAMES[0]
    edit_manifest(release, files=[entry | {"bytes": 10} for entry in manifest(release)["files"]])

    with (
        serve_catalogue(tmp_path, tmp_path / "releases", port=0) as url,
        pytest.raises(ReleaseUnreachableError, match="more than the 10 bytes"),
    ):
        RemoteRelease(f"{url}releases/{NAMES[0]}").fetch("articles.parquet", tmp_path / "fetched")


def test_of_each_release_on_the_way_one_manifest_and_one_delta_are_fetched(history: History, tmp_path: Path) -> None:
    files = [history.releases / name / file for name in NAMES for file in ("manifest.json", *deltas_of(name))]
    replies = {f"/{path.relative_to(history.releases).as_posix()}": Reply(path.read_bytes()) for path in files}
    have = history.releases / NAMES[0] / "articles.parquet"

    with served(replies) as site:
        update_articles(have, NAMES[0], RemoteRelease(f"{site.url}/{NAMES[3]}"), tmp_path / "out.parquet")

    assert sorted(site.paths()) == sorted(set(replies) - {f"/{NAMES[0]}/manifest.json"})


def deltas_of(name: str) -> tuple[str, ...]:
    return tuple(f"delta/from-{before}.parquet" for before, after in pairwise(NAMES) if after == name)


def test_two_releases_are_compared_from_afar(history: History, server: str) -> None:
    found = diff_keys(
        release_at(f"{server}/{NAMES[0]}").read_keys(), release_at(str(history.releases / NAMES[3])).read_keys()
    )

    assert (found.added, found.modified, found.deleted) == ((article_id(60),), (article_id(3),), (article_id(5),))


@pytest.mark.parametrize("place", ["http://127.0.0.1:9/releases/x", "/no/such/folder"])
def test_what_is_no_release_is_one_line_that_names_the_place(place: str) -> None:
    with pytest.raises(ReleaseUnreachableError, match=rf"^{place}[^\n]*$"):
        release_at(place).manifest()


def test_a_release_whose_manifest_lists_no_articles_is_told_as_such(history: History, tmp_path: Path) -> None:
    bare = shutil.copytree(history.releases / NAMES[1], tmp_path / NAMES[1])
    edit_manifest(bare, files=[])

    with pytest.raises(ReleaseUnreachableError, match=r"2026-11-21: has no articles$"):
        LocalRelease(bare).read_keys()


def test_a_file_that_cannot_be_read_is_named(history: History, tmp_path: Path) -> None:
    torn = shutil.copytree(history.releases / NAMES[1], tmp_path / NAMES[1])
    rewrite(torn / "articles.parquet", b"PAR1")

    with pytest.raises(ReleaseUnreachableError, match=r"2026-11-21: articles\.parquet: "):
        LocalRelease(torn).read_keys()


# --- what a consumer is told -----------------------------------------------------------------------------------------


def complaint(*words: str) -> str:
    """What `kabarchy releases` says on stderr when it does not do what it was asked."""
    result = CliRunner().invoke(app, ["releases", *words])
    assert result.exit_code == 1
    return result.stderr


def test_a_release_that_is_not_there_is_told_in_words_from_afar(server: str) -> None:
    assert complaint("verify", f"{server}/2026-11-29") == (
        f"kabarchy: {server}/2026-11-29: no release: there is no manifest.json\n"
    )


def test_of_a_release_that_was_withdrawn_its_successor_is_told_here_and_from_afar(tmp_path: Path) -> None:
    gone = tmp_path / "releases" / "2026-11-20"
    write_withdrawal(gone, Withdrawal(id="2026-11-20", withdrawn_at=DAY_1, superseded_by="2026-11-20.r2"))
    with serve_catalogue(tmp_path, tmp_path / "releases", port=0) as url:
        told = [complaint("verify", place) for place in (str(gone), f"{url}releases/2026-11-20")]

    assert [line.endswith("/2026-11-20: was withdrawn; 2026-11-20.r2 took its place\n") for line in told] == [True] * 2


def test_a_manifest_of_a_newer_form_is_told_as_such(history: History, tmp_path: Path) -> None:
    newer = shutil.copytree(history.releases / NAMES[1], tmp_path / NAMES[1])
    edit_manifest(newer, manifest_version=2)

    assert complaint("diff", str(history.releases / NAMES[0]), str(newer)).endswith(
        "manifest.json: manifest_version: 2, this program reads 1: a newer Kabarchy is needed\n"
    )


class Anything:
    """Something of which one can tell whether it is still held."""


def test_a_refused_manifest_holds_nothing_up(history: History) -> None:
    newer = manifest(history.releases / NAMES[1]) | {"manifest_version": 2}
    held = Anything()
    seen = weakref.ref(held)

    def keep_error(_held: Anything) -> None:
        try:
            parse_manifest(json.dumps(newer).encode())
        except ValueError as error:
            kept = error  # which knows this frame, as this frame knows it: for the garbage collector
            assert "a newer Kabarchy is needed" in str(kept)

    keep_error(held)
    del held
    gc.collect()

    assert seen() is None


def test_a_release_without_the_one_before_says_that_its_delta_was_not_replayed(
    history: History, tmp_path: Path
) -> None:
    alone = shutil.copytree(history.releases / NAMES[1], tmp_path / NAMES[1])
    found = {result.name: result for result in verify_release(alone)}

    assert found["delta"].is_ok
    assert found["delta"].detail == "not replayed: release 2026-11-20 is not beside this one"


def test_articles_of_another_release_than_was_said_are_told_as_such(history: History, tmp_path: Path) -> None:
    have, want = (history.releases / name for name in NAMES[:2])

    said = complaint(
        "apply", str(want / "articles.parquet"), str(want), "--from", have.name, "-o", str(tmp_path / "out.parquet")
    )

    assert said.endswith("the articles are not those of that release\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("README.md", "README.md: not a Parquet file of articles: "),
        ("ledger.parquet", "ledger.parquet: holds no articles of a release: it has no column article_id\n"),
    ],
)
def test_a_file_that_holds_no_articles_is_told_as_such(history: History, tmp_path: Path, name: str, said: str) -> None:
    have, want = (history.releases / name for name in NAMES[:2])
    output = tmp_path / "out.parquet"

    assert said in complaint("apply", str(have / name), str(want), "--from", have.name, "-o", str(output))


def test_a_folder_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    assert complaint("verify", f"{tmp_path}/2026-11-20") == (
        f"kabarchy: {tmp_path}/2026-11-20: not a release: there is no such folder\n"
    )
