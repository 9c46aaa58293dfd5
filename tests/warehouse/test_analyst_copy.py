import json
import shutil
import time
from pathlib import Path

import duckdb
import pytest

from scrapers.tables import ANALYST_TABLES
from tests.warehouse.children import child
from tests.warehouse.factories import stage_days
from tests.warehouse.home import ANALYST_NAMES, Home, fingerprints
from warehouse.analyst_copy import connect_analyst, current_generation, publish_generation
from warehouse.base_tables import DICTIONARY
from warehouse.database import create_database, open_for_reading
from warehouse.ddl import column_type
from warehouse.errors import NoGenerationError, WarehouseLockedError, WarehouseUnusableError, WarehouseVersionError
from warehouse.lock import loader_lock

KEEP_READING = """
import json, sys, time
from pathlib import Path
from warehouse.analyst_copy import connect_analyst

analyst, stop = map(Path, sys.argv[1:])
kept = connect_analyst(analyst)
ask = "select (select count(*) from article), (select count(*) from crawl), (select count(*) from article_version)"
seen, answers_kept, n_mixed = set(), set(), 0
print("reading", flush=True)
while not stop.exists():
    answers_kept.add(kept.execute(ask).fetchall()[0])
    with connect_analyst(analyst) as con:
        answer = con.execute(ask).fetchall()[0]
    n_mixed += len(set(answer)) != 1
    seen.add(answer[0])
    time.sleep(0.01)
print(json.dumps({"seen": sorted(seen), "kept": sorted(answers_kept), "n_mixed": n_mixed}), flush=True)
"""


@pytest.fixture
def changing(published: Home, tmp_path: Path) -> Home:
    """A copy of `published` that a test may change."""
    shutil.copytree(published.path, tmp_path / "home", symlinks=True)
    return Home(path=tmp_path / "home", sources=dict(published.sources))


def publish_days(home: Home, *days: int) -> list[Path]:
    """Publish a generation a day, each with one crawl, one article and one version more than the one before."""
    return [publish_day(home, day) for day in days]


def publish_day(home: Home, day: int) -> Path:
    stage_days(home.staging, day)
    home.load()
    return home.publish()


def test_a_generation_says_what_the_warehouse_says(published: Home) -> None:
    with open_for_reading(published.database) as con:
        in_warehouse = fingerprints(con, ANALYST_NAMES)

    with connect_analyst(published.analyst) as con:
        assert fingerprints(con, ANALYST_NAMES) == in_warehouse


def test_a_generation_has_exactly_the_promised_columns_with_their_meanings(published: Home) -> None:
    found = published.ask(
        "select table_name, column_name, lower(data_type), comment from duckdb_columns()"
        " where not internal order by table_name, column_index"
    )

    promised = {table.name: table for table in (*ANALYST_TABLES, DICTIONARY)}
    assert [row for row in found if row[0] in promised] == [
        (name, column.name, column_type(column), column.meaning)
        for name, table in sorted(promised.items())
        for column in table.columns
    ]
    assert [row[:2] for row in found if not row[3]] == []


def test_the_dictionary_explains_every_column(published: Home) -> None:
    explained = published.ask("select table_name, column_name, type, meaning from dictionary")
    columns = published.ask("select count(*) from duckdb_columns() where not internal")

    assert columns == [(len(explained),)]
    assert ("article", "n_words", "bigint", "Words of the cleaned text.") in explained


def test_articles_lie_in_the_order_of_their_publication_with_their_text(published: Home) -> None:
    kinds = published.ask("select count(*) from duckdb_tables() where table_name = 'article'")
    dates = [row[0] for row in published.ask("select published_at from article where text is not null")]

    assert kinds == [(1,)]
    assert len(dates) == 3
    assert dates == sorted(dates)


def test_views_do_not_depend_on_the_name_of_the_file(published: Home) -> None:
    with duckdb.connect() as con:
        con.execute("attach ? as k (read_only)", [str(current_generation(published.analyst))])
        versions = con.execute("select count(*) from k.article_version").fetchall()

    assert versions == [(5,)]


def test_a_generation_is_read_only_and_the_link_and_the_pointer_lead_to_it(published: Home) -> None:
    path = current_generation(published.analyst)

    assert path.stat().st_mode & 0o777 == 0o444
    assert (published.analyst / "kabarchy.duckdb").resolve() == path
    assert sorted(p.name for p in published.analyst.iterdir()) == ["current.json", path.name, "kabarchy.duckdb"]


def test_an_unchanged_warehouse_is_not_copied_again(changing: Home) -> None:
    first = current_generation(changing.analyst)
    changing.load()
    changing.rebuild()

    assert changing.publish() == first


def test_a_changed_registry_alone_makes_a_new_generation(changing: Home) -> None:
    first = current_generation(changing.analyst)
    changing.sources.pop("topol")
    changing.load()

    assert changing.publish() > first


def test_the_newest_three_generations_are_kept_in_the_order_of_their_names(changing: Home) -> None:
    paths = publish_days(changing, 4, 5, 6)

    assert paths == sorted(paths)
    assert sorted(changing.analyst.glob("kabarchy-*")) == paths


def test_a_number_is_not_used_twice_after_old_generations_are_gone(changing: Home) -> None:
    first = current_generation(changing.analyst)
    first.unlink()

    assert changing.publish().name == "kabarchy-000002.duckdb"


def test_the_link_serves_when_the_pointer_is_lost(changing: Home) -> None:
    (changing.analyst / "current.json").write_text("{torn")

    assert current_generation(changing.analyst).name == "kabarchy-000001.duckdb"


def test_before_the_first_generation_there_is_none(home: Home) -> None:
    with pytest.raises(NoGenerationError, match="analyst: no generation yet"):
        connect_analyst(home.analyst)


def test_analysts_can_only_read(changing: Home) -> None:
    outside = changing.path / "outside.csv"
    outside.write_text("a\n1\n")

    with connect_analyst(changing.analyst) as con:
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("delete from article")
        with pytest.raises(duckdb.PermissionException):
            con.execute(f"from '{outside}'")
        assert con.execute("select current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_several_connections_of_one_process_are_all_in_utc_and_locked_down(
    published: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")

    with connect_analyst(published.analyst), connect_analyst(published.analyst) as second:
        zone = second.execute("select current_setting('TimeZone')").fetchall()
        with pytest.raises(duckdb.PermissionException):
            second.execute("select content from read_text('/etc/hostname')")

    assert zone == [("UTC",)]


def test_a_warehouse_at_work_is_not_copied(changing: Home) -> None:
    with loader_lock(changing.database), pytest.raises(WarehouseLockedError):
        changing.publish()


def test_a_warehouse_of_an_older_schema_is_loaded_before_it_is_copied(tmp_path: Path) -> None:
    create_database(tmp_path / "kabarchy.duckdb")
    with duckdb.connect(tmp_path / "kabarchy.duckdb") as con:
        con.execute("update contract set sha256 = 'old'")

    with pytest.raises(WarehouseVersionError, match="load first"):
        publish_generation(tmp_path / "kabarchy.duckdb", tmp_path / "analyst")


def test_without_a_warehouse_nothing_is_published(home: Home) -> None:
    home.database.unlink()

    with pytest.raises(WarehouseUnusableError, match="does not exist"):
        home.publish()

    assert list(home.analyst.iterdir()) == []


def test_readers_see_whole_generations_and_no_error_while_new_ones_appear(home: Home) -> None:
    stop = home.path / "stop"
    publish_day(home, 1)

    with child(KEEP_READING, home.analyst, stop) as reader:
        publish_days(home, 2, 3, 4, 5)
        time.sleep(0.5)
        stop.touch()
        said = json.loads(reader.communicate(timeout=60)[0])

    assert said["n_mixed"] == 0
    assert said["kept"] == [[1, 1, 1]]
    assert len(said["seen"]) >= 3
    assert said["seen"][-1] == 5
