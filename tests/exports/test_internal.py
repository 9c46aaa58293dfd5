"""Internal releases: every text for the operator's own analysts, marked everywhere, and never among public ones."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from exports.catalogue import build_site
from exports.diff import diff_releases
from exports.errors import ProfileMixedError, PublishConflictError
from exports.imprint import Imprint
from exports.profiles import Profile
from exports.publish import publish_releases
from exports.release import Release, cut_release, require_profile
from exports.release_at import LocalRelease
from exports.target_folder import FolderTarget
from exports.update import update_articles
from exports.verify import verify_release
from tests.exports.factories import DAY_1, DAY_2, TEXT, World, article, past_version, source, write_generation
from tests.exports.readers import edit_manifest, reseal, rewrite, rewrite_rows, rows, versions

INTERNAL = Imprint(public_url="https://data.example/", profile=Profile.INTERNAL, has_query_copy=True)
PUBLIC = Imprint(public_url="https://data.example/")
WORDS = "not for redistribution"
SOURCES = [source("closed"), source("short", "excerpt", tdm_reserved=True)]
BEFORE = "What it said before. " * 9


@dataclass(frozen=True)
class Both:
    """Two releases of each profile, of the same two generations, and the catalogue of the internal ones."""

    generation: Path
    internal: tuple[Release, ...]
    public: tuple[Release, ...]
    site: Path


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    home = tmp_path_factory.mktemp("profiles")
    articles = [
        article(1, source_id="closed", excerpt=TEXT),
        article(2, source_id="short", text=BEFORE, excerpt=BEFORE),
    ]
    edited = [articles[0], article(2, source_id="short", n_versions=2, last_changed_at=DAY_2)]
    worlds = (
        World(articles=articles, sources=SOURCES),
        World(articles=edited, sources=SOURCES, past_versions=[past_version(articles[1], 1, DAY_1, DAY_2)]),
    )
    generations = [write_generation(home / f"{n}.duckdb", world) for n, world in enumerate(worlds)]

    def cut(folder: str, imprint: Imprint) -> tuple[Release, ...]:
        both_days = zip(generations, (DAY_1, DAY_2), strict=True)
        found = (cut_release(g, home / folder, now=day, code_version="1", imprint=imprint) for g, day in both_days)
        return tuple(release for release in found if release is not None)

    internal, public = cut("internal", INTERNAL), cut("public", PUBLIC)
    build_site(home / "internal", home / "site", generation=generations[1], now=DAY_2, imprint=INTERNAL)
    return Both(generations[1], internal, public, home / "site")


@pytest.fixture
def release(both: Both, tmp_path: Path) -> Path:
    """A copy of the second internal release, the first one beside it; free to be broken."""
    shutil.copytree(both.internal[0].path, tmp_path / both.internal[0].id)
    return shutil.copytree(both.internal[1].path, tmp_path / both.internal[1].id)


def failed(release: Path) -> dict[str, str]:
    reseal(release)
    return {result.name: result.detail for result in verify_release(release) if not result.is_ok}


def test_an_internal_release_carries_texts_authors_and_excerpts_whatever_the_rights(both: Both) -> None:
    found = rows(both.internal[1].path / "articles.parquet")

    assert [(row["text"], row["authors"]) for row in found] == [(TEXT, "Айжан Асанова")] * 2
    assert found[0]["excerpt"] == TEXT
    assert [row["rights_level"] for row in found] == ["metadata", "metadata"]


def test_an_internal_release_carries_the_texts_of_past_versions(both: Both) -> None:
    assert [row["text"] for row in rows(both.internal[1].path / "versions.parquet") if row["valid_to"]] == [BEFORE]


def test_the_public_release_of_the_same_generation_carries_none_of_it(both: Both) -> None:
    found = rows(both.public[1].path / "articles.parquet")

    assert {(row["text"], row["authors"], row["excerpt"]) for row in found} == {(None, None, None)}


def test_releases_of_both_profiles_pass_every_gate(both: Both) -> None:
    results = [result for release in (*both.internal, *both.public) for result in verify_release(release.path)]

    assert [result for result in results if not result.is_ok] == []


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "README.md",
        "RIGHTS.md",
        "CITATION.cff",
        "croissant.json",
        "datapackage.json",
        "dcat.jsonld",
        "ro-crate-metadata.json",
        "NOT-FOR-REDISTRIBUTION.txt",
    ],
)
def test_every_document_of_an_internal_release_says_that_it_may_not_be_passed_on(both: Both, name: str) -> None:
    text = (both.internal[1].path / name).read_text(encoding="utf-8")

    assert WORDS in text
    assert "creativecommons" not in text
    assert "data.example" not in text


def test_every_parquet_file_says_for_whom_it_is(both: Both) -> None:
    said = {
        tuple((pq.read_metadata(path).metadata or {}).get(key) for key in (b"profile", b"usage"))
        for path in both.internal[1].path.rglob("*.parquet")
    }

    assert said == {(b"internal", WORDS.encode())}


def test_the_pointer_and_every_page_of_the_catalogue_say_it(both: Both) -> None:
    pages = [path for path in both.site.rglob("*.html") if "console" not in path.name]

    assert versions(both.internal[0].path.parent)["profile"] == "internal"
    assert len(pages) == 7
    assert [path.name for path in pages if WORDS not in path.read_text(encoding="utf-8")] == []


def test_a_public_release_says_it_nowhere(both: Both) -> None:
    files = [path for path in both.public[1].path.rglob("*") if path.is_file()]

    assert [path.name for path in files if WORDS.encode() in path.read_bytes() or WORDS.upper() in path.name] == []


def test_what_is_internal_is_for_its_own_account_alone(both: Both) -> None:
    assert [path.stat().st_mode & 0o077 for path in (both.internal[0].path.parent, both.site)] == [0, 0]


def test_every_table_of_the_query_copy_says_it_and_an_unmarked_one_is_found(release: Path) -> None:
    copy = release / "kabarchy.duckdb"
    copy.chmod(0o644)
    with duckdb.connect(copy) as connection:
        said = [row[0] for row in connection.execute("select comment from duckdb_tables()").fetchall()]
        connection.execute("comment on table articles is 'One row: one article'")

    assert [comment for comment in said if WORDS not in comment] == []
    assert failed(release)["query_copy"] == "kabarchy.duckdb: articles is not marked as internal"


def test_an_unmarked_parquet_file_is_found(release: Path) -> None:
    path = release / "citations.parquet"
    rewrite_rows(path, [], schema=pq.read_schema(path).remove_metadata())

    assert failed(release)["profile"] == "citations.parquet: its metadata is not marked as internal"


def test_an_unmarked_document_is_found(release: Path) -> None:
    text = (release / "README.md").read_text(encoding="utf-8")
    rewrite(release / "README.md", text.replace(WORDS, "as you like").encode())

    assert failed(release)["profile"] == "README.md: is not marked as internal"


def test_an_internal_release_that_is_called_public_is_found(release: Path) -> None:
    edit_manifest(release, profile="public")

    assert "NOT-FOR-REDISTRIBUTION.txt: belongs to internal" in failed(release)["profile"]


def test_an_internal_release_that_lost_a_text_is_found(release: Path) -> None:
    path = release / "articles.parquet"
    rewrite_rows(path, [row | {"text": None} for row in rows(path)])

    assert "no text, though internal" in failed(release)["rights"]


def test_a_public_release_with_the_rows_of_an_internal_one_is_found(both: Both, tmp_path: Path) -> None:
    copy = shutil.copytree(both.public[0].path, tmp_path / both.public[0].id)
    schema = pq.read_schema(copy / "articles.parquet")
    rewrite_rows(copy / "articles.parquet", rows(both.internal[0].path / "articles.parquet"), schema=schema)

    assert "authors" in failed(copy)["rights"]


def test_a_release_after_one_of_the_other_profile_is_found(both: Both, release: Path) -> None:
    shutil.rmtree(release.parent / both.internal[0].id)
    shutil.copytree(both.public[0].path, release.parent / both.public[0].id)

    assert failed(release)["profile"] == "the release before it is public"


@pytest.mark.parametrize(("folder", "imprint"), [("public", INTERNAL), ("internal", PUBLIC)])
def test_a_folder_of_one_profile_takes_no_release_and_no_catalogue_of_the_other(
    both: Both, tmp_path: Path, folder: str, imprint: Imprint
) -> None:
    releases = shutil.copytree(getattr(both, folder)[0].path.parent, tmp_path / "releases")
    said = f"is for {folder} releases, not for {imprint.profile} ones"

    with pytest.raises(ProfileMixedError, match=said):
        cut_release(both.generation, releases, now=DAY_2, code_version="1", imprint=imprint)
    with pytest.raises(ProfileMixedError, match=said):
        build_site(releases, tmp_path / "site", generation=None, now=DAY_2, imprint=imprint)


def test_an_internal_release_that_was_put_among_public_ones_stops_everything(both: Both, tmp_path: Path) -> None:
    releases = shutil.copytree(both.public[0].path.parent, tmp_path / "releases")
    shutil.rmtree(releases / "2026-11-21")
    shutil.copytree(both.internal[1].path, releases / "2026-11-21")

    with pytest.raises(ProfileMixedError, match="2026-11-21: is internal, in a folder for public releases"):
        cut_release(both.generation, releases, now=DAY_2, code_version="1")
    with pytest.raises(ProfileMixedError, match="2026-11-21: is internal"):
        publish_releases(releases, None, FolderTarget(str(tmp_path / "target")))


def test_the_publisher_sends_neither_an_internal_release_nor_an_internal_catalogue(both: Both, tmp_path: Path) -> None:
    target = FolderTarget(str(tmp_path / "target"))

    with pytest.raises(ProfileMixedError, match="is for internal releases, not for public ones"):
        publish_releases(both.internal[0].path.parent, None, target)
    with pytest.raises(ProfileMixedError, match="is the catalogue of internal releases"):
        publish_releases(both.public[0].path.parent, both.site, target)
    assert list((tmp_path / "target").rglob("*.*")) == [tmp_path / "target" / ".publish.lock"]


def test_a_public_target_takes_no_internal_release(both: Both, tmp_path: Path) -> None:
    target = FolderTarget(str(tmp_path / "target"))
    publish_releases(both.public[0].path.parent, None, target)

    with pytest.raises(PublishConflictError, match="the target is for public releases, these are internal"):
        publish_releases(both.internal[0].path.parent, None, target, profile=Profile.INTERNAL)


def test_releases_of_two_profiles_are_not_compared(both: Both) -> None:
    with pytest.raises(ProfileMixedError, match="they cannot be compared"):
        diff_releases(both.internal[0].path, both.public[1].path)


def test_internal_articles_are_not_brought_up_to_a_public_release(both: Both, tmp_path: Path) -> None:
    have, want = both.internal[0], LocalRelease(both.public[1].path)

    with pytest.raises(ProfileMixedError, match=r"articles.parquet: is of a release that is internal"):
        update_articles(have.path / "articles.parquet", have.id, want, tmp_path / "out.parquet")
    assert not (tmp_path / "out.parquet").exists()


def test_internal_articles_are_brought_up_to_date_byte_for_byte(both: Both, tmp_path: Path) -> None:
    have, want = both.internal

    update_articles(have.path / "articles.parquet", have.id, LocalRelease(want.path), tmp_path / "out.parquet")

    assert (tmp_path / "out.parquet").read_bytes() == (want.path / "articles.parquet").read_bytes()


def test_an_empty_folder_is_for_whoever_comes_first(tmp_path: Path) -> None:
    require_profile(tmp_path, Profile.INTERNAL)
    require_profile(tmp_path, Profile.PUBLIC)
