from pathlib import Path

import pytest

from flows.settings import SettingsError, imprint_of, own_environment, prefect_environment, read_settings
from scrapers.registry_folder import SHIPPED_SOURCES


def test_without_variables_the_data_root_is_data_and_the_registry_is_the_shipped_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = read_settings({})

    assert settings.home == tmp_path / "data"
    assert settings.sources == SHIPPED_SOURCES.resolve()
    assert (settings.contact_url, settings.notify_url) == (None, None)


def test_a_registry_in_the_data_root_is_preferred_to_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()

    assert read_settings({"KABARCHY_HOME": str(tmp_path)}).sources == tmp_path / "sources"


def test_a_named_registry_is_preferred_to_any_other(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    environment = {"KABARCHY_HOME": str(tmp_path), "KABARCHY_SOURCES": str(tmp_path / "mine")}

    assert read_settings(environment).sources == tmp_path / "mine"


@pytest.mark.parametrize("name", ["KABARCHY_CONTACT_URL", "KABARCHY_NOTIFY_URL"])
@pytest.mark.parametrize("value", ["ftp://example.org/", "example.org", "http://"])
def test_an_address_that_is_none_is_refused_by_name_and_value(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: .*{value}"):
        read_settings({name: value})


def test_a_data_root_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="KABARCHY_HOME"):
        read_settings({"KABARCHY_HOME": str(tmp_path / "file")})


def test_children_read_the_same_settings(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "KABARCHY_HOME": str(tmp_path),
            "KABARCHY_CONTACT_URL": "https://example.org/bot",
            "KABARCHY_NOTIFY_URL": "http://127.0.0.1:9/hook",
            "KABARCHY_CATALOGUE_URL": "http://127.0.0.1:8642/",
            "KABARCHY_PUBLIC_URL": "https://data.example/news",
        }
    )

    assert read_settings(own_environment(settings)) == settings
    assert imprint_of(settings).public_url == "https://data.example/news/"


def test_children_find_a_key_that_was_named_from_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    environment = own_environment(read_settings({"KABARCHY_MINISIGN_KEY": "keys/secret"}))

    assert environment["KABARCHY_MINISIGN_KEY"] == str(tmp_path / "keys" / "secret")


def test_prefect_keeps_its_state_in_the_data_root_and_calls_nobody(tmp_path: Path) -> None:
    environment = prefect_environment(read_settings({"KABARCHY_HOME": str(tmp_path)}), port=4299)

    assert environment["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert environment["PREFECT_API_URL"] == "http://127.0.0.1:4299/api"
    assert environment["PREFECT_SERVER_API_HOST"] == "127.0.0.1"
    assert (environment["PREFECT_SERVER_ANALYTICS_ENABLED"], environment["DO_NOT_TRACK"]) == ("false", "1")
