"""The command line says what is wrong in one line and in its exit code, and starts fast where it can."""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from exports.imprint import Imprint
from exports.profiles import Profile
from exports.release import cut_release
from flows.cli import app
from flows.cli_look import print_status
from flows.journal import hold_run
from flows.status import SourceStatus, Status, read_status
from scrapers.clock import Clock
from scrapers.data_root import DataRoot, open_data_root
from scrapers.days import DayRange
from scrapers.registry_folder import SHIPPED_SOURCES
from scrapers.takedowns import Takedown, add_to_register
from tests.exports.factories import DAY_1, World, article, write_generation
from tests.flows.kabarchy import write_source
from tests.pipeline import ROOT
from tests.scrapers.offline import DAY, HOST, offline, sitemap
from tests.warehouse.factories import Page, crawl, source, stage
from tests.warehouse.home import Home
from warehouse.lock import loader_lock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERBS = (
    "run",
    "crawl",
    "extract",
    "load",
    "publish",
    "rebuild",
    "demo",
    "sources",
    "releases",
    "sql",
    "status",
    "serve",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data root whose registry has one source."""
    root = open_data_root(tmp_path / "home")
    root.sources.mkdir()
    write_source(root.sources, "a_source", "http://127.0.0.1:9")
    return root.path


def kabarchy(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_help_names_every_verb() -> None:
    text = kabarchy("--help").stdout

    assert [verb for verb in VERBS if not re.search(rf"\b{verb}\b", text)] == []


@pytest.mark.parametrize("words", [(), ("sources",), ("releases",), ("takedown",)])
def test_help_cuts_no_sentence_off(words: tuple[str, ...]) -> None:
    assert "..." not in kabarchy(*words, "--help").stdout.partition("Commands:")[2]


def test_help_keeps_what_stands_in_brackets() -> None:
    assert "[made from the host]" in kabarchy("sources", "add", "--help").stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    assert kabarchy(verb, "--help").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [("run", "no_such"), ("crawl", "no_such"), ("sources", "show", "no_such"), ("sources", "check", "no_such")],
)
def test_an_unknown_source_is_named(home: Path, words: tuple[str, ...]) -> None:
    result = kabarchy(*words, "--home", home)

    assert result.exit_code == 2
    assert result.stderr == "kabarchy: unknown source: no_such; the registry has 1 source\n"


@pytest.mark.parametrize(
    "words",
    [("run", "a_sorce"), ("crawl", "a_sorce"), ("sources", "show", "a_sorce"), ("sources", "check", "a_sorce")],
)
def test_a_misspelt_source_is_answered_with_what_was_probably_meant(home: Path, words: tuple[str, ...]) -> None:
    result = kabarchy(*words, "--home", home)

    assert result.exit_code == 2
    assert result.stderr == "kabarchy: unknown source: a_sorce (did you mean a_source?); the registry has 1 source\n"


@pytest.mark.parametrize(
    ("words", "asked"),
    [(("run",), "24kg and 24 others"), (("crawl", "24kg"), "24kg"), (("sources", "check", "24kg"), "24kg")],
)
def test_nobody_real_is_asked_anything_before_it_is_said_who_asks(
    tmp_path: Path, words: tuple[str, ...], asked: str
) -> None:
    result = kabarchy(*words, "--home", tmp_path / "home", "--sources", SHIPPED_SOURCES)

    assert result.exit_code == 2
    assert result.stderr == f"kabarchy: KABARCHY_CONTACT_URL is required to crawl {asked}: a page about who crawls\n"


def test_a_disabled_source_is_refused_with_the_reason_and_listed_with_it(tmp_path: Path) -> None:
    where = ("--home", tmp_path / "home", "--sources", SHIPPED_SOURCES)

    crawled = kabarchy("crawl", "tg_ukraine_central_asia", *where)
    checked = kabarchy("sources", "check", "tg_ukraine_central_asia", *where)
    listed = kabarchy("sources", "list", *where)

    reason = "handle unknown: no public file that was searched names it"
    assert (crawled.exit_code, crawled.stderr) == (
        2,
        f"kabarchy: disabled source: tg_ukraine_central_asia ({reason})\n",
    )
    assert (checked.exit_code, checked.stderr) == (
        1,
        f"kabarchy: tg_ukraine_central_asia: not checked: no way in is known; disabled: {reason}\n",
    )
    assert f"tg_ukraine_central_asia: disabled since 2026-11-22: {reason}" in listed.stdout.splitlines()


@pytest.mark.parametrize("verb", ["run", "crawl"])
def test_a_registry_of_which_nothing_is_crawled_is_named(home: Path, verb: str) -> None:
    path = home / "sources" / "a_source.toml"
    path.write_text(path.read_text().replace('"enabled"', '"candidate"'))

    result = kabarchy(verb, "--home", home)

    assert (result.exit_code, result.stderr) == (
        2,
        f"kabarchy: {home}/sources: nothing to crawl: none is enabled or has passed a check; "
        "the registry has 1 source\n",
    )


@pytest.mark.parametrize("verb", ["run", "crawl"])
@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        (("2026-11-01", "2026-11-02"), "--backfill: a_source: only feeds, which do not reach back"),
        (("2026-11-02", "2026-11-01"), "--backfill 2026-11-02 2026-11-01: no day from 2026-11-02 to 2026-11-01"),
        (("2026-11-01", "today"), "--backfill 2026-11-01 today: no day as 2026-11-30: 'today'"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused(home: Path, verb: str, days: tuple[str, str], complaint: str) -> None:
    result = kabarchy(verb, "a_source", "--backfill", *days, "--home", home)

    assert (result.exit_code, result.stderr) == (2, f"kabarchy: {complaint}\n")


def test_an_empty_registry_folder_is_no_registry(home: Path) -> None:
    (home / "sources" / "a_source.toml").unlink()

    result = kabarchy("sources", "check", "--home", home)

    assert (result.exit_code, result.stderr) == (2, f"kabarchy: {home}/sources: no source in this registry folder\n")


def test_an_unreadable_registry_file_is_named_with_the_fault(home: Path) -> None:
    (home / "sources" / "broken.toml").write_text("name = \n")

    result = kabarchy("run", "--home", home)

    assert result.exit_code == 2
    assert re.fullmatch(rf"kabarchy: {home}/sources/broken.toml:1: Invalid value .*\n", result.stderr)


def test_a_data_root_of_another_version_is_refused(home: Path) -> None:
    (home / "kabarchy.json").write_text('{"data_root_version": 99}')

    result = kabarchy("status", "--home", home)

    assert result.exit_code == 2
    assert result.stderr == f"kabarchy: {home}: data root of version 99, this Kabarchy reads version 1\n"


def test_a_bad_variable_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KABARCHY_CONTACT_URL", "not-an-address")

    result = kabarchy("crawl", "--home", home)

    assert (result.exit_code, result.stderr) == (
        2,
        "kabarchy: KABARCHY_CONTACT_URL: not an http(s) address: 'not-an-address'\n",
    )


def test_a_second_run_says_who_is_at_work(home: Path) -> None:
    with hold_run(home / "runs", (), as_of=None, now=Clock().now()) as mark:
        result = kabarchy("run", "--home", home)

    assert result.exit_code == 1
    assert re.fullmatch(
        rf"kabarchy: a run is under way in .*: process {mark.pid}, run {mark.run_id} .*\n", result.stderr
    )


def test_a_locked_warehouse_names_the_process_that_holds_it(home: Path) -> None:
    with loader_lock(home / "warehouse" / "kabarchy.duckdb"):
        result = kabarchy("load", "--home", home)

    assert result.exit_code == 1
    assert re.search(r"kabarchy: load: .*another loader is at work, process \d+", result.stderr)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("sql", "select 1"), "no generation yet"),
        (("releases", "verify"), "no release yet"),
        (("releases", "diff", "2026-11-20", "2026-11-21"), "2026-11-20: neither a folder nor a release in "),
        (("releases", "apply", "a", "b", "--output", "."), "--output .: is a folder; give the name of a file"),
        (("sql", "--example", "99"), "no example 99"),
        (("sql", "select 1", "--example", "1"), "give one of"),
        (("sql", "--file", "/nonexistent.sql"), "/nonexistent.sql"),
    ],
)
def test_what_is_not_there_is_one_line(home: Path, words: tuple[str, ...], complaint: str) -> None:
    result = kabarchy(*words, "--home", home)

    assert result.exit_code in (1, 2)
    assert complaint in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.fixture(scope="module")
def internal_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("internal")
    generation = write_generation(folder / "g.duckdb", World(articles=[article(1)]))
    release = cut_release(
        generation, folder / "releases", now=DAY_1, code_version="1", imprint=Imprint(profile=Profile.INTERNAL)
    )
    assert release is not None
    return release.path


def test_an_internal_release_among_the_public_ones_is_not_served(home: Path, internal_release: Path) -> None:
    shutil.copytree(internal_release, home / "releases" / internal_release.name)

    result = kabarchy("serve", "--home", home)

    assert result.exit_code == 1
    assert f"{internal_release.name}: is internal, in a folder for public releases" in result.stderr
    assert not (home / "prefect" / "serve.lock").exists()


def test_a_misspelt_option_is_a_misuse() -> None:
    assert kabarchy("status", "--hoem").exit_code == 2


def test_the_shipped_registry_can_be_used() -> None:
    result = kabarchy("sources", "check", "--sources", SHIPPED_SOURCES, "--json")

    assert result.exit_code == 0
    assert sorted(json.loads(result.stdout)) == sorted(path.stem for path in SHIPPED_SOURCES.glob("*.toml"))


def test_a_source_is_shown_as_the_registry_has_it(home: Path) -> None:
    shown = json.loads(kabarchy("sources", "show", "a_source", "--home", home).stdout)

    assert (shown["id"], shown["delay_s"], shown["entries"][0]["kind"]) == ("a_source", 0.1, "feed")


def test_the_status_of_an_empty_data_root_names_its_sources(home: Path) -> None:
    found = json.loads(kabarchy("status", "--home", home, "--json").stdout)

    assert (found["latest_release"], found["generation"], found["run_under_way"]) == (None, None, None)
    assert [(source["source"], source["articles"]) for source in found["sources"]] == [("a_source", 0)]


def test_the_status_names_the_process_of_a_run_that_lives(home: Path) -> None:
    with hold_run(home / "runs", (), as_of=None, now=NOON) as mark:
        said = read_status(DataRoot(home), {}, NOON).run_under_way

    assert said == f"run {mark.run_id} since 2026-11-20 12:00 UTC, process {mark.pid}"


ANEW = "only runs begun in the last 6 hours are continued, so the next one begins anew"


@pytest.mark.parametrize(("minutes", "said"), [(359, "goes on by kabarchy run a_source"), (361, ANEW), (-1, ANEW)])
def test_the_status_names_the_words_that_continue_a_killed_run_only_where_they_would(
    home: Path, minutes: int, said: str
) -> None:
    with hold_run(home / "runs", ("a_source",), as_of=None, now=NOON):
        left = (home / "runs" / "current.json").read_text()
    (home / "runs" / "current.json").write_text(left)

    found = read_status(DataRoot(home), {}, NOON + timedelta(minutes=minutes)).run_under_way

    assert str(found).partition("; ")[2] == said


def test_the_status_says_what_a_backfill_has_left_and_how_it_goes_on(home: Path) -> None:
    site = offline(home, {"kind": "sitemap", "url": HOST + "/map-{YYYY}-{MM}-{DD}.xml"})
    write_source(home / "sources", "site", HOST)
    days, web = DayRange(date(2026, 11, 7), date(2026, 11, 8)), {"/map-2026-11-08.xml": sitemap("/a", "/b")}
    site.crawl({**web, "/a": b"A"}, days=days, max_pages=1)
    first = kabarchy("status", "--home", home).stdout
    site.crawl({**web, "/b": b"B"}, days=days, run_id="run2", as_of=DAY + timedelta(hours=1))

    assert (
        "backfill        site: 1 article left; goes on by kabarchy run site --backfill 2026-11-07 2026-11-08" in first
    )
    assert "backfill" not in kabarchy("status", "--home", home).stdout


def test_the_status_says_that_a_takedown_waits_and_how_it_is_finished(home: Path) -> None:
    taken = Takedown(article_id="0" * 24, source_id="a_source", reason="erasure", taken_down_at=Clock().now())
    add_to_register(home / "takedown" / "register.json", [taken])

    said = kabarchy("status", "--home", home).stdout

    assert "1 of 1 entry not carried out, no release is cut: run kabarchy takedown apply" in said


def test_the_status_says_what_was_expected_of_a_source_and_what_came(home: Path) -> None:
    made = Home(path=home, sources={"a_source": source("a_source")})
    stage(made.staging, crawl(1, Page(slug="a"), source_id="a_source"))
    made.load()
    made.publish()

    (found,) = json.loads(kabarchy("status", "--home", home, "--json").stdout)["sources"]

    assert (found["health"], found["expected_per_week"], found["new_in_7_days"]) == ("healthy", None, 1)


def test_the_status_begins_with_the_sources_that_do_not_fare_well_and_says_why(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    since = datetime(2026, 11, 20, 6, tzinfo=UTC)
    known = {"status": "enabled", "last_crawl_at": since, "new_in_7_days": 4, "expected_per_week": 3}
    sources = (
        SourceStatus(source="a", health="healthy", **known),
        SourceStatus(source="b", health="backing_off", since=since, reason="too many requests", **known),
        SourceStatus(source="c", status="disabled"),
        SourceStatus(source="d", status="candidate"),
    )
    empty = dict.fromkeys(("run_under_way", "latest_run", "generation", "latest_release"))

    empty |= {"unfinished_takedown": None, "unfinished_backfills": (), "served_at": ()}
    print_status(Status(home="h", n_pending_crawls=1, sources=sources, **empty))
    lines = capsys.readouterr().out.splitlines()

    assert "waiting         1 crawl to extract" in lines
    assert "sources         1 backing off, 1 healthy, 1 never crawled, 1 disabled" in lines
    assert [line.split()[1] for line in lines if line.startswith("│")] == ["b", "a", "d", "c"]
    assert "4 (≥ 3)" in next(line for line in lines if line.startswith("│ b"))
    assert lines[-1] == "b: backing off since 2026-11-20 06:00: too many requests"


def test_the_status_over_a_generation_that_knows_no_health_yet_says_the_rest(home: Path) -> None:
    made = Home(path=home, sources={"a_source": source("a_source")})
    stage(made.staging, crawl(1, Page(slug="a"), source_id="a_source"))
    made.load()
    generation = made.publish()
    generation.chmod(0o644)
    with duckdb.connect(generation) as connection:
        connection.execute("drop table source_health")

    (found,) = json.loads(kabarchy("status", "--home", home, "--json").stdout)["sources"]

    assert (found["source"], found["articles"], found["health"]) == ("a_source", 1, None)
    assert found["last_crawl_at"] is not None


def test_the_examples_are_listed_by_number() -> None:
    numbers = [example["number"] for example in json.loads(kabarchy("sql", "--example", "0", "--json").stdout)]

    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 10


def test_the_verbs_that_look_do_without_prefect_scrapy_and_trafilatura(home: Path) -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from flows.cli import app\n"
        f"for words in (['status'], ['sources', 'list'], ['releases', 'list'], ['sql', '--example', '0']):\n"
        f"    CliRunner().invoke(app, [*words, '--home', {str(home)!r}])\n"
        "print(sorted({'prefect', 'scrapy', 'trafilatura'} & {name.split('.')[0] for name in sys.modules}))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_a_source_that_does_not_answer_does_not_pass_its_check_and_is_listed_so(home: Path) -> None:
    checked = kabarchy("sources", "check", "a_source", "--home", home)
    listed = json.loads(kabarchy("sources", "list", "--home", home, "--json").stdout)

    assert checked.exit_code == 1
    assert "a_source: not passed" in checked.stdout
    assert listed[0]["checked"].endswith(" not passed")


def test_without_names_a_check_reads_the_registry_and_asks_nobody(home: Path) -> None:
    result = kabarchy("sources", "check", "--home", home)

    assert (result.exit_code, result.stdout) == (0, "1 source can be used\n")
    assert not (home / "checks").exists()
