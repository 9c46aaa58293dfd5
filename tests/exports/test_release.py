"""What cuts a release, what it is called, and what a release holds."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import exports.release
from exports.errors import GateFailedError, ReleaseDamagedError, ReleasesLockedError
from exports.lock import lock_releases
from exports.release import cut_release, list_releases, open_release
from exports.verify import GATE_NAMES, verify_release
from scrapers.published_tables import PUBLISHED_ARTICLES, PUBLISHED_DELTA
from tests.exports.conftest import History
from tests.exports.factories import DAY_1, DAY_2, DAY_3, SOURCES, World, article, citation, source, write_generation
from tests.exports.readers import csv_rows, manifest, rewrite, rows, sums, versions

DATA_SUFFIXES = (".parquet", ".csv", ".gz")
AT_ONE = DAY_1 + timedelta(hours=1, minutes=7)


def small_world(tmp_path: Path, **changed: object) -> Path:
    return write_generation(tmp_path / "generation.duckdb", World(**({"articles": [article(1), article(2)]} | changed)))


def cut(generation: Path, releases: Path, now: datetime = DAY_1) -> exports.release.Release:
    release = cut_release(generation, releases, now=now, code_version="1")
    assert release is not None
    return release


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of releases with one release of the small world in it; copied, never changed."""
    home = tmp_path_factory.mktemp("small")
    cut(small_world(home), home / "releases")
    return home / "releases"


def test_every_release_of_the_history_passes_every_gate(history: History) -> None:
    results = [result for release in history.cut for result in verify_release(release.path)]

    assert [result for result in results if not result.is_ok] == []
    assert len(results) == 4 * len(GATE_NAMES)


@pytest.fixture(scope="module")
def built_at_one(history: History, tmp_path_factory: pytest.TempPathFactory) -> exports.release.Release:
    """The first release of the history, built again at another instant of its day."""
    return cut(history.generations[0], tmp_path_factory.mktemp("built"), AT_ONE)


def test_the_same_generation_gives_the_same_bytes_in_every_file(
    history: History, built_at_one: exports.release.Release, tmp_path: Path
) -> None:
    again = cut(history.generations[0], tmp_path / "releases", AT_ONE)

    assert sums(again.path) == sums(built_at_one.path)


def test_two_builds_at_other_instants_differ_in_the_instant_alone(
    history: History, built_at_one: exports.release.Release, tmp_path: Path
) -> None:
    """The query copy aside: see `exports.query_copy`."""
    later = AT_ONE + timedelta(hours=4)
    built_later = cut(history.generations[0], tmp_path / "releases", later)
    one, other = files_without_instant(built_at_one.path, AT_ONE), files_without_instant(built_later.path, later)

    assert one == other
    assert {"articles.parquet", "csv/articles.csv.gz", "manifest.json", "croissant.json"} <= set(one)


def files_without_instant(release: Path, created: datetime) -> dict[str, bytes]:
    """The bytes of every file; of those that describe, with the instant of creation and what hashes it left out."""
    written = {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*") if path.is_file()}
    hashes = {sha256(data).hexdigest(): name for name, data in written.items()}
    return {
        name: data if name.endswith(DATA_SUFFIXES) else without_instant(data.decode(), created, hashes)
        for name, data in written.items()
    }


def without_instant(text: str, created: datetime, names: dict[str, str]) -> bytes:
    instants = {created.isoformat(), f"{created:%Y-%m-%dT%H:%M:%SZ}"}
    for known, said in [*((instant, "<created>") for instant in instants), *names.items()]:
        text = text.replace(known, said)
    return text.encode()


def test_the_order_of_the_rows_in_the_generation_does_not_show(tmp_path: Path) -> None:
    articles = [article(n) for n in range(40)]
    forth = write_generation(tmp_path / "a.duckdb", World(articles=articles))
    back = write_generation(tmp_path / "b.duckdb", World(articles=articles[::-1]))

    assert sums(cut(forth, tmp_path / "a").path) == sums(cut(back, tmp_path / "b").path)


def test_data_files_do_not_know_when_or_as_what_they_were_released(history: History, tmp_path: Path) -> None:
    later = cut(history.generations[0], tmp_path / "releases", DAY_3 + timedelta(days=400))

    data = [f["path"] for f in manifest(later.path)["files"] if f["path"].endswith(DATA_SUFFIXES)]
    hashes = {f["path"]: f["sha256"] for f in manifest(history.cut[0].path)["files"]}
    assert {f["path"]: f["sha256"] for f in manifest(later.path)["files"] if f["path"] in data} == {
        path: hashes[path] for path in data
    }


def test_a_later_look_without_news_cuts_no_release(small_release: Path, tmp_path: Path) -> None:
    looked_again = small_world(tmp_path, last_crawl_at=DAY_2)

    assert cut_release(looked_again, small_release, now=DAY_2, code_version="1") is None
    assert [release.id for release in list_releases(small_release)] == ["2026-11-20"]


@pytest.mark.parametrize(
    "changed",
    [
        {"articles": [article(1), article(2), article(3)]},
        {"citations": [citation(1)]},
        {"sources": [*SOURCES, source("new")]},
    ],
    ids=["article", "citation", "source"],
)
def test_a_change_of_articles_citations_or_sources_cuts_a_release(
    small_release: Path, tmp_path: Path, changed: dict[str, object]
) -> None:
    releases = shutil.copytree(small_release, tmp_path / "releases")

    assert cut(small_world(tmp_path, **changed), releases, DAY_2).id == "2026-11-21"


def test_an_empty_generation_cuts_no_first_release(tmp_path: Path) -> None:
    empty = small_world(tmp_path, articles=[])

    assert cut_release(empty, tmp_path / "releases", now=DAY_1, code_version="1") is None


@pytest.mark.parametrize(
    ("changed", "gate"),
    [({"articles": [article(3)], "ledger": []}, "ledger"), ({"articles": []}, "rows")],
    ids=["unbalanced", "every-article-lost"],
)
def test_a_refused_draft_leaves_a_note_and_nothing_else(
    small_release: Path, tmp_path: Path, changed: dict[str, object], gate: str
) -> None:
    releases = shutil.copytree(small_release, tmp_path / "releases")

    with pytest.raises(GateFailedError, match=f"2026-11-21 refused by gate {gate}: .+"):
        cut_release(small_world(tmp_path, **changed), releases, now=DAY_2, code_version="1")

    assert {path.name for path in releases.iterdir()} == {"2026-11-20", "versions.json", "failed.jsonl", ".lock"}
    assert versions(releases)["latest"] == "2026-11-20"
    assert json.loads((releases / "failed.jsonl").read_text())["gate"] == gate


def test_the_id_of_a_release_whose_folder_is_gone_is_not_given_again(small_release: Path, tmp_path: Path) -> None:
    releases = shutil.copytree(small_release, tmp_path / "releases")
    (releases / "2026-11-20").rename(tmp_path / "away")

    assert cut(small_world(tmp_path), releases).id == "2026-11-20.2"
    assert [(v["id"], v["status"]) for v in versions(releases)["versions"]] == [
        ("2026-11-20.2", "active"),
        ("2026-11-20", "withdrawn"),
    ]


def test_months_without_news_are_the_same_file_as_before(history: History) -> None:
    second, first = history.cut[1].path, history.cut[0].path
    path = "data/articles-2026-10.parquet"

    assert (second / path).samefile(first / path)
    assert manifest(second)["partitions"] == {"total": 8, "reused": 4}


def test_a_damaged_month_is_written_anew_and_not_reused(small_release: Path, tmp_path: Path) -> None:
    releases = shutil.copytree(small_release, tmp_path / "releases")
    first = open_release(releases / "2026-11-20")
    month = "data/articles-2026-11.parquet"
    whole = (first.path / month).read_bytes()
    rewrite(first.path / month, whole[:-1] + b"?")

    second = cut(small_world(tmp_path, citations=[citation(1)]), releases, DAY_2)

    assert (second.path / month).read_bytes() == whole


def test_no_delta_is_made_from_damaged_articles(small_release: Path, tmp_path: Path) -> None:
    releases = shutil.copytree(small_release, tmp_path / "releases")
    first = open_release(releases / "2026-11-20")
    rewrite(first.path / "articles.parquet", b"something else")

    with pytest.raises(ReleaseDamagedError, match=r"2026-11-20/articles\.parquet"):
        cut_release(small_world(tmp_path, articles=[article(3)]), releases, now=DAY_2, code_version="1")


def test_an_article_without_a_date_is_filed_where_it_was_first_seen(tmp_path: Path) -> None:
    undated = article(
        1, published_at=None, published_precision=None, first_seen_at=datetime(2026, 3, 31, 23, tzinfo=UTC)
    )

    release = cut(small_world(tmp_path, articles=[undated, article(2)]), tmp_path / "releases")

    assert [row["url"] for row in rows(release.path / "data" / "articles-2026-03.parquet")] == [undated["url"]]


@pytest.mark.parametrize("name", ["articles.parquet", "data/articles-2026-09.parquet"])
def test_parquet_files_have_the_columns_of_the_contract_all_optional(history: History, name: str) -> None:
    schema = pq.read_schema(history.cut[0].path / name)

    assert [(field.name, field.type) for field in schema] == [(c.name, c.type) for c in PUBLISHED_ARTICLES.columns]
    assert all(field.nullable for field in schema)


def test_the_delta_has_the_columns_of_the_contract(history: History) -> None:
    schema = pq.read_schema(history.cut[1].path / "delta" / "from-2026-11-20.parquet")

    assert [(field.name, field.type) for field in schema] == [(c.name, c.type) for c in PUBLISHED_DELTA.columns]


def test_anyone_can_recompute_record_sha256_from_the_csv(history: History) -> None:
    articles = csv_rows(history.cut[0].path / "csv" / "articles.csv.gz")

    said = [
        "".join(f"{k}={len(v.encode())}:{v}\n" for k, v in row.items() if v and k != "record_sha256")
        for row in articles
    ]

    assert [sha256(text.encode()).hexdigest() for text in said] == [row["record_sha256"] for row in articles]


def test_articles_are_sorted_by_time_then_id(history: History) -> None:
    filed = [
        (row["published_at"] or row["first_seen_at"], row["article_id"])
        for row in rows(history.cut[3].path / "articles.parquet")
    ]

    assert filed == sorted(filed)


def test_files_of_a_release_cannot_be_written_by_mistake(history: History) -> None:
    modes = {path.stat().st_mode & 0o777 for path in history.cut[0].path.rglob("*") if path.is_file()}

    assert modes == {0o444}


def test_only_one_process_cuts_releases_at_a_time(tmp_path: Path) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()

    with lock_releases(releases), pytest.raises(ReleasesLockedError, match=r"process \d+"):
        cut_release(small_world(tmp_path), releases, now=DAY_1, code_version="1")


def test_a_release_without_a_manifest_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "2026-11-20").mkdir()

    with pytest.raises(ReleaseDamagedError, match="2026-11-20: manifest"):
        open_release(tmp_path / "2026-11-20")


def test_a_copy_under_another_id_is_called_damaged(small_release: Path, tmp_path: Path) -> None:
    shutil.copytree(small_release / "2026-11-20", tmp_path / "2026-11-21")

    with pytest.raises(ReleaseDamagedError, match="2026-11-21: its manifest is that of release 2026-11-20"):
        list_releases(tmp_path)


def test_paths_with_quotes_brackets_and_spaces_work(tmp_path: Path) -> None:
    home = tmp_path / "o'brien [x] *"

    release = cut(small_world(home), home / "releases")

    assert all(result.is_ok for result in verify_release(release.path))
