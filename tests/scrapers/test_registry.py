"""What a registry file may say, and what is said about one that may not."""

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from scrapers.registry import (
    SHIPPED_SOURCES,
    Entry,
    Grade,
    RegistryError,
    State,
    UnknownSourceError,
    choose_sources,
    load_registry,
    load_source,
)

GOOD = """
name = "Outlet"
homepage = "https://outlet.example/"
country = "KG"
languages = ["ky"]
timezone = "Asia/Bishkek"

[status]
state = "enabled"
since = 2026-11-22
reason = "test"

[[entries]]
kind = "feed"
url = "https://outlet.example/rss"
"""


def written(folder: Path, text: str, name: str = "outlet") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_stem_is_the_id_and_defaults_are_careful(tmp_path: Path) -> None:
    source = load_source(written(tmp_path, GOOD))

    assert source.id == "outlet"
    assert source.rights.level == "metadata"
    assert source.delay_s == 5.0
    assert source.hosts == {"outlet.example"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('country = "KG"', 'country = "Kyrgyzstan"'), "country"),
        (("Asia/Bishkek", "Asia/Bishkekk"), "Asia/Bishkekk"),
        (('kind = "feed"', 'kind = "fed"'), "fed"),
        (("https://outlet.example/rss", "ftp://outlet.example/rss"), "ftp://outlet.example/rss"),
        (("[status]", "colour = 1\n[status]"), "colour"),
        (('name = "Outlet"', 'name = "Outlet'), "outlet.toml"),
        (('name = "Outlet"', 'name = "Outlet"\nid = "x"'), "id"),
    ],
)
def test_a_bad_file_is_refused_naming_key_and_value(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    path = written(tmp_path, GOOD.replace(*change))

    with pytest.raises(RegistryError, match=expected):
        load_source(path)


@pytest.mark.parametrize("name", ["../up", "UPPER", "x", "a" * 64, "with space"])
def test_an_unsafe_id_is_refused(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, GOOD, name.replace("/", "_"))

    with pytest.raises(RegistryError, match="source id"):
        load_source(path)


def test_all_bad_files_are_reported_at_once(tmp_path: Path) -> None:
    written(tmp_path, "x", "first")
    written(tmp_path, "y", "second")

    with pytest.raises(RegistryError, match=r"first\.toml[\s\S]*second\.toml"):
        load_registry(tmp_path)


def test_full_text_needs_a_licence_with_evidence(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD + '\n[rights]\nlevel = "full_text"\nlicence = "CC-BY-4.0"\n')

    with pytest.raises(RegistryError, match="evidence_url"):
        load_source(path)


def test_an_unknown_source_is_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD)

    with pytest.raises(UnknownSourceError, match="unknown source: nowhere"):
        choose_sources(load_registry(tmp_path), ("nowhere",))


def test_candidates_are_crawled_only_when_named(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('"enabled"', '"candidate"'))
    registry = load_registry(tmp_path)

    assert choose_sources(registry, ()) == []
    assert [source.id for source in choose_sources(registry, ("outlet",))] == ["outlet"]


def test_ten_or_more_real_outlets_are_shipped() -> None:
    registry = load_registry(SHIPPED_SOURCES)

    assert sum(source.status.state is State.ENABLED for source in registry.values()) >= 10


def test_shipped_sources_are_enabled_only_where_every_entry_was_probed() -> None:
    registry = load_registry(SHIPPED_SOURCES)
    unproven = {
        source.id
        for source in registry.values()
        for entry in source.entries
        if source.status.state is State.ENABLED and (entry.evidence is None or entry.evidence.grade is not Grade.PROBED)
    }

    assert unproven == set()


def test_no_shipped_source_publishes_more_than_metadata_without_evidence() -> None:
    registry = load_registry(SHIPPED_SOURCES)

    assert {source.rights.level.value for source in registry.values() if not source.rights.evidence_url} == {"metadata"}


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"kind": "feed", "url": "https://outlet.kg/{YYYY}.xml"}, "unknown {YYYY}"),
        ({"kind": "sitemap", "url": "https://outlet.kg/{Y_m_d}.xml"}, "unknown {Y_m_d}"),
        ({"kind": "listing", "url": "https://outlet.kg/", "next_template": "https://outlet.kg/p"}, "needs {n}"),
        (
            {"kind": "listing", "url": "https://outlet.kg/{DD}", "next_template": "https://outlet.kg/{n}"},
            "goes neither",
        ),
    ],
)
def test_a_template_that_cannot_be_filled_in_is_refused(entry: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        TypeAdapter[Entry](Entry).validate_python(entry)
