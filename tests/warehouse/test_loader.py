import shutil
from pathlib import Path

import duckdb
import pytest

from scrapers.records import RejectionReason
from scrapers.staging import Batch
from tests.warehouse.factories import Page, crawl, id_of, registry, related, stage, stage_forged
from tests.warehouse.home import Home
from warehouse.loader import load_batches

VERSIONS = "select version, text from article_version order by article_id, version"
STAGED_FILES = ("crawls", "outcomes", "captures", "articles", "rejections", "citations")


def load_in_order(home: Home, batches: list[Batch]) -> None:
    """Load batches one at a time, each from a staging folder that shows only those loaded so far."""
    shown = home.path / "shown"
    shown.mkdir()
    for batch in batches:
        shutil.copytree(batch.path, shown / batch.path.name)
        load_batches(home.database, shown, home.sources)


def flip_bytes(paths: list[Path], *, at: float) -> None:
    """Flip one bit in each file, `at` of the way through it."""
    for path in paths:
        data = bytearray(path.read_bytes())
        data[int(len(data) * at)] ^= 0x10
        path.write_bytes(data)


def test_a_load_says_what_became_of_the_articles(home: Home) -> None:
    stage(home.staging, crawl(1, Page(slug="a"), Page(slug="b")))
    home.load()
    stage(home.staging, crawl(2, Page(slug="a", text="Жаңы текст."), Page(slug="b"), Page(slug="c")))

    report = home.load()

    assert (report.n_batches, report.n_new, report.n_changed, report.n_unchanged) == (1, 1, 1, 1)
    assert report.is_ok


def test_loading_again_changes_nothing(week: Home) -> None:
    week.load()
    before = week.content()

    report = week.load()

    assert report.n_batches == 0
    assert week.content() == before


def test_a_reverted_edit_is_three_versions_of_which_the_last_is_current(week: Home) -> None:
    week.load()

    versions = week.query(f"select version, text from article_version where article_id = '{id_of('a')}' order by 1")
    current = week.query(f"select text, n_versions from article where article_id = '{id_of('a')}'")

    opened, closed = "Жаңы көпүрө ачылды.", "Жаңы көпүрө жабылды."
    assert versions == [(1, opened), (2, closed), (3, opened)]
    assert current == [(opened, 3)]


def test_versions_follow_each_other_without_gaps(week: Home) -> None:
    week.load()

    history = week.query(
        "select version, strftime(valid_from, '%d'), strftime(valid_to, '%d') from article_version"
        f" where article_id = '{id_of('a')}' order by version"
    )

    assert history == [(1, "02", "03"), (2, "03", "04"), (3, "04", None)]


def test_equal_captures_are_one_version(home: Home) -> None:
    stage(home.staging, crawl(1))
    stage(home.staging, crawl(2))
    stage(home.staging, crawl(3))

    home.load()

    assert home.query(VERSIONS) == [(1, "Кар түштү. Жолдор ачык.")]


def test_a_page_rejected_at_every_look_is_one_rejection(home: Home) -> None:
    for day in (1, 2, 3):
        stage(home.staging, crawl(day, Page(rejected=RejectionReason.TOO_SHORT)))

    home.load()

    assert home.query("select reason, strftime(fetched_at, '%d') from rejection") == [("too_short", "02")]


def test_the_words_of_a_date_may_change_without_an_edit(home: Home) -> None:
    stage(home.staging, crawl(2, Page(published_raw="Кечээ, 10:00")))
    stage(home.staging, crawl(1, Page(published_raw="Бүгүн, 10:00")))

    home.load()

    assert home.query("select n_versions, published_raw from article") == [(1, "Бүгүн, 10:00")]


def test_a_newer_extractor_replaces_what_an_older_one_read(home: Home) -> None:
    stage(home.staging, crawl(1, Page(text="Бир.")))
    home.load()
    stage(home.staging, crawl(1, Page(text="Бир.")), extractor=2)

    home.load()

    assert home.query(VERSIONS) == [(1, "Бир. (x2)")]
    assert home.query("select count(*) from content") == [(1,)]


def test_an_older_extractor_never_replaces_what_a_newer_one_read(home: Home) -> None:
    stage(home.staging, crawl(1, Page(text="Бир.")), extractor=2)
    home.load()
    stage(home.staging, crawl(1, Page(text="Бир.")), extractor=1)

    home.load()

    assert home.query(VERSIONS) == [(1, "Бир. (x2)")]


def test_a_newer_extractor_may_find_other_records_in_a_capture(home: Home) -> None:
    stage(home.staging, crawl(1, Page(slug="a", citations=(related("https://kabar.example/1"),))))
    stage(home.staging, crawl(1, Page(slug="a", rejected=RejectionReason.TOO_SHORT)), extractor=2)

    home.load()

    assert home.query("select count(*) from article union all select count(*) from content_citation") == [(0,), (0,)]
    assert home.query("select reason from rejection") == [("too_short",)]


def test_a_difference_between_extractors_is_no_edit(home: Home) -> None:
    stage(home.staging, crawl(1, Page(text="Бир.")), extractor=1)
    stage(home.staging, crawl(2, Page(text="Бир.")), extractor=2)

    home.load()

    assert home.query(VERSIONS) == [(1, "Бир. (x2)")]


def test_an_edit_seen_by_one_extractor_counts_after_a_change_of_extractor(home: Home) -> None:
    stage(home.staging, crawl(1, Page(text="Бир.")), extractor=1)
    stage(home.staging, crawl(2, Page(text="Бир.")), extractor=2)
    stage(home.staging, crawl(3, Page(text="Эки.")), extractor=2)

    home.load()

    assert home.query(VERSIONS) == [(1, "Бир. (x2)"), (2, "Эки. (x2)")]


@pytest.mark.parametrize("order", ["3210", "2031", "0213"])
def test_any_order_of_loading_gives_the_same_tables(home: Home, order: str) -> None:
    cited = (related("https://kabar.example/1"),)
    batches = [
        stage(home.staging, crawl(1, Page(text="Бир.", citations=cited), Page(slug="b"))),
        stage(home.staging, crawl(2, Page(text="Эки."))),
        stage(home.staging, crawl(1, Page(text="Бир.", citations=cited)), extractor=2),
        stage(home.staging, crawl(3, Page(text="Бир.", citations=cited)), extractor=2),
    ]
    home.load()
    at_once = home.content()
    home.database.unlink()

    load_in_order(home, [batches[int(digit)] for digit in order])

    assert home.content() == at_once


def test_a_rebuilt_warehouse_equals_the_one_that_grew(home: Home) -> None:
    stage(home.staging, crawl(1, Page(text="Бир."), Page(slug="b")))
    home.load()
    stage(home.staging, crawl(2, Page(text="Эки.")))
    home.load()
    stage(home.staging, crawl(1, Page(text="Бир.")), extractor=2)
    home.load()
    grown = home.content()

    report = home.rebuild()

    assert report.n_batches == 3
    assert home.content() == grown


@pytest.mark.parametrize("at", [0.0, 0.25, 0.5, 0.75, 0.99])
def test_batches_with_one_flipped_byte_are_set_aside_and_the_others_are_loaded(home: Home, at: float) -> None:
    broken = [stage(home.staging, crawl(day)) for day in range(1, len(STAGED_FILES) + 1)]
    flip_bytes([batch.table_path(file) for batch, file in zip(broken, STAGED_FILES, strict=True)], at=at)
    stage(home.staging, crawl(30, Page(slug="sound")))

    report = home.load()

    assert [file for file, line in zip(STAGED_FILES, report.damaged, strict=True) if file not in line] == []
    assert home.query("select article_id from article") == [(id_of("sound"),)]
    assert len(list(home.staging.glob(".damaged-*"))) == len(STAGED_FILES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"n_pages": 1', '"n_pages": 2'),
        ('"n_pages_with_articles": 1', '"n_pages_with_articles": 0'),
        ('"extractor": 1', '"extractor": 2'),
        ('"source_id": "tunduk"', '"source_id": "topol"'),
        ('"batch_format": 1', '"batch_format": 9'),
        ('"files"', '"filez"'),
        ("{", "["),
    ],
)
def test_a_batch_whose_description_is_not_true_is_set_aside(home: Home, old: str, new: str) -> None:
    info = stage(home.staging, crawl(1)).path / "batch.json"
    info.write_text(info.read_text().replace(old, new, 1))

    report = home.load()

    assert (report.n_batches, len(report.damaged)) == (0, 1)
    assert home.query("select count(*) from capture") == [(0,)]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("crawls", "crawl_id", "another"),
        ("outcomes", "source_id", "topol"),
        ("captures", "extractor", 7),
        ("articles", "source_id", "topol"),
        ("articles", "content_sha256", "0" * 64),
        ("citations", "position", 0),
    ],
)
def test_a_batch_whose_tables_contradict_each_other_is_set_aside(
    home: Home, table: str, column: str, value: object
) -> None:
    cited = (related("https://kabar.example/1"), related("https://kabar.example/2"))
    stage_forged(home.staging, crawl(1, Page(slug="a", citations=cited), Page(slug="b")), table, column, value)

    report = home.load()

    assert [table in line for line in report.damaged] == [True]
    assert home.query("select count(*) from record") == [(0,)]


def test_a_batch_set_aside_can_be_made_anew(home: Home) -> None:
    batch = stage(home.staging, crawl(1))
    flip_bytes([batch.table_path("articles")], at=0.5)
    home.load()
    stage(home.staging, crawl(1))

    report = home.load()

    assert report.n_batches == 1
    assert report.damaged == ()


def test_a_missing_file_is_damage(home: Home) -> None:
    stage(home.staging, crawl(1)).table_path("citations").unlink()

    report = home.load()

    assert "citations.parquet: missing" in report.damaged[0]


def test_the_registry_is_mirrored(home: Home) -> None:
    home.load()

    rows = home.query("select source_id, languages, status, rights_level from source order by 1")

    assert rows == [("topol", "ky | ru", "enabled", "metadata"), ("tunduk", "ky | ru", "enabled", "metadata")]


def test_a_source_gone_from_the_registry_stays_described_with_the_least_rights(home: Home) -> None:
    stage(home.staging, crawl(1, source_id="jailoo"))

    home.load()

    row = home.query("select homepage, country, status, rights_level from source where source_id = 'jailoo'")
    assert row == [("https://jailoo.example/", "KG", "removed", "metadata")]


def test_a_source_that_returns_to_the_registry_is_enabled_again(home: Home) -> None:
    stage(home.staging, crawl(1, source_id="jailoo"))
    home.load()

    load_batches(home.database, home.staging, registry("jailoo"))

    assert home.query("select source_id, status from source") == [("jailoo", "enabled")]


def test_a_load_leaves_no_write_ahead_log(week: Home) -> None:
    week.load()

    assert {path.name for path in week.database.parent.iterdir()} == {"kabarchy.duckdb", "kabarchy.duckdb.lock"}


def test_statements_in_a_load_reach_no_file_outside_staging(home: Home) -> None:
    outside = home.path / "outside.csv"
    outside.write_text("a\n1\n")
    home.load()

    with pytest.raises(duckdb.PermissionException):
        home.query(f"select a from read_csv('{outside}')")
