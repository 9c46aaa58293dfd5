"""The command line: one clear line and the right exit code for what is misused."""

import json
from pathlib import Path

import pytest

from scrapers.__main__ import main
from scrapers.data_root import open_data_root
from tests.scrapers.offline import DAY, offline, rss
from tests.scrapers.site import write_source


@pytest.fixture(autouse=True)
def _logging_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logging.basicConfig", lambda **_: None)


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_a_real_source_without_a_contact_is_not_crawled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_source(tmp_path, "https://site.test")

    assert main(["crawl", "site", "--home", str(tmp_path)]) == 2
    assert error_of(capsys) == "error: site: KABARCHY_CONTACT_URL is required to crawl it: a page about who crawls"
    assert not (tmp_path / "archive").exists()


def test_an_unknown_source_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_source(tmp_path, "http://127.0.0.1:1")

    assert main(["crawl", "nobody", "--home", str(tmp_path)]) == 2
    assert error_of(capsys) == "error: unknown source: nobody; the registry has 1 source"


def test_a_data_root_of_another_version_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "kabarchy.json").write_text('{"data_root_version": 99}')

    assert main(["list-crawls", "--home", str(tmp_path)]) == 2
    assert "data root of version 99" in error_of(capsys)


def test_a_time_without_an_offset_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["crawl", "site", "--home", str(tmp_path), "--as-of", "2026-11-20T12:00:00"])

    assert "'2026-11-20T12:00:00' has no offset from UTC" in capsys.readouterr().err


def test_crawls_are_listed_and_a_damaged_one_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = offline(open_data_root(tmp_path).path)
    site.crawl({"/feed.xml": rss("/a"), "/a": b"A"}, as_of=DAY)

    assert main(["list-crawls", "--home", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["n_fetched"] == 2

    (path,) = tmp_path.glob("archive/site/*/*/*.warc.gz")
    path.write_bytes(path.read_bytes()[:-10])
    assert main(["list-crawls", "--home", str(tmp_path)]) == 1
