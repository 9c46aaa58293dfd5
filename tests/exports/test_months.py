"""Releases by month alone, each built upon the one before: what would be built from nothing, and of use to readers."""

import shutil
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from exports.diff import diff_releases
from exports.errors import GateFailedError
from exports.imprint import Imprint
from exports.profiles import Profile
from exports.reissue import reissue_releases
from exports.release import cut_release, list_releases
from exports.release_at import LocalRelease
from exports.snippets import snippets_of
from exports.update import fetch_articles, update_articles
from exports.verify import verify_release
from scrapers.tables import TOMBSTONE
from tests.exports.factories import (
    DAY_1,
    DAY_2,
    TEXT,
    World,
    article,
    article_id,
    tombstone,
    write_generation,
)
from tests.exports.foreign import croissant_faults, read_croissant
from tests.exports.newsroom import Pair, cut_both_ways, data_of
from tests.exports.readers import edit_manifest, manifest, reseal, rewrite_rows, rows

BY_MONTH = Imprint(has_whole_files=False)


@pytest.fixture(scope="module")
def by_month(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return cut_both_ways(tmp_path_factory.mktemp("by-month"), BY_MONTH, (4, 7, 9, 10))


def test_what_is_built_upon_the_release_before_is_byte_for_byte_what_is_built_from_nothing(by_month: Pair) -> None:
    upon = {n: data_of(by_month.built_upon[n]) for n in by_month.from_nothing}
    assert upon == {n: data_of(release) for n, release in by_month.from_nothing.items()}
    assert {name.split("-")[0] for name in data_of(by_month.built_upon[3])} >= {
        "data/articles",
        "data/versions",
        "data/citations",
    }


def test_a_source_that_loses_its_licence_changes_every_row_of_it(by_month: Pair) -> None:
    last = by_month.built_upon[-1]

    assert manifest(last.path)["changes"]["modified"] == manifest(last.path)["rows"]
    assert {row["text"] for path in last.path.glob("data/articles-*") for row in rows(path)} == {None}


def test_it_has_no_whole_file_of_a_large_table_and_passes_every_gate_alone(by_month: Pair) -> None:
    release = by_month.built_upon[5]

    assert [name for name in ("articles", "versions", "citations") if (release.path / f"{name}.parquet").exists()] == []
    assert not (release.path / "csv").exists() or not list((release.path / "csv").iterdir())
    assert [result for result in verify_release(release.path) if not result.is_ok] == []


def test_a_table_without_any_row_has_no_month_and_no_fault(tmp_path: Path) -> None:
    generation = write_generation(tmp_path / "1.duckdb", World(articles=[article(1)]))

    release = cut_release(generation, tmp_path / "releases", now=DAY_1, code_version="1", imprint=BY_MONTH)

    assert release is not None
    assert {path.name.split("-")[0] for path in release.path.glob("data/*")} == {"articles", "versions"}


def test_an_internal_release_keeps_its_texts_in_the_months_that_it_takes_over(tmp_path: Path) -> None:
    imprint = Imprint(has_whole_files=False, profile=Profile.INTERNAL)
    old, new = article(1, source_id="closed"), article(1000, source_id="closed", first_seen_at=DAY_2)
    days = ((DAY_1, World(articles=[old])), (DAY_2, World(articles=[old, new])))

    cut = [
        cut_release(
            write_generation(tmp_path / "generation.duckdb", world),
            tmp_path / "releases",
            now=day,
            code_version="1",
            imprint=imprint,
        )
        for day, world in days
    ]

    assert cut[1] is not None
    assert cut[1].manifest.partitions.reused > 0
    assert [row["text"] for path in cut[1].path.glob("data/articles-*") for row in rows(path)] == [TEXT, TEXT]


def test_a_month_that_another_recipe_let_pass_is_looked_at_again(tmp_path: Path) -> None:
    old, new = article(1, source_id="closed"), article(1000, first_seen_at=DAY_2)
    releases, generation = tmp_path / "releases", tmp_path / "generation.duckdb"
    write_generation(generation, World(articles=[old]))
    first = cut_release(generation, releases, now=DAY_1, code_version="1", imprint=BY_MONTH)
    assert first is not None
    [month] = first.path.glob("data/articles-*")
    rewrite_rows(month, [row | {"excerpt": "leaked"} for row in rows(month)])
    edit_manifest(first.path, build=manifest(first.path)["build"] | {"recipe_sha256": "another"})
    reseal(first.path)
    write_generation(generation, World(articles=[old, new]))

    with pytest.raises(GateFailedError, match="hashes"):
        cut_release(generation, releases, now=DAY_2, code_version="1", imprint=BY_MONTH)


def test_its_documents_speak_of_no_file_that_it_does_not_have(by_month: Pair) -> None:
    release = by_month.built_upon[5].path

    assert "excel/" not in (release / "README.md").read_text(encoding="utf-8")
    assert "by month alone" in (release / "sample/README.md").read_text(encoding="utf-8")


def test_it_can_be_compared_and_brought_up_to_date_by_deltas(by_month: Pair, tmp_path: Path) -> None:
    old, new = by_month.built_upon[0], by_month.built_upon[4]

    have = fetch_articles(LocalRelease(old.path), tmp_path)
    report = update_articles(have, old.id, LocalRelease(new.path), tmp_path / "new.parquet")

    assert report.rows == new.manifest.rows
    assert diff_releases(old.path, new.path).added == tuple(sorted(article_id(n) for n in (40, 41)))


def test_a_takedown_reissues_it_by_month(by_month: Pair, tmp_path: Path) -> None:
    home = by_month.built_upon[0].path.parent
    with_copies = tmp_path / "releases"
    shutil.copytree(home, with_copies)
    gone = pa.Table.from_pylist([tombstone(50)], schema=TOMBSTONE.schema)

    issued = reissue_releases(with_copies, gone, now=DAY_1 + timedelta(days=20), code_version="1", imprint=BY_MONTH)

    held = {row["article_id"] for it in list_releases(with_copies) for f in it.path.glob("data/*") for row in rows(f)}
    assert len(issued) == 2
    assert article_id(50) not in held
    assert not (with_copies / issued[0] / "articles.parquet").exists()


# Third-party: rdflib's own reader of JSON-LD uses a class that rdflib calls deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("table", ["articles", "versions", "citations", "sources"])
def test_mlcroissant_reads_every_row_of_every_month(by_month: Pair, table: str) -> None:
    release = by_month.built_upon[5]

    found = read_croissant(release.path / "croissant.json", table)

    assert croissant_faults(release.path / "croissant.json") == []
    assert len(found) == release.manifest.tables[table].rows > 0


@pytest.mark.parametrize("tool", ["pandas", "Polars"])
def test_snippets_work(
    by_month: Pair, tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release = by_month.built_upon[3]
    monkeypatch.chdir(release.path)

    exec(next(s.code for s in snippets_of(release.manifest) if s.tool == tool), {})  # noqa: S102 - what is documented

    assert "42" in capsys.readouterr().out
